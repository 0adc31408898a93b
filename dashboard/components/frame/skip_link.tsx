import { words } from "../../words/words.ts";

/** Leads past the navigation; seen only while it has the focus. Not a link: the fragment is the page. */
export function SkipLink() {
  return (
    <button
      type="button"
      onClick={() => document.getElementById("main")?.focus()}
      class="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:border focus:border-edge focus:bg-surface focus:px-4 focus:py-2"
    >
      {words.frame.skip}
    </button>
  );
}
