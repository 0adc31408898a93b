import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { ACTIONS, APART } from "../control/actions.ts";
import type { Act } from "../control/use_actions.tsx";
import { useHindrance } from "../control/use_hindrance.ts";
import { Button } from "../shared/button.tsx";
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
  const items = ACTIONS.map((action): MenuItem => {
    const able = proxies.filter((proxy) => hindrance(proxy, action) === null);
    const ids = able.map(({ proxy_id }) => proxy_id);
    const leftOut = proxies.length - ids.length;
    return {
      label: w.menuOfSome[action],
      onSelect: () => act(action, ids, leftOut),
      disabled: ids.length === 0,
      note: leftOut === 0
        ? undefined
        : ids.length === 0
        ? hindrance(proxies[0], action) ?? undefined
        : w.someOf(count(ids.length), counted(proxies.length)),
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
        <Menu label={w.actionsOfSelection} items={items} buttonClass={TOOL}>
          {w.actions} <span aria-hidden="true">▾</span>
        </Menu>
        <Button onClick={chosen.clear}>{w.clearSelection}</Button>
      </div>
    </div>
  );
}
