import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Empty, Waiting } from "../shared/panel.tsx";
import type { Connections } from "./use_connections.ts";

const w = words.connections;

/** Why there is no row. */
export function ConnectionEmpty({ connections }: { connections: Connections }) {
  const { question, ask, view } = connections;
  const { fleet, connections: { feed } } = useStore();
  if (view === null || !feed.value.known) return <Waiting phase={fleet.value.phase} />;
  const isFiltered = question.text !== "" || Object.keys(question.facets).length > 0;
  if (isFiltered) {
    return (
      <Empty>
        {w.noMatch}{" "}
        <button
          type="button"
          class="text-accent underline underline-offset-4"
          onClick={() => ask({ text: "", facets: {} })}
        >
          {w.clear}
        </button>
      </Empty>
    );
  }
  const { tab } = question;
  const none = { active: w.noneActive, closed: w.noneClosed, denied: w.noneDenied }[tab];
  return <Empty>{tab === "active" && feed.value.omitted > 0 ? w.notYet : none}</Empty>;
}
