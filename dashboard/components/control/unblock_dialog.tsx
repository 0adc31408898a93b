import { useState } from "preact/hooks";
import { visible } from "../../format.ts";
import { parseNetwork } from "../../state/labels.ts";
import { words } from "../../words/words.ts";
import { Confirm } from "../shared/confirm.tsx";
import { ValueField } from "../shared/value_field.tsx";
import type { ActionDialogProps } from "./actions.ts";
import { TargetNote } from "./target_note.tsx";
import { titleOf } from "./title.ts";
import { useOrder } from "./use_order.ts";

/** Lets a client in again that was blocked. */
export function UnblockDialog({ told, onClose }: ActionDialogProps) {
  const give = useOrder();
  const [client, setClient] = useState("");
  const ip = client.trim();
  const isRight = parseNetwork(ip) !== null;
  const { control: w, connections: { control: c } } = words;
  return (
    <Confirm
      title={titleOf(told)}
      verb={isRight ? w.unblockVerb(visible(ip)) : w.unblockVerbUnknown}
      ready={isRight}
      run={() => give({ command: "unblock_client", ip }, told.ids)}
      onClose={onClose}
    >
      <ValueField
        label={c.client}
        note={c.clientNote}
        value={client}
        onChange={setClient}
        problem={isRight || ip === "" ? null : c.problems.network}
        maxLength={50}
        mono
      />
      <p class="text-muted">{w.unblockNote}</p>
      <TargetNote told={told} />
    </Confirm>
  );
}
