import type { TopBy } from "../../state/top.ts";
import { words } from "../../words/words.ts";
import { Untrusted } from "../shared/untrusted.tsx";

/** One of the heaviest by its name. */
export function TopLink({ by, name }: { by: TopBy; name: string }) {
  if (name === "") return <span class="text-muted">{words.top.nameless[by]}</span>;
  return <Untrusted text={name} mono={by !== "user"} />;
}
