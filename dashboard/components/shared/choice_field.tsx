import { useId } from "preact/hooks";

/** A list to choose one from, with its name above it. */
export function ChoiceField(
  { label, value, options, onChange, note }: {
    label: string;
    value: string;
    options: readonly (readonly [value: string, word: string])[];
    onChange: (value: string) => void;
    /** What goes with what is chosen. */
    note?: string;
  },
) {
  const id = useId();
  return (
    <div class="flex min-w-0 flex-col gap-1.5">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(e) => onChange(e.currentTarget.value)}
        class="h-9 w-full min-w-0 rounded-lg border border-edge bg-surface px-2 text-base sm:text-sm"
      >
        {options.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
      </select>
      {note && <p class="text-xs text-muted">{note}</p>}
    </div>
  );
}
