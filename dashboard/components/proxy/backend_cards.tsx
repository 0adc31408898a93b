import type { Backend } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { BackendMenu } from "../control/backend_menu.tsx";
import { Bytes, Latency } from "../shared/quantity.tsx";
import { BackendState } from "../shared/status.tsx";
import { Untrusted } from "../shared/untrusted.tsx";
import type { BackendsProps } from "./backend_table.tsx";

/** The backends on a phone: a card each. */
export function BackendCards({ backends, ...parts }: BackendsProps) {
  return (
    <ul class="divide-y divide-line border-t border-line">
      {backends.map((backend) => <BackendCard key={backend.name} backend={backend} {...parts} />)}
    </ul>
  );
}

const MENU =
  "-my-2 -mr-3 grid size-9 shrink-0 place-items-center rounded-lg text-muted active:bg-raised";

function BackendCard(
  { backend: b, ...parts }: { backend: Backend } & Omit<BackendsProps, "backends">,
) {
  const { count, counted } = useFormat();
  const { proxy: w } = words;
  return (
    <li class="px-4 py-3">
      <div class="flex items-center justify-between gap-4">
        <div class="min-w-0">
          <Untrusted text={b.name} mono />
        </div>
        <span class="flex items-center gap-1 text-xs">
          <BackendState state={b.state} />
          <BackendMenu backend={b} buttonClass={MENU} {...parts} />
        </span>
      </div>
      <div class="mt-0.5 flex justify-between gap-4 text-xs text-muted tabular-nums">
        <span>
          {w.activeOf(count(b.active_connections), count(b.total_connections))} ·{" "}
          {w.errors(counted(b.errors))}
        </span>
        <span>{w.weight(count(b.weight))}</span>
      </div>
      <div class="mt-1 flex gap-6">
        <span class="whitespace-nowrap">
          <span class="text-received" aria-hidden="true">↓</span>
          <span class="sr-only">{words.shared.received}</span> <Bytes value={b.bytes_received} />
        </span>
        <span class="whitespace-nowrap">
          <span class="text-sent" aria-hidden="true">↑</span>
          <span class="sr-only">{words.shared.sent}</span> <Bytes value={b.bytes_sent} />
        </span>
        {b.check_latency_ms !== null && (
          <span class="ml-auto text-xs text-muted">
            {w.check} <Latency ms={b.check_latency_ms} />
          </span>
        )}
      </div>
    </li>
  );
}
