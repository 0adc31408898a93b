import { useMemo, useRef, useState } from "preact/hooks";
import { useFormat } from "../../state/format.ts";
import { formatSpan, isShowable, type Range, spanOf } from "../../state/range.ts";
import { managerNow, useStore } from "../../state/store.ts";
import { createZone, fromField, toField } from "../../state/zone.ts";
import { words } from "../../words/words.ts";

const FIELD = "h-9 rounded-md border border-edge bg-surface px-2 text-base sm:h-8 sm:text-sm";
const BUTTON = "h-9 rounded-md border border-edge px-3 text-sm hover:bg-raised sm:h-8";

/** From and to of the reader's choice, in the reader's time zone. */
export function CustomRange({ range, onShow, onCancel }: {
  range: Range;
  onShow: (text: string) => void;
  onCancel: () => void;
}) {
  const { chart } = words;
  const { zone: name } = useFormat();
  const zone = useMemo(() => createZone(name), [name]);
  const store = useStore();
  const first = useRef(spanOf(range, managerNow(store)));
  const [from, setFrom] = useState(toField(first.current.from, zone));
  const [to, setTo] = useState(toField(first.current.to, zone));
  const [isWrong, setWrong] = useState(false);
  const show = (event: Event) => {
    event.preventDefault();
    const span = { from: fromField(from, zone) ?? NaN, to: fromField(to, zone) ?? NaN };
    if (isShowable(span)) onShow(formatSpan(span));
    else setWrong(true);
  };
  return (
    <form
      onSubmit={show}
      onKeyDown={(e) => e.key === "Escape" && onCancel()}
      class="flex w-full flex-wrap items-end gap-2 rounded-md border border-line bg-surface p-3 sm:absolute sm:top-full sm:right-0 sm:z-20 sm:mt-1 sm:w-max"
    >
      {([[chart.from, from, setFrom], [chart.to, to, setTo]] as const).map(([word, value, set]) => (
        <label key={word} class="flex flex-col gap-1 text-xs text-muted">
          {word}
          <input
            type="datetime-local"
            required
            class={`${FIELD} text-ink`}
            value={value}
            aria-invalid={isWrong}
            onInput={(e) => {
              set(e.currentTarget.value);
              setWrong(false);
            }}
          />
        </label>
      ))}
      <button type="submit" class={BUTTON}>{chart.apply}</button>
      <button type="button" class={BUTTON} onClick={onCancel}>{chart.cancel}</button>
      <p class="w-full text-xs text-muted" role="status">
        {isWrong ? <span class="text-bad">{chart.badSpan}</span> : chart.zone(name)}
      </p>
    </form>
  );
}
