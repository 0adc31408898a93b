import { useId } from "preact/hooks";

/** A line of text that is looked at while it is written, with its name above it and what is wrong below it. */
export function ValueField(
  { label, note, value, onChange, problem = null, mono = false, maxLength }: {
    label: string;
    /** What may be written. */
    note?: string;
    value: string;
    onChange: (value: string) => void;
    problem?: string | null;
    mono?: boolean;
    maxLength?: number;
  },
) {
  const id = useId();
  return (
    <div class="flex min-w-0 flex-col gap-1.5">
      <label for={`${id}value`}>
        {label} {note && <span class="ml-1 text-xs text-muted">{note}</span>}
      </label>
      <input
        id={`${id}value`}
        type="text"
        value={value}
        onInput={(e) => onChange(e.currentTarget.value)}
        aria-invalid={problem !== null}
        aria-describedby={id}
        maxLength={maxLength}
        autocapitalize="none"
        autocomplete="off"
        spellcheck={false}
        class={`h-9 w-full rounded-lg border border-edge bg-surface px-3 text-base aria-invalid:border-bad sm:text-sm ${
          mono ? "font-mono sm:text-[13px]" : ""
        }`}
      />
      <p id={id} class="text-xs text-bad empty:hidden">{problem}</p>
    </div>
  );
}
