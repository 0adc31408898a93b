import { words } from "../../words/words.ts";
import { Button } from "../shared/button.tsx";
import type { MenuItem } from "../shared/menu.tsx";

/** What can be done about a connection, with why where it cannot. */
export function OrderButtons({ orders }: { orders: readonly MenuItem[] }) {
  if (orders.length === 0) return null;
  const reasons = new Set(orders.flatMap(({ note }) => note ?? []));
  return (
    <section class="mt-6 border-t border-line pt-4">
      <h3 class="mb-2 text-xs text-muted">{words.connections.control.actions}</h3>
      <div class="flex flex-wrap gap-2">
        {orders.map(({ label, onSelect, danger, disabled, note }) => (
          <Button
            key={label}
            kind={danger ? "danger" : "plain"}
            onClick={onSelect}
            disabled={disabled}
            title={note}
          >
            {label}
          </Button>
        ))}
      </div>
      {[...reasons].map((reason) => <p key={reason} class="mt-2 text-xs text-muted">{reason}</p>)}
    </section>
  );
}
