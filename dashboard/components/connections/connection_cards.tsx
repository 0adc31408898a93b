import type { Connection } from "../../../manager/api/model.ts";
import { formatClient, formatPlural } from "../../format.ts";
import { reasonWords } from "./connection_table.tsx";
import { Bytes } from "../shared/quantity.tsx";
import { ConnectionState } from "../shared/status.tsx";
import { Duration } from "../shared/time.tsx";
import { Untrusted } from "../shared/untrusted.tsx";

/** The connections on a phone: a card each. */
export function ConnectionCards({ connections }: { connections: Connection[] }) {
  return (
    <ul class="divide-y divide-line border-t border-line">
      {connections.map((c) => <ConnectionCard key={c.id} connection={c} />)}
    </ul>
  );
}

function ConnectionCard({ connection: c }: { connection: Connection }) {
  const facts = [
    reasonWords(c.reason),
    c.user,
    c.requests > 0 ? formatPlural(c.requests, "request") : "",
  ].filter((fact) => fact !== "");
  return (
    <li class={c.active ? "px-4 py-3" : "px-4 py-3 text-muted"}>
      <div class="flex items-center justify-between gap-4">
        <div class="min-w-0">
          <Untrusted text={c.target} mono />
        </div>
        <span class="text-xs">
          <ConnectionState state={c.state} />
        </span>
      </div>
      <div class="mt-0.5 flex justify-between gap-4 text-xs text-muted">
        <div class="min-w-0">
          <Untrusted text={formatClient(c.client_ip, c.client_port)} mono />
        </div>
        <Duration start={c.start_time} end={c.active ? undefined : c.last_activity} />
      </div>
      <div class="mt-1 flex gap-6">
        <span class="whitespace-nowrap">
          <span class="text-received" aria-hidden="true">↓</span>
          <span class="sr-only">received</span> <Bytes value={c.bytes_received} />
        </span>
        <span class="whitespace-nowrap">
          <span class="text-sent" aria-hidden="true">↑</span>
          <span class="sr-only">sent</span> <Bytes value={c.bytes_sent} />
        </span>
        <span class="ml-auto min-w-0 text-xs text-muted">
          <Untrusted text={facts.join(" · ")} />
        </span>
      </div>
    </li>
  );
}
