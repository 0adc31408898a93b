import { useState } from "preact/hooks";
import { formatRange, LAST_NAMES, type Range } from "../../state/range.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { CustomRange } from "./custom_range.tsx";
import { Segments } from "./segments.tsx";

const CUSTOM = "custom";

/** Chooses the time that is shown: live where that makes sense, the last hours, or from and to. */
export function RangePicker({ range, onChange, live = true }: {
  range: Range;
  /** With the word of the address. */
  onChange: (text: string) => void;
  live?: boolean;
}) {
  const { chart } = words;
  const [isOpen, setOpen] = useState(false);
  const { phone } = useStore();
  const chosen = isOpen || range.kind === "fixed" ? CUSTOM : formatRange(range);
  const choose = (text: string) => {
    setOpen(text === CUSTOM);
    if (text !== CUSTOM) onChange(text);
  };
  const options = [
    ...(live ? [{ value: "", word: chart.live, title: chart.liveName }] : []),
    ...LAST_NAMES.map((name) => {
      return { value: name, word: chart.ranges[name], title: chart.rangeNames[name] };
    }),
    { value: CUSTOM, word: chart.custom, title: chart.customName },
  ];
  return (
    <div class="relative flex flex-wrap items-center justify-end gap-2">
      {phone.value
        ? (
          <select
            aria-label={chart.range}
            class="h-9 rounded-md border border-edge bg-surface px-2 text-base"
            value={chosen}
            onChange={(e) => choose(e.currentTarget.value)}
          >
            {options.map(({ value, word }) => <option key={value} value={value}>{word}</option>)}
          </select>
        )
        : <Segments label={chart.range} options={options} value={chosen} onChange={choose} />}
      {isOpen && (
        <CustomRange
          range={range}
          onShow={(text) => {
            setOpen(false);
            onChange(text);
          }}
          onCancel={() => setOpen(false)}
        />
      )}
    </div>
  );
}
