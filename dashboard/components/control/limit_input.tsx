import { useId } from "preact/hooks";
import {
  LIMIT_UNITS,
  type LimitField,
  type LimitName,
  rateUnits,
  SECOND_FACTORS,
} from "../../state/limit_fields.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";

const BOX = "h-9 border border-edge bg-surface text-base sm:text-sm";

/** A limit in the reader's units; empty for none, or, where it is not known what there is, a box that lifts it. */
export function LimitInput({ name, field, onChange, isWrong, lift }: {
  name: LimitName;
  field: LimitField;
  onChange: (field: LimitField) => void;
  isWrong: boolean;
  lift: { on: boolean; set: (on: boolean) => void } | null;
}) {
  const { limits: w } = words.control;
  const label = words.proxy.limits.names[name];
  const units = useUnits(name);
  const id = useId();
  const off = lift?.on ?? false;
  return (
    <div class="grid gap-x-4 gap-y-1.5 sm:grid-cols-[minmax(0,1fr)_13rem] sm:items-center">
      <label for={id}>{label}</label>
      <div class="flex items-center">
        <input
          id={id}
          type="text"
          inputMode="decimal"
          value={off ? "" : field.amount}
          disabled={off}
          placeholder={lift && !off ? w.asItIs : words.proxy.limits.none}
          onInput={(e) => onChange({ ...field, amount: e.currentTarget.value })}
          aria-invalid={isWrong}
          aria-describedby={`${id}note`}
          maxLength={16}
          autocomplete="off"
          class={`${BOX} w-full min-w-0 flex-1 rounded-l-lg px-3 tabular-nums placeholder:text-muted aria-invalid:border-bad ${
            units.length === 0 ? "rounded-r-lg" : ""
          }`}
        />
        {name === "accept_rate" && <span class="ml-2 text-muted">{w.aSecond}</span>}
        {units.length > 0 && (
          <select
            aria-label={w.unitOf(label)}
            value={String(field.factor)}
            disabled={off}
            onChange={(e) => onChange({ ...field, factor: Number(e.currentTarget.value) })}
            class={`${BOX} rounded-r-lg border-l-0 px-1`}
          >
            {units.map(({ unit, factor }) => (
              <option key={unit} value={String(factor)}>{unit}</option>
            ))}
          </select>
        )}
      </div>
      {lift && (
        <label class="flex items-center gap-2 text-xs sm:col-start-2">
          <input
            type="checkbox"
            checked={off}
            onChange={(e) => lift.set(e.currentTarget.checked)}
            class="size-4 accent-accent"
          />
          {w.lift}
        </label>
      )}
      <p id={`${id}note`} class="text-xs text-bad empty:hidden sm:col-start-2">
        {isWrong ? w.wrong[LIMIT_UNITS[name]] : null}
      </p>
    </div>
  );
}

/** What a limit can be counted in; nothing where there is one way only. */
function useUnits(name: LimitName): readonly { readonly unit: string; readonly factor: number }[] {
  const settings = useStore().settings.value.value;
  const { units } = words.connections.control.span;
  switch (LIMIT_UNITS[name]) {
    case "count":
      return [];
    case "seconds":
      return Object.entries(SECOND_FACTORS).map(([name, factor]) => {
        return { unit: units[name as keyof typeof SECOND_FACTORS], factor };
      });
    case "rate":
      return rateUnits(settings);
  }
}
