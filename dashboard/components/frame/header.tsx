import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Help } from "./help_dialog.tsx";
import { MoonIcon, SunIcon } from "./icons.tsx";
import { LinkStatus } from "./link_status.tsx";
import { UserMenu } from "./user_menu.tsx";

/** The bar at the top of every page. */
export function Header() {
  return (
    <header class="sticky top-0 z-20 border-b border-line bg-surface">
      <div class="mx-auto flex h-14 max-w-[1440px] items-center gap-4 px-4 sm:px-6">
        <a href="#/" class="flex items-center gap-2.5 rounded text-base font-semibold sm:hidden">
          <img src="./icon.svg" alt="" width="24" height="24" />
          {words.frame.product}
        </a>
        <div class="flex min-w-0 flex-1 items-center gap-3 max-sm:justify-end">
          <LinkStatus />
        </div>
        <div class="-mr-2 flex items-center">
          <UserMenu />
          <Help />
          <ThemeToggle />
        </div>
      </div>
    </header>
  );
}

function ThemeToggle() {
  const { look } = useStore();
  const dark = look.dark.value;
  const label = dark ? words.frame.lightTheme : words.frame.darkTheme;
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={() => look.toggle()}
      class="grid size-10 shrink-0 place-items-center rounded-lg text-muted hover:bg-raised hover:text-ink"
    >
      {dark ? <SunIcon /> : <MoonIcon />}
    </button>
  );
}
