import { visible } from "../../format.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import type { Told } from "./actions.ts";

/** Names that are told; more are counted. */
const MOST = 8;

/** Whom of a selection an order goes to, and how many it cannot go to. */
export function TargetNote({ told: { ids, leftOut } }: { told: Told }) {
  const { count, counted } = useFormat();
  const { control: w } = words;
  if (ids.length === 1 && leftOut === 0) return null;
  return (
    <div class="flex flex-col gap-1 text-xs text-muted tabular-nums">
      <p class="wrap-anywhere">
        {ids.slice(0, MOST).map((id, i) => (
          <>
            {i > 0 && ", "}
            <bdi key={id}>{visible(id)}</bdi>
          </>
        ))}
        {ids.length > MOST && ` ${words.shared.andMore(count(ids.length - MOST))}`}
      </p>
      {leftOut > 0 && <p>{w.leftOut(counted(leftOut))}</p>}
    </div>
  );
}
