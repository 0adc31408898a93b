import { writeQuestion } from "../../state/connections/question.ts";
import { pageHref } from "../../state/route.ts";
import { useStore } from "../../state/store.ts";
import { type TopBy, topQuestion } from "../../state/top.ts";
import { words } from "../../words/words.ts";
import { Untrusted } from "../shared/untrusted.tsx";

/** One of the heaviest by its name, leading to its connections. */
export function TopLink({ by, name }: { by: TopBy; name: string }) {
  const { proxyId } = topQuestion(useStore().route.value.query);
  if (name === "") return <span class="text-muted">{words.top.nameless[by]}</span>;
  const facets = { [by]: name, ...(proxyId === "" ? {} : { proxy: proxyId }) };
  return (
    <a
      href={pageHref("connections", writeQuestion({ facets }))}
      class="block w-fit max-w-full rounded hover:underline"
    >
      <Untrusted text={name} mono={by !== "user"} />
    </a>
  );
}
