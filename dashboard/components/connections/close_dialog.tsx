import { useState } from "preact/hooks";
import { visible } from "../../format.ts";
import {
  type FilterFields,
  filterWords,
  readFields,
  type Unsaid,
} from "../../state/connections/close_filter.ts";
import { proxiesOf, type Scope } from "../../state/connections/scope.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { useOrder } from "../control/use_order.ts";
import { Confirm } from "../shared/confirm.tsx";
import { Shape } from "../shared/status.tsx";
import { CloseCount } from "./close_count.tsx";
import { CloseFields } from "./close_fields.tsx";
import { ScopeChoice } from "./scope_choice.tsx";
import { useCount } from "./use_count.ts";

const w = words.connections.control;

/** What the dialog begins with. */
export interface CloseStart {
  fields: FilterFields;
  unsaid: readonly Unsaid[];
  scope: Scope;
}

/** Closes all connections that fit a filter, once it is known how many those are. */
export function CloseDialog({ start, onClose }: { start: CloseStart; onClose: () => void }) {
  const { proxies } = useStore().fleet.value;
  const { counted } = useFormat();
  const give = useOrder();
  const [fields, setFields] = useState(start.fields);
  const [scope, setScope] = useState(start.scope);
  const { filter, problems } = readFields(fields);
  const isRight = Object.keys(problems).length === 0;
  const count = useCount(isRight ? filter : null, proxiesOf(scope, proxies.values()).ids);
  const { known } = count;
  return (
    <Confirm
      title={w.title}
      verb={known ? w.verb(counted(known.sum)) : w.verbUnknown}
      destructive
      ready={known !== null && known.sum > 0}
      // Of those that were counted, and nobody else.
      run={() => give({ command: "close_matching", filter }, known!.ids)}
      onClose={onClose}
    >
      <ScopeChoice scope={scope} onChange={setScope} />
      <CloseFields fields={fields} problems={problems} onChange={setFields} />
      {start.unsaid.map((unsaid) => <UnsaidNote key={unsaid.what} unsaid={unsaid} />)}
      <CloseCount filter={filterWords(fields)} count={count} />
    </Confirm>
  );
}

/** What of the table's own filter is not in this one. */
function UnsaidNote({ unsaid: { what, value } }: { unsaid: Unsaid }) {
  return (
    <p class="flex gap-2 text-xs">
      <span class="flex h-5 items-center text-warn">
        <Shape name="triangle" />
      </span>
      <span class="min-w-0 leading-5 wrap-anywhere">{w.unsaid[what](visible(value))}</span>
    </p>
  );
}
