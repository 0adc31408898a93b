import type { FieldProblem, FilterFields } from "../../state/connections/close_filter.ts";
import { words } from "../../words/words.ts";
import { ChoiceField } from "../shared/choice_field.tsx";
import { ValueField } from "../shared/value_field.tsx";
import { SpanField } from "./span_field.tsx";

const w = words.connections.control;
/** A paste that is longer is cut; what is wrong with less is said. */
const MAX_TYPED = 300;

/** Which connections: all that have what the fields say. */
export function CloseFields({ fields, problems, onChange }: {
  fields: FilterFields;
  problems: Partial<Record<keyof FilterFields, FieldProblem>>;
  onChange: (fields: FilterFields) => void;
}) {
  const set = (changes: Partial<FilterFields>) => onChange({ ...fields, ...changes });
  const problem = (name: keyof FilterFields) => {
    const what = problems[name];
    return what === undefined ? null : w.problems[what];
  };
  const text = (name: "client" | "target" | "user") => ({
    ...{ label: w[name], value: fields[name], problem: problem(name), maxLength: MAX_TYPED },
    onChange: (value: string) => set({ [name]: value }),
  });
  const span = (name: "idle" | "older") => ({
    ...{ label: w[name], value: fields[name], problem: problem(name) },
    onChange: (value: FilterFields["idle"]) => set({ [name]: value }),
  });
  const states = words.shared.states;
  return (
    <div
      class="grid gap-x-4 gap-y-3 sm:grid-cols-2"
      // Enter asks for nothing here: what it would press closes connections.
      onKeyDown={(e) => {
        if (e.key === "Enter" && e.target instanceof HTMLInputElement) e.preventDefault();
      }}
    >
      <ValueField {...text("client")} note={w.clientNote} mono />
      <ValueField {...text("target")} note={w.patternNote} mono />
      <ValueField {...text("user")} note={w.patternNote} />
      <ChoiceField
        label={w.state}
        value={fields.state}
        options={[["", w.any], ["connecting", states.connecting], ["active", states.active]]}
        onChange={(value) =>
          set({ state: value === "connecting" || value === "active" ? value : "" })}
      />
      <SpanField {...span("idle")} />
      <SpanField {...span("older")} />
    </div>
  );
}
