import { useState } from "preact/hooks";
import { readBlock, type SpanText } from "../../state/connections/close_filter.ts";
import { proxiesOf, type Scope } from "../../state/connections/scope.ts";
import { visible } from "../../format.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import type { Told } from "../control/actions.ts";
import { TargetNote } from "../control/target_note.tsx";
import { titleOf } from "../control/title.ts";
import { useOrder } from "../control/use_order.ts";
import { ChoiceField } from "../shared/choice_field.tsx";
import { Confirm } from "../shared/confirm.tsx";
import { ValueField } from "../shared/value_field.tsx";
import { ScopeChoice } from "./scope_choice.tsx";
import { SpanField } from "./span_field.tsx";
import { useCount } from "./use_count.ts";

const w = words.connections.control;
/** Usual times, in seconds. */
const TIMES = [600, 3600, 86_400];
const OWN = "own";

/** What the dialog begins with. */
export interface BlockStart {
  client: string;
  scope: Scope;
}

const NOBODY: BlockStart = { client: "", scope: { of: "all" } };

/** Takes no connection of a client for a time, and closes those that it has; at proxies to choose, or at those `told`. */
export function BlockDialog(
  { start = NOBODY, told, onClose }: { start?: BlockStart; told?: Told; onClose: () => void },
) {
  const { proxies } = useStore().fleet.value;
  const { counted, span } = useFormat();
  const give = useOrder();
  const [client, setClient] = useState(start.client);
  const [scope, setScope] = useState(start.scope);
  const [time, setTime] = useState(String(TIMES[1]));
  const [own, setOwn] = useState<SpanText>({ amount: "2", unit: "h" });
  const isOwn = time === OWN;
  const block = readBlock(client, isOwn ? own : { amount: time, unit: "s" });
  const { ids } = told ?? proxiesOf(scope, proxies.values());
  const count = useCount(block.ip === null ? null : { client: block.ip }, ids);
  const isRight = block.ip !== null && block.seconds !== null;
  const written = isOwn ? words.time[own.unit](own.amount.trim()) : span(Number(time));
  return (
    <Confirm
      title={told ? titleOf(told) : w.blockTitle}
      verb={isRight ? w.blockVerb(visible(block.ip!), written) : w.blockVerbUnknown}
      destructive
      ready={isRight && ids.length > 0}
      run={() => give({ command: "block_client", ip: block.ip!, seconds: block.seconds! }, ids)}
      onClose={onClose}
    >
      <ValueField
        label={w.client}
        note={w.clientNote}
        value={client}
        onChange={setClient}
        problem={block.ip === null && client !== "" ? w.problems.network : null}
        maxLength={50}
        mono
      />
      {told
        ? <TargetNote told={told} />
        : <ScopeChoice scope={scope} onChange={setScope} label={w.where} others={w.othersLet} />}
      <ChoiceField
        label={w.blockFor}
        value={time}
        options={[
          ...TIMES.map((seconds) => [String(seconds), span(seconds)] as const),
          [OWN, w.own] as const,
        ]}
        onChange={setTime}
      />
      {isOwn && (
        <SpanField
          label={w.ownTime}
          value={own}
          onChange={setOwn}
          problem={block.seconds === null ? w.problems.block : null}
        />
      )}
      <p role="status" class="text-muted tabular-nums">
        {w.blockNote} {count.known
          ? w.blockCount(counted(count.known.sum))
          : count.asking
          ? w.counting
          : (count.failure ?? "")}
      </p>
    </Confirm>
  );
}
