import { pageHref } from "../../state/route.ts";
import { useKey } from "../../state/keys.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { type Entry, NAVIGATION } from "./navigation.ts";

/** The way to every page: at the left, narrow without words on a tablet; on a phone at the bottom. */
export function Navigation() {
  return (
    <nav
      aria-label={words.frame.navigation}
      class="z-30 border-line bg-surface max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:border-t max-sm:pb-[env(safe-area-inset-bottom)] sm:sticky sm:top-0 sm:h-dvh sm:w-16 sm:shrink-0 sm:border-r lg:w-44"
    >
      <a
        href="#/"
        class="flex h-14 items-center gap-2.5 text-base font-semibold max-lg:justify-center max-sm:hidden lg:px-4"
      >
        <img src="./icon.svg" alt="" width="24" height="24" />
        <span class="max-lg:sr-only">{words.frame.product}</span>
      </a>
      <ul class="flex max-sm:justify-around sm:flex-col sm:gap-1 sm:px-2 sm:pt-2 lg:px-2">
        {NAVIGATION.map((entry) => <Item key={entry.page} entry={entry} />)}
      </ul>
    </nav>
  );
}

function Item({ entry }: { entry: Entry }) {
  const store = useStore();
  const { page } = store.route.value;
  const { word, icon: Icon } = entry;
  const here = page === entry.page || (entry.above?.includes(page) ?? false);
  const badge = entry.badge?.(store) ?? 0;
  const href = pageHref(entry.page);
  useKey(`g ${entry.key}`, () => location.hash = href, words.keys.goTo(word));
  return (
    <li class="max-sm:flex-1">
      <a
        href={href}
        title={word}
        aria-current={page === entry.page ? "page" : here ? "true" : undefined}
        class={`relative flex items-center rounded-lg max-sm:h-14 max-sm:flex-col max-sm:justify-center max-sm:gap-0.5 max-sm:text-xs sm:h-10 sm:max-lg:justify-center lg:gap-3 lg:px-3 ${
          here
            ? "font-medium text-accent sm:bg-raised"
            : "text-muted hover:bg-raised hover:text-ink"
        }`}
      >
        <Icon />
        <span class="sm:max-lg:sr-only">{word}</span>
        {badge > 0 && <Badge n={badge} label={entry.badgeLabel} />}
      </a>
    </li>
  );
}

function Badge({ n, label = String }: { n: number; label?: (n: string) => string }) {
  const { count } = useStore().format.value;
  return (
    <span class="min-w-5 rounded-full bg-bad px-1.5 text-center text-xs leading-5 font-medium text-surface tabular-nums max-lg:absolute max-lg:top-1 max-lg:left-1/2 max-lg:ml-1 lg:ml-auto">
      <span aria-hidden="true">{count(n)}</span>
      <span class="sr-only">{label(count(n))}</span>
    </span>
  );
}
