import { momentOf } from "../../chart/tooltip.tsx";
import { useFormat } from "../../state/format.ts";
import { type Frame, OTHERS, thinned, TOTAL } from "../../state/frame.ts";
import { visible } from "../../format.ts";
import { words } from "../../words/words.ts";
import { Rate } from "../shared/quantity.tsx";

/** More rows are read by nobody; so many moments each are joined. */
const MOST_ROWS = 60;

/** The chart's values as a table, the newest first: for those who cannot see it, and to read exactly. */
export function ValueTable({ frame }: { frame: Frame }) {
  const format = useFormat();
  const { times, bands } = thinned(frame, MOST_ROWS);
  const { chart, shared } = words;
  const nameOf = (id: string) =>
    id === TOTAL ? "" : `${id === OTHERS ? chart.others : visible(id)} · `;
  const columns = bands.flatMap(({ id, sent, received }) => [
    { key: `r${id}`, title: `${nameOf(id)}↓ ${shared.received}`, values: received },
    { key: `s${id}`, title: `${nameOf(id)}↑ ${shared.sent}`, values: sent },
  ]);
  const rows = times.map((at, i) => ({ at, i }))
    .filter(({ i }) => bands.some(({ sent }) => sent[i] !== null)).reverse();
  return (
    <div
      class="relative max-h-80 overflow-auto border-t border-line"
      role="region"
      aria-label={chart.values}
      tabIndex={0}
    >
      <table class="w-full text-xs tabular-nums" aria-label={chart.title}>
        <caption class="px-4 py-2 text-left text-muted">
          {chart.valuesNote(format.count(MOST_ROWS))}
        </caption>
        <thead class="sticky top-0 bg-surface text-muted">
          <tr>
            <th scope="col" class="px-4 py-1.5 text-left font-normal">{chart.time}</th>
            {columns.map(({ key, title }) => (
              <th
                key={key}
                scope="col"
                class="max-w-60 truncate px-4 py-1.5 text-right font-normal"
              >
                <bdi>{title}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, i }) => (
            <tr key={at}>
              <th scope="row" class="px-4 py-1 text-left font-normal whitespace-nowrap">
                {momentOf(at, format)}
              </th>
              {columns.map(({ key, values }) => (
                <td key={key} class="px-4 py-1 text-right">
                  {values[i] === null ? shared.none : <Rate value={values[i]!} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
