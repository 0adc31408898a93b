import { visible } from "../../format.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { Confirm } from "../shared/confirm.tsx";
import { DISRUPTIVE, type PlainAction, type Told } from "./actions.ts";
import { LogLevelDialog } from "./log_level_dialog.tsx";
import { TargetNote } from "./target_note.tsx";
import { useOrder } from "./use_order.ts";

export interface ActionDialogProps {
  told: Told;
  onClose: () => void;
}

/** Asks for what an action needs, or whether it is meant. */
export function ActionDialog(props: ActionDialogProps) {
  const { action } = props.told;
  switch (action) {
    case "set_log_level":
      return <LogLevelDialog {...props} />;
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

/** What a dialog is about: the order, and the proxy's name where there is one. */
export function titleOf({ action, ids }: Told): string {
  const { control: w } = words;
  return ids.length === 1 ? w.titleOf(w.commands[action], visible(ids[0])) : w.commands[action];
}
