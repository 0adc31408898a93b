import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { ACTIONS, APART } from "../control/actions.ts";
import type { Act } from "../control/use_actions.tsx";
import { useHindrance } from "../control/use_hindrance.ts";
import { Menu, type MenuItem } from "../shared/menu.tsx";
import { TOOL } from "../shared/tool.ts";
import type { Chosen } from "./use_selection.ts";

/** How many proxies are chosen, and what they can be told together. */
export function SelectionBar({ chosen, act }: { chosen: Chosen; act: Act }) {
  const { count, counted } = useFormat();
  const hindrance = useHindrance();
  const { proxies, hidden } = chosen;
  const { control: w } = words;
  if (proxies.length === 0) return null;
  const able = ACTIONS.map((action) => proxies.filter((each) => hindrance(each, action) === null));
  const notes = ACTIONS.map((action, i) => {
    const n = able[i].length;
    if (n === 0) return hindrance(proxies[0], action)!;
    return n < proxies.length ? w.someOf(count(n), counted(proxies.length)) : "";
  });
  // What holds for all of them is said once.
  const common = notes.every((note) => note === notes[0]);
  const items = ACTIONS.map((action, i): MenuItem => {
    const ids = able[i].map(({ proxy_id }) => proxy_id);
    return {
      label: w.menuOfSome[action],
      onSelect: () => act(action, ids, proxies.length - ids.length),
      disabled: ids.length === 0,
      note: common ? undefined : notes[i],
      danger: action === "stop",
      apart: APART.has(action),
    };
  });
  return (
    <div
      role="group"
      aria-label={w.selection}
      class="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line bg-raised px-4 py-2"
    >
      <p role="status" class="tabular-nums">
        {w.selected(counted(proxies.length))}
        {hidden > 0 && <span class="text-muted">{w.hiddenOnes(count(hidden))}</span>}
      </p>
      <div class="flex flex-wrap gap-2">
        <Menu
          label={w.actionsOfSelection}
          items={items}
          note={common ? notes[0] : undefined}
          buttonClass={TOOL}
        >
          {w.actions} <span aria-hidden="true">▾</span>
        </Menu>
        <button type="button" class={TOOL} onClick={chosen.clear}>{w.clearSelection}</button>
      </div>
    </div>
  );
}
