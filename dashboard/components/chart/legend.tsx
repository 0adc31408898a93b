import type { Frame } from "../../state/frame.ts";
import { OTHERS } from "../../state/frame.ts";
import { proxyHref } from "../../state/route.ts";
import { words } from "../../words/words.ts";
import { Direction } from "../shared/direction.tsx";
import { Rate } from "../shared/quantity.tsx";
import { BandName } from "./band_name.tsx";

/** The two directions with their present rates. */
export function DirectionLegend({ received, sent }: { received?: number; sent?: number }) {
  return (
    <ul class="flex gap-6 text-xs">
      {([["received", received], ["sent", sent]] as const).map(([name, rate]) => (
        <li key={name} class="flex gap-2">
          <Direction name={name} />
          <span class="min-w-16 text-right">
            {rate === undefined ? words.shared.none : <Rate value={rate} />}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The proxies with their colours, each with the way to its page. */
export function BandLegend(
  { frame, colors }: { frame: Frame; colors: ReadonlyMap<string, number> },
) {
  return (
    <ul aria-label={words.chart.proxies} class="flex min-w-0 flex-wrap gap-x-4 gap-y-1 text-xs">
      {frame.bands.map(({ id }) => (
        <li key={id} class="max-w-48 min-w-0">
          {id === OTHERS
            ? <BandName id={id} />
            : (
              <a href={proxyHref(id)} class="block rounded hover:underline">
                <BandName id={id} color={colors.get(id)} />
              </a>
            )}
        </li>
      ))}
    </ul>
  );
}
