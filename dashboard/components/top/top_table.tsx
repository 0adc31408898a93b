import type { TopReply } from "../../../manager/api/model_history.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { Bytes } from "../shared/quantity.tsx";
import { TopLink } from "./top_link.tsx";

const w = words.top;
const HEAD = "h-9 border-y border-line px-2 text-xs font-normal text-muted first:pl-4 last:pr-4";
const CELL = "h-(--row) px-2 first:pl-4 last:pr-4";

/**
 * The heaviest, each with what it used at least. The manager counts the heaviest of many with bounded
 * memory, so a figure may be too low by a known amount: where it is, what it may be at most stands beside.
 */
export function TopTable({ reply }: { reply: TopReply }) {
  const { entries, by, others_bytes } = reply;
  const most = Math.max(...entries.map(({ bytes, error_bytes }) => bytes + error_bytes), 1);
  const isExact = entries.every(({ error_bytes }) => error_bytes === 0);
  return (
    <>
      <table class="w-full table-fixed border-separate border-spacing-0" aria-label={w.titles[by]}>
        <thead>
          <tr>
            <th scope="col" class={`${HEAD} w-13 text-right`}>{w.rank}</th>
            <th scope="col" class={`${HEAD} text-left`}>{w.columns[by]}</th>
            <th scope="col" class={`${HEAD} w-[30%] text-left max-sm:hidden`}>{w.share}</th>
            <th scope="col" class={`${HEAD} w-28 text-right`}>{isExact ? w.bytes : w.atLeast}</th>
            {!isExact && <th scope="col" class={`${HEAD} w-28 text-right`}>{w.atMost}</th>}
          </tr>
        </thead>
        <tbody>
          {entries.map((entry, i) => (
            <tr key={entry.key} class="hover:bg-raised">
              <td class={`${CELL} text-right text-muted tabular-nums`}>
                <Rank n={i + 1} />
              </td>
              <td class={CELL}>
                <TopLink by={by} name={entry.key} />
              </td>
              <td class={`${CELL} max-sm:hidden`}>
                <Bar bytes={entry.bytes} more={entry.error_bytes} most={most} />
              </td>
              <td class={`${CELL} text-right`}>
                <Bytes value={entry.bytes} />
              </td>
              {!isExact && (
                <td class={`${CELL} text-right text-muted`}>
                  {entry.error_bytes > 0 && <Bytes value={entry.bytes + entry.error_bytes} />}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <Others bytes={others_bytes} />
    </>
  );
}

function Rank({ n }: { n: number }) {
  return <>{useFormat().count(n)}</>;
}

/** How much beside the heaviest: filled what is certain, pale what may be added. */
function Bar({ bytes, more, most }: { bytes: number; more: number; most: number }) {
  const percent = (n: number) => `${100 * n / most}%`;
  return (
    <span class="flex h-2 overflow-hidden rounded-sm bg-raised" aria-hidden="true">
      <span class="bg-accent" style={{ width: percent(bytes) }} />
      <span class="bg-accent opacity-30" style={{ width: percent(more) }} />
    </span>
  );
}

function Others({ bytes }: { bytes: number }) {
  const format = useFormat();
  const { value, unit } = format.bytes(bytes);
  return (
    <p class="border-t border-line px-4 py-3 text-xs text-muted">
      {bytes > 0 ? w.others(`${value} ${unit}`) : w.all}
    </p>
  );
}
