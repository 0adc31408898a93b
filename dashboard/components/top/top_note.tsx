import type { TopReply } from "../../../manager/api/model_history.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";

/** What the figures are of, and since when. */
export function TopNote({ reply: { from, proxy_id } }: { reply: TopReply }) {
  const { moment } = useFormat();
  const { since, sinceOfProxy } = words.top;
  return <>{(proxy_id === null ? since : sinceOfProxy)(moment(from * 1000))}</>;
}
