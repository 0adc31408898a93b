import { useState } from "preact/hooks";
import type { Backend } from "../../../manager/api/model.ts";
import { visible } from "../../format.ts";
import { parseWeight } from "../../state/limit_fields.ts";
import { words } from "../../words/words.ts";
import { Confirm } from "../shared/confirm.tsx";
import { ValueField } from "../shared/value_field.tsx";
import { type GiveOrder, useOrder } from "./use_order.ts";

const w = words.control.backend;

/** What can be done to a backend. */
export type BackendAction = "drain" | "disable" | "weight" | "remove";

/** What is asked of a backend of a proxy; without one, one is added. */
export interface BackendAsked {
  proxyId: string;
  action: BackendAction | "add";
  backend: Backend | null;
}

/** Asks what is to become of a backend, or which one is to be added. */
export function BackendDialog({ asked, onClose }: { asked: BackendAsked; onClose: () => void }) {
  const { action, backend } = asked;
  if (backend === null || action === "add") return <AddDialog {...{ asked, onClose }} />;
  if (action === "weight") return <WeightDialog {...{ asked, backend, onClose }} />;
  return <SureDialog {...{ asked, backend, action, onClose }} />;
}

function SureDialog({ asked, backend, action, onClose }: {
  asked: BackendAsked;
  backend: Backend;
  action: Exclude<BackendAction, "weight">;
  onClose: () => void;
}) {
  const give = useOrder();
  const { name } = backend;
  return (
    <Confirm
      title={w.titles[action](visible(name))}
      verb={w.verbs[action]}
      destructive
      run={() => give({ command: "backend", action, name }, [asked.proxyId])}
      onClose={onClose}
    >
      <p>{w.notes[action]}</p>
    </Confirm>
  );
}

function WeightDialog(
  { asked, backend, onClose }: { asked: BackendAsked; backend: Backend; onClose: () => void },
) {
  const give = useOrder();
  const [text, setText] = useState(String(backend.weight));
  const weight = parseWeight(text);
  const { name } = backend;
  const run = () =>
    give({ command: "backend", action: "weight", name, weight: weight! }, [asked.proxyId]);
  return (
    <Confirm
      title={w.titles.weight(visible(name))}
      verb={w.verbs.weight}
      ready={weight !== null}
      run={run}
      onClose={onClose}
    >
      <Weight text={text} onChange={setText} />
    </Confirm>
  );
}

function AddDialog({ asked, onClose }: { asked: BackendAsked; onClose: () => void }) {
  const give = useOrder();
  const [name, setName] = useState("");
  const [text, setText] = useState("1");
  const weight = parseWeight(text);
  return (
    <Confirm
      title={w.titles.add(visible(asked.proxyId))}
      verb={w.verbs.add}
      ready={weight !== null && name.trim() !== ""}
      run={() => add(give, asked.proxyId, name.trim(), weight!)}
      onClose={onClose}
    >
      <ValueField
        label={w.address}
        note={w.addressNote}
        value={name}
        onChange={setName}
        maxLength={300}
        mono
      />
      <Weight text={text} onChange={setText} />
    </Confirm>
  );
}

function add(give: GiveOrder, proxyId: string, name: string, weight: number) {
  return give({ command: "backend", action: "add", name, weight }, [proxyId]);
}

function Weight({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  return (
    <ValueField
      label={w.weight}
      note={w.weightNote}
      value={text}
      onChange={onChange}
      problem={parseWeight(text) === null ? w.weightProblem : null}
      maxLength={4}
    />
  );
}
