/** Closes chosen connections, one after another. */
import type { Command, OrderReply } from "../../../manager/api/model_control.ts";
import type { Answer } from "../../api/history.ts";
import type { Failure } from "../request.ts";
import type { ConnectionRow } from "./row.ts";

/** More than this are closed by a filter, not one by one: a proxy remembers each order for minutes. */
export const MAX_EACH = 200;

/** What became of them so far. */
export interface Closed {
  closed: number;
  /** They had ended before. */
  ended: number;
  undone: readonly Pick<OrderReply["results"][number], "proxy_id" | "outcome">[];
  /** Why the manager was not asked for the rest. */
  failure: Failure | null;
}

/** Gives an order, and brings what became of it; never rejects. */
export type Give = (command: Command, proxies: readonly string[]) => Promise<Answer<OrderReply>>;

/** Closes each of them; `onProgress` is told how many have been tried. Ends early where the manager does not answer. */
export async function closeEach(
  rows: readonly Pick<ConnectionRow, "id" | "proxy_id">[],
  give: Give,
  onProgress: (tried: number) => void,
): Promise<Closed> {
  let [closed, ended] = [0, 0];
  const undone: Closed["undone"][number][] = [];
  for (const [i, { id, proxy_id }] of rows.entries()) {
    const answer = await give({ command: "close_connection", id }, [proxy_id]);
    if ("failure" in answer) return { closed, ended, undone, failure: answer.failure };
    const [{ outcome, count = 0 }] = answer.value.results;
    if (outcome !== "done") undone.push({ proxy_id, outcome });
    else if (count > 0) closed++;
    else ended++;
    onProgress(i + 1);
  }
  return { closed, ended, undone, failure: null };
}
