import { words } from "../../words/words.ts";

/**
 * A thin bar at the top edge of what is being loaded, which stands `relative`. The style sheet lets it
 * appear after 300 ms, so that what is quick does not flicker.
 */
export function Progress({ active }: { active: boolean }) {
  if (!active) return null;
  return <div role="progressbar" aria-label={words.shared.loading} class="progress" />;
}
