import { useState } from "preact/hooks";
import { type Closed, closeEach } from "../../state/connections/close_each.ts";
import type { ConnectionRow } from "../../state/connections/row.ts";
import { visible } from "../../format.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { failureText } from "../control/use_order.ts";
import { Confirm } from "../shared/confirm.tsx";

const w = words.connections.control;
/** Rows that are told; more are counted. */
const MOST = 6;

/** Closes the chosen connections, one after another, after a question. */
export function CloseSome({ rows, onDone, onClose }: {
  rows: readonly ConnectionRow[];
  /** They are closed, all that could be. */
  onDone: () => void;
  onClose: () => void;
}) {
  const { control, toasts } = useStore();
  const { count, counted } = useFormat();
  const [tried, setTried] = useState<number | null>(null);
  // What was asked for stays, whatever ends meanwhile.
  const [chosen] = useState(rows);
  const why = ({ closed, undone, failure }: Closed): string | null => {
    if (failure) return `${w.sum(counted(closed))} ${failureText(failure)}`;
    if (undone.length === 0) return null;
    const [{ proxy_id, outcome }] = undone;
    return `${w.sum(counted(closed))} ${
      w.notClosed(counted(undone.length), visible(proxy_id), words.control.outcome[outcome])
    }`;
  };
  const run = async () => {
    setTried(0);
    const done = await closeEach(chosen, (...order) => control.order(...order), setTried);
    setTried(null);
    const failure = why(done);
    if (failure !== null) return failure;
    const { closed, ended } = done;
    toasts.done(`${w.sum(counted(closed))}${ended > 0 ? ` ${w.hadEnded(counted(ended))}` : ""}`);
    onDone();
    return null;
  };
  return (
    <Confirm
      title={w.someTitle}
      verb={w.verb(counted(chosen.length))}
      destructive
      run={run}
      onClose={onClose}
    >
      <ul class="flex flex-col gap-1">
        {chosen.slice(0, MOST).map(({ key, shown: { client, target, proxy } }) => (
          <li key={key} class="wrap-anywhere">
            <bdi>
              {target === "" ? w.oneWordsNowhere(client, proxy) : w.oneWords(client, target, proxy)}
            </bdi>
          </li>
        ))}
        {chosen.length > MOST && (
          <li class="text-muted">{words.shared.andMore(count(chosen.length - MOST))}</li>
        )}
      </ul>
      <p role="status" class="text-muted tabular-nums empty:hidden">
        {tried !== null && w.tried(count(tried), count(chosen.length))}
      </p>
    </Confirm>
  );
}
