import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { MoonIcon, SunIcon } from "./icons.tsx";
import { LinkStatus } from "./link_status.tsx";

/** The bar at the top of every page. */
export function Header() {
  return (
    <header class="sticky top-0 z-20 border-b border-line bg-surface">
      <div class="mx-auto flex h-14 max-w-[1440px] items-center gap-4 px-4 sm:px-6">
        <a href="#/" class="flex items-center gap-2.5 rounded text-base font-semibold">
          <img src="./icon.svg" alt="" width="24" height="24" />
          {words.frame.product}
        </a>
        <div class="ml-auto flex min-w-0 items-center gap-3">
          <LinkStatus />
          <ThemeToggle />
        </div>
      </div>
    </header>
  );
}

function ThemeToggle() {
  const { theme } = useStore();
  const label = theme.dark.value ? words.frame.lightTheme : words.frame.darkTheme;
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={() => theme.toggle()}
      class="-mr-2 grid size-10 shrink-0 place-items-center rounded-lg text-muted hover:bg-raised hover:text-ink"
    >
      {theme.dark.value ? <SunIcon /> : <MoonIcon />}
    </button>
  );
}
