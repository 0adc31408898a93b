import { BandName } from "../components/chart/band_name.tsx";
import { Rate } from "../components/shared/quantity.tsx";
import { useFormat } from "../state/format.ts";
import { type Frame, TOTAL } from "../state/frame.ts";
import { words } from "../words/words.ts";

/** One moment of the chart, as a small table beside a line through it. Sizes are pixels. */
export function ChartTooltip(
  { frame, index, colors, x, top, height, width }: {
    frame: Frame;
    /** The moment's place in the frame. */
    index: number;
    colors: ReadonlyMap<string, number>;
    x: number;
    top: number;
    height: number;
    width: number;
  },
) {
  const beside = x > width / 2 ? { right: `${width - x + 12}px` } : { left: `${x + 12}px` };
  // On top stands what is drawn on top.
  const bands = frame.bands.toReversed();
  return (
    <div class="pointer-events-none" aria-hidden="true">
      <div
        class="absolute w-px bg-edge"
        style={{ left: `${x}px`, top: `${top}px`, height: `${height}px` }}
      />
      <div
        class="absolute z-10 max-w-[calc(100%-1rem)] rounded-lg border border-line bg-surface px-3 py-2 text-xs"
        style={{ ...beside, top: `${top + 8}px` }}
      >
        <div class="mb-1 text-muted tabular-nums">{momentOf(frame.times[index], useFormat())}</div>
        <table class="tabular-nums">
          <tbody>
            {frame.bands[0]?.id === TOTAL
              ? <Total frame={frame} index={index} />
              : bands.map(({ id, sent, received }) => (
                <tr key={id}>
                  <th scope="row" class="max-w-40 pr-4 text-left font-normal">
                    <BandName id={id} color={colors.get(id)} />
                  </th>
                  <td class="pr-3 text-right">
                    <span class="text-received">↓</span> <Rate value={received[index] ?? 0} />
                  </td>
                  <td class="text-right">
                    <span class="text-sent">↑</span> <Rate value={sent[index] ?? 0} />
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Total({ frame: { bands: [band] }, index }: { frame: Frame; index: number }) {
  const sides = [
    ["text-received", "↓", words.shared.received, band.received],
    ["text-sent", "↑", words.shared.sent, band.sent],
  ] as const;
  return (
    <>
      {sides.map(([color, arrow, name, values]) => (
        <tr key={name}>
          <th scope="row" class="pr-6 text-left font-normal">
            <span class={color}>{arrow}</span> {name}
          </th>
          <td class="text-right">
            <Rate value={values[index] ?? 0} />
          </td>
        </tr>
      ))}
    </>
  );
}

/** A moment in local milliseconds: its day too, unless that is today. */
export function momentOf(
  at: number,
  format: Pick<ReturnType<typeof useFormat>, "clock" | "day">,
): string {
  const day = format.day(at);
  const clock = format.clock(at, true);
  return day === format.day(Date.now()) ? clock : `${day}, ${clock}`;
}
