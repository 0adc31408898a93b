import { useId } from "preact/hooks";
import { SPAN_UNITS, type SpanText } from "../../state/connections/close_filter.ts";
import { words } from "../../words/words.ts";

const w = words.connections.control.span;

/** A time: a number and its unit. */
export function SpanField({ label, value, onChange, problem }: {
  label: string;
  value: SpanText;
  onChange: (value: SpanText) => void;
  problem: string | null;
}) {
  const id = useId();
  const box = "h-9 border border-edge bg-surface text-base sm:text-sm";
  return (
    <div class="flex min-w-0 flex-col gap-1.5">
      <label for={`${id}amount`}>{label}</label>
      <div class="flex">
        <input
          id={`${id}amount`}
          type="text"
          inputMode="decimal"
          value={value.amount}
          onInput={(e) => onChange({ ...value, amount: e.currentTarget.value })}
          aria-invalid={problem !== null}
          aria-describedby={id}
          maxLength={14}
          autocomplete="off"
          class={`${box} min-w-0 flex-1 rounded-l-lg px-3 tabular-nums aria-invalid:border-bad`}
        />
        <select
          aria-label={w.unit(label)}
          value={value.unit}
          onChange={(e) => {
            const { value: chosen } = e.currentTarget;
            onChange({ ...value, unit: SPAN_UNITS.find((unit) => unit === chosen) ?? value.unit });
          }}
          class={`${box} rounded-r-lg border-l-0 px-2`}
        >
          {SPAN_UNITS.map((unit) => <option key={unit} value={unit}>{w.units[unit]}</option>)}
        </select>
      </div>
      <p id={id} class="text-xs text-bad empty:hidden">{problem}</p>
    </div>
  );
}
