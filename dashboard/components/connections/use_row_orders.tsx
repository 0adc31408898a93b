import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { fieldsOf } from "../../state/connections/close_filter.ts";
import type { ConnectionQuestion } from "../../state/connections/question.ts";
import type { ConnectionRow } from "../../state/connections/row.ts";
import { type Scope, scopeOf } from "../../state/connections/scope.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { useHindrance } from "../control/use_hindrance.ts";
import type { MenuItem } from "../shared/menu.tsx";
import { BlockDialog, type BlockStart } from "./block_dialog.tsx";
import { CloseDialog, type CloseStart } from "./close_dialog.tsx";
import { CloseOne } from "./close_one.tsx";

const w = words.connections.control;

/** What the reader can do about connections. */
export interface RowOrders {
  /** Whether there is anything; not so for readers who may not change anything. */
  are: boolean;
  /** What can be done about one. */
  of: (row: ConnectionRow) => readonly MenuItem[];
  /** Closing what the table is filtered by; null where it shows none that are open. */
  matching: MenuItem | null;
  /** What asks for more; to be drawn. */
  dialog: ComponentChildren;
}

type Asked =
  | { what: "one"; row: ConnectionRow }
  | { what: "matching"; start: CloseStart }
  | { what: "block"; start: BlockStart };

/** What the reader of these connections, of the fleet or of one proxy, can do about them. */
export function useRowOrders(question: ConnectionQuestion, proxyId: string | null): RowOrders {
  const { session, fleet, control } = useStore();
  const [asked, setAsked] = useState<Asked | null>(null);
  const hindrance = useHindrance();
  const { proxies } = fleet.value;
  const canChange = session.value.can_change;
  const close = (from: Pick<ConnectionQuestion, "facets" | "text">, scope: Scope) =>
    setAsked({ what: "matching", start: { ...fieldsOf(from), scope } });
  const ofAll = hindranceOfAll(proxies.values(), control.takers.value?.enabled ?? true);
  const item = (label: string, onSelect: () => void, note = ofAll): MenuItem => ({
    ...{ label, onSelect, disabled: note !== null, note: note ?? undefined },
  });
  const here = scopeOf({ facets: {} }, proxyId);
  const of = (row: ConnectionRow): MenuItem[] => {
    if (!canChange) return [];
    const { client_ip: client, target, user, proxy_id } = row;
    const proxy = proxies.get(proxy_id);
    const why = proxy ? hindrance(proxy, "close_connection") : w.gone;
    const same = (facets: ConnectionQuestion["facets"]) => () => close({ facets, text: "" }, here);
    const one = item(w.closeOne, () => setAsked({ what: "one", row }), why);
    return [
      ...row.active ? [{ ...one, danger: why === null }] : [],
      ...client === "" ? [] : [item(w.closeClient, same({ client }))],
      ...target === "" ? [] : [item(w.closeTarget, same({ target }))],
      ...user === "" ? [] : [item(w.closeUser, same({ user }))],
      {
        ...item(w.block, () => setAsked({ what: "block", start: { client, scope: here } })),
        apart: true,
      },
    ];
  };
  const isOffered = canChange && question.tab === "active";
  const matching = () => close(question, scopeOf(question, proxyId));
  const done = () => setAsked(null);
  return {
    are: canChange,
    of,
    matching: isOffered ? item(w.closeMatching, matching) : null,
    dialog: asked && <Asking asked={asked} onClose={done} />,
  };
}

function Asking({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  switch (asked.what) {
    case "one":
      return <CloseOne row={asked.row} onClose={onClose} />;
    case "matching":
      return <CloseDialog start={asked.start} onClose={onClose} />;
    case "block":
      return <BlockDialog start={asked.start} onClose={onClose} />;
  }
}

/** Why nobody can be told anything, or null. */
function hindranceOfAll(
  proxies: Iterable<{ controlled: boolean }>,
  isEnabled: boolean,
): string | null {
  if (!isEnabled) return words.control.hindrances.off;
  for (const { controlled } of proxies) if (controlled) return null;
  return w.noneControlled;
}
