import type { Backend } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { Bytes, Latency } from "../shared/quantity.tsx";
import { BackendState } from "../shared/status.tsx";
import { Untrusted } from "../shared/untrusted.tsx";

/** The backends on a phone: a card each. */
export function BackendCards({ backends }: { backends: readonly Backend[] }) {
  return (
    <ul class="divide-y divide-line border-t border-line">
      {backends.map((backend) => <BackendCard key={backend.name} backend={backend} />)}
    </ul>
  );
}

function BackendCard({ backend: b }: { backend: Backend }) {
  const { count, counted } = useFormat();
  const { proxy: w } = words;
  return (
    <li class="px-4 py-3">
      <div class="flex items-center justify-between gap-4">
        <div class="min-w-0">
          <Untrusted text={b.name} mono />
        </div>
        <span class="text-xs">
          <BackendState state={b.state} />
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
