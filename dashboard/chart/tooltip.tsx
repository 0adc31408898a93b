import { Rate } from "../components/shared/quantity.tsx";
import { formatClock } from "../format.ts";
import type { Sample } from "../state/series.ts";

/** One moment of the chart, as a small table beside a line through it. Sizes are pixels. */
export function ChartTooltip(
  { sample, x, top, height, width }: {
    sample: Sample;
    x: number;
    top: number;
    height: number;
    width: number;
  },
) {
  const beside = x > width / 2 ? { right: `${width - x + 12}px` } : { left: `${x + 12}px` };
  return (
    <div class="pointer-events-none">
      <div
        class="absolute w-px bg-edge"
        style={{ left: `${x}px`, top: `${top}px`, height: `${height}px` }}
      />
      <div
        class="absolute rounded-lg border border-line bg-surface px-3 py-2 text-xs"
        style={{ ...beside, top: `${top + 8}px` }}
      >
        <div class="mb-1 text-muted tabular-nums">{formatClock(sample.at, true)}</div>
        <table class="tabular-nums">
          <tbody>
            <tr>
              <th scope="row" class="pr-6 text-left font-normal">
                <span aria-hidden="true" class="text-received">↓</span> Received
              </th>
              <td class="text-right">
                <Rate value={sample.received ?? 0} />
              </td>
            </tr>
            <tr>
              <th scope="row" class="pr-6 text-left font-normal">
                <span aria-hidden="true" class="text-sent">↑</span> Sent
              </th>
              <td class="text-right">
                <Rate value={sample.sent ?? 0} />
              </td>
            </tr>
          </tbody>
        </table>
      </div>
    </div>
  );
}
