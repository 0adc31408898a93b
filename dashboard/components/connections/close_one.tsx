import type { ConnectionRow } from "../../state/connections/row.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { useOrder } from "../control/use_order.ts";
import { Confirm } from "../shared/confirm.tsx";

const w = words.connections.control;

/** Closes one connection, after a question. */
export function CloseOne({ row, onClose }: { row: ConnectionRow; onClose: () => void }) {
  const { feed, version } = useStore().connections;
  // Read, so that it is drawn anew with each message.
  version.value;
  const isOpen = feed.value.isOpen(row);
  const give = useOrder();
  const { client, target, proxy } = row.shown;
  return (
    <Confirm
      title={w.oneTitle}
      verb={w.oneVerb}
      destructive
      ready={isOpen}
      run={() => give({ command: "close_connection", id: row.id }, [row.proxy_id])}
      onClose={onClose}
    >
      <p class="wrap-anywhere">
        <bdi>
          {target === "" ? w.oneWordsNowhere(client, proxy) : w.oneWords(client, target, proxy)}
        </bdi>
      </p>
      {!isOpen && <p role="status" class="text-muted">{w.ended}</p>}
    </Confirm>
  );
}
