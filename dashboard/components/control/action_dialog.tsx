import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { BlockDialog } from "../connections/block_dialog.tsx";
import { Confirm } from "../shared/confirm.tsx";
import { type ActionDialogProps, DISRUPTIVE, type PlainAction } from "./actions.ts";
import { titleOf } from "./title.ts";
import { AccessDialog } from "./access_dialog.tsx";
import { LimitsDialog } from "./limits_dialog.tsx";
import { LogLevelDialog } from "./log_level_dialog.tsx";
import { TargetNote } from "./target_note.tsx";
import { UnblockDialog } from "./unblock_dialog.tsx";
import { useOrder } from "./use_order.ts";

/** Asks for what an action needs, or whether it is meant. */
export function ActionDialog(props: ActionDialogProps) {
  const { action } = props.told;
  switch (action) {
    case "set_log_level":
      return <LogLevelDialog {...props} />;
    case "set_limits":
      return <LimitsDialog {...props} />;
    case "set_access":
      return <AccessDialog {...props} />;
    case "block_client":
      return <BlockDialog told={props.told} onClose={props.onClose} />;
    case "unblock_client":
      return <UnblockDialog {...props} />;
    default:
      return <PlainDialog {...props} action={action} />;
  }
}

function PlainDialog({ told, action, onClose }: ActionDialogProps & { action: PlainAction }) {
  const give = useOrder();
  const { counted } = useFormat();
  const { control: w } = words;
  return (
    <Confirm
      title={titleOf(told)}
      verb={w.verbs[action](counted(told.ids.length))}
      destructive={DISRUPTIVE.has(action)}
      run={() => give({ command: action }, told.ids)}
      onClose={onClose}
    >
      <p>{w.notes[action]}</p>
      <TargetNote told={told} />
    </Confirm>
  );
}
