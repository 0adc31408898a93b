import type { ProxySummary } from "../../../manager/api/model.ts";
import { visible } from "../../format.ts";
import type { Grouping } from "../../state/proxies.ts";
import type { Group, Line } from "../../state/table/group.ts";
import { words } from "../../words/words.ts";
import type { SelectParts } from "../shared/data_table_props.ts";
import { SelectBox } from "../shared/select_box.tsx";
import type { Chosen } from "./use_selection.ts";

/** The boxes of the table of proxies; none for readers who may not change anything. */
export function useProxySelect(
  chosen: Chosen | null,
  lines: readonly Line<ProxySummary>[],
  grouping: Grouping | null,
): SelectParts<ProxySummary> | undefined {
  if (chosen === null) return undefined;
  // As they stand on the screen, which a range goes by.
  const order = () => lines.flatMap((line) => line.type === "row" ? [line.row.proxy_id] : []);
  const toggle = ({ proxy_id }: ProxySummary, extend: boolean) =>
    chosen.toggle(proxy_id, extend, order());
  const all = chosen.share();
  const { control: w } = words;
  return {
    head: (
      <SelectBox
        label={w.selectAll}
        state={all}
        onToggle={() => chosen.setAll(all !== "all")}
      />
    ),
    cell: (proxy, tabIndex) => (
      <SelectBox
        label={w.select(visible(proxy.proxy_id))}
        state={chosen.has(proxy.proxy_id) ? "all" : "none"}
        onToggle={(extend) => toggle(proxy, extend)}
        tabIndex={tabIndex}
      />
    ),
    group: (group) => <GroupBox {...{ chosen, group, grouping }} />,
    isSelected: ({ proxy_id }) => chosen.has(proxy_id),
    toggle,
  };
}

function GroupBox({ chosen, group, grouping }: {
  chosen: Chosen;
  group: Group<ProxySummary>;
  grouping: Grouping | null;
}) {
  const ids = group.rows.map(({ proxy_id }) => proxy_id);
  const state = chosen.share(ids);
  const { shared, fleet, control: w } = words;
  const name = grouping === "status"
    ? shared.states[group.key as keyof typeof shared.states]
    : visible(group.key);
  return (
    <SelectBox
      label={w.selectGroup(name === "" ? fleet.nameless : name)}
      state={state}
      onToggle={() => chosen.setAll(state !== "all", ids)}
      tabIndex={-1}
    />
  );
}
