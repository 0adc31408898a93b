import { visible } from "../../format.ts";
import type { ConnectionColumn } from "../../state/connections/columns.ts";
import type { GroupBy } from "../../state/connections/question.ts";
import type { ConnectionRow } from "../../state/connections/row.ts";
import { hostOf } from "../../state/labels.ts";
import { useStore } from "../../state/store.ts";
import type { Group } from "../../state/table/group.ts";
import { words } from "../../words/words.ts";
import { Marked } from "../shared/marked.tsx";
import { Bytes, Rate } from "../shared/quantity.tsx";

const w = words.connections;

/** What the rows of a group have in common. */
export function GroupName({ by, value }: { by: GroupBy; value: string }) {
  const find = useStore().labels.find.value;
  if (by === "state") return <>{words.shared.states[value as ConnectionRow["state"]] ?? value}</>;
  if (value === "") {
    return <span class="text-muted">{by === "user" ? w.noUser : w.noTarget}</span>;
  }
  const label = by === "client" || by === "target" ? find(hostOf(value)) : "";
  const isAddress = by === "client" || by === "target";
  return (
    <>
      <bdi class={isAddress ? "font-mono text-[13px]" : ""}>
        <Marked text={visible(value)} />
      </bdi>
      {label !== "" && <span class="ml-2 text-xs font-normal text-muted">{label}</span>}
    </>
  );
}

/** What the rows of a group come to in a column. */
export function GroupSum(
  { column, group }: { column: ConnectionColumn; group: Group<ConnectionRow> },
) {
  const { count } = useStore().format.value;
  const sum = group.sums.get(column.key) ?? 0;
  switch (column.key) {
    case "rate_sent":
    case "rate_received":
      return <Rate value={sum} />;
    case "requests":
      return <>{count(sum)}</>;
    default:
      return <Bytes value={sum} />;
  }
}
