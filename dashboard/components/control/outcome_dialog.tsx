import { useState } from "preact/hooks";
import { visible } from "../../format.ts";
import type { Outcome } from "../../state/control.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Button } from "../shared/button.tsx";
import { Dialog } from "../shared/dialog.tsx";
import { Progress } from "../shared/progress.tsx";
import { Shape, type ShapeName } from "../shared/status.tsx";
import { Untrusted } from "../shared/untrusted.tsx";
import { failureText } from "./use_order.ts";

/** More rows than this tell nobody anything; the worst come first. */
const MOST = 500;

const LOOKS: Record<Outcome["outcome"], { shape: ShapeName; color: string; rank: number }> = {
  failed: { shape: "square", color: "text-bad", rank: 0 },
  timeout: { shape: "triangle", color: "text-warn", rank: 1 },
  refused: { shape: "box", color: "text-warn", rank: 2 },
  not_connected: { shape: "ring", color: "text-muted", rank: 3 },
  done: { shape: "disc", color: "text-ok", rank: 4 },
};

/** What became of an order at each proxy, where that is more than a toast can tell. */
export function OutcomeDialog() {
  const { control } = useStore();
  const { counted, count } = useFormat();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const shown = control.outcomes.value;
  if (shown === null) return null;
  const { list, command } = shown;
  const undone = list.filter(({ outcome }) => outcome !== "done").length;
  const closed = closedBy(list);
  const rows = list.toSorted((a, b) => LOOKS[a.outcome].rank - LOOKS[b.outcome].rank);
  const { control: w } = words;
  const close = () => {
    setFailure(null);
    control.dismiss();
  };
  const again = async () => {
    setBusy(true);
    const answer = await control.tryAgain();
    setBusy(false);
    setFailure("failure" in answer ? failureText(answer.failure) : null);
  };
  return (
    <Dialog title={w.commands[command.command] ?? command.command} onClose={close}>
      <div class="relative flex flex-col gap-4">
        <Progress active={busy} />
        <p role="status" class="tabular-nums">
          {w.doneOf(count(list.length - undone), counted(list.length))}
          {closed !== null && ` ${w.closedOf(counted(closed))}`}
        </p>
        <ul aria-label={w.outcomes} class="divide-y divide-line rounded-lg border border-line">
          {rows.slice(0, MOST).map((row) => <Row key={row.proxy_id} row={row} />)}
        </ul>
        {rows.length > MOST && <p class="text-muted">{w.moreOf(count(rows.length - MOST))}</p>}
        {failure !== null && <p role="alert" class="wrap-anywhere text-bad">{failure}</p>}
        <div class="flex flex-wrap justify-end gap-2">
          {undone > 0 && <Button onClick={again} busy={busy}>{w.tryAgain(counted(undone))}</Button>}
          <Button kind="primary" onClick={close}>{words.shared.close}</Button>
        </div>
      </div>
    </Dialog>
  );
}

/** Connections that were closed in all; null where that was not what was told. */
function closedBy(list: readonly Outcome[]): number | null {
  const counts = list.flatMap(({ count }) => count ?? []);
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

function Row({ row: { proxy_id, outcome, detail } }: { row: Outcome }) {
  const { shape, color } = LOOKS[outcome];
  return (
    <li class="flex flex-col gap-0.5 px-3 py-2">
      <span class="flex items-center justify-between gap-4">
        <span class="min-w-0 font-medium">
          <Untrusted text={proxy_id} />
        </span>
        <span class={`inline-flex items-center gap-2 whitespace-nowrap ${color}`}>
          <Shape name={shape} />
          {words.control.outcome[outcome]}
        </span>
      </span>
      {detail !== "" && (
        <span class="text-xs wrap-anywhere text-muted">
          <bdi>{visible(detail)}</bdi>
        </span>
      )}
    </li>
  );
}
