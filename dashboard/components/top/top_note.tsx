import type { TopReply } from "../../../manager/api/model_history.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";

/** What the figures are of, and since when. */
export function TopNote({ reply: { from } }: { reply: TopReply }) {
  const { moment } = useFormat();
  return <>{words.top.since(moment(from * 1000))}</>;
}
