import { BAND_COLORS } from "../../chart/config.ts";
import { OTHERS } from "../../state/frame.ts";
import { words } from "../../words/words.ts";
import { Untrusted } from "../shared/untrusted.tsx";

// Written out, for the style sheet is made from what stands in the sources.
const SWATCHES = [
  ...["bg-band-1", "bg-band-2", "bg-band-3", "bg-band-4"],
  ...["bg-band-5", "bg-band-6", "bg-band-7", "bg-band-8"],
];

/** A band's name beside its colour, whose number is `color`; without one it is that of the others. */
export function BandName({ id, color = BAND_COLORS - 1 }: { id: string; color?: number }) {
  return (
    <span class="flex min-w-0 items-center gap-1.5">
      <span class={`size-2.5 shrink-0 rounded-[2px] ${SWATCHES[color]}`} aria-hidden="true" />
      {id === OTHERS ? words.chart.others : <Untrusted text={id} />}
    </span>
  );
}
