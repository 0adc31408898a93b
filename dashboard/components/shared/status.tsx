import type { Backend, Connection, ProxySummary } from "../../../manager/api/model.ts";
import { proxyStatus } from "../../state/rows.ts";
import { words } from "../../words/words.ts";

export type ShapeName = "disc" | "ring" | "triangle" | "square" | "box" | "half";

/** A state's sign: its shape tells it apart where colour does not. */
export function Shape({ name }: { name: ShapeName }) {
  const outline = { fill: "none", stroke: "currentColor", "stroke-width": 1.5 };
  return (
    <svg viewBox="0 0 10 10" class="size-2.5 shrink-0" fill="currentColor" aria-hidden="true">
      {name === "disc" && <circle cx="5" cy="5" r="4.5" />}
      {name === "ring" && <circle cx="5" cy="5" r="3.75" {...outline} />}
      {name === "triangle" && <path d="M5 .5 9.9 9.5H.1z" />}
      {name === "square" && <rect x="1" y="1" width="8" height="8" />}
      {name === "box" && <rect x="1.5" y="1.5" width="7" height="7" {...outline} />}
      {name === "half" && (
        <>
          <circle cx="5" cy="5" r="3.75" {...outline} />
          <path d="M5 1.25a3.75 3.75 0 0 0 0 7.5z" />
        </>
      )}
    </svg>
  );
}

interface Look {
  shape: ShapeName;
  color: string;
}

const PROXY_LOOKS: Record<ReturnType<typeof proxyStatus>, Look> = {
  online: { shape: "disc", color: "text-ok" },
  draining: { shape: "half", color: "text-warn" },
  stale: { shape: "triangle", color: "text-warn" },
  offline: { shape: "ring", color: "text-muted" },
  stopped: { shape: "box", color: "text-muted" },
};

const CONNECTION_LOOKS: Record<Connection["state"], Look> = {
  connecting: { shape: "half", color: "text-muted" },
  active: { shape: "disc", color: "text-ok" },
  closed: { shape: "ring", color: "text-muted" },
  failed: { shape: "square", color: "text-bad" },
  rejected: { shape: "box", color: "text-warn" },
};

const BACKEND_LOOKS: Record<Backend["state"], Look> = {
  up: { shape: "disc", color: "text-ok" },
  set_aside: { shape: "triangle", color: "text-warn" },
  down: { shape: "square", color: "text-bad" },
  drained: { shape: "half", color: "text-warn" },
  disabled: { shape: "box", color: "text-muted" },
  removed: { shape: "ring", color: "text-muted" },
};

/** A proxy's state as shape, word and colour. */
export function ProxyStatus({ proxy }: { proxy: ProxySummary }) {
  const word = proxyStatus(proxy);
  return <Signed look={PROXY_LOOKS[word]} word={words.shared.states[word]} />;
}

/** A connection's state as shape, word and colour; the `sign` alone has its word on hover. */
export function ConnectionState(
  { state, sign = false }: { state: Connection["state"]; sign?: boolean },
) {
  const look = CONNECTION_LOOKS[state];
  const word = words.shared.states[state];
  if (!sign) return <Signed look={look} word={word} />;
  return (
    <span class={look.color} title={word}>
      <Shape name={look.shape} />
      <span class="sr-only">{word}</span>
    </span>
  );
}

/** A backend's state as shape, word and colour. */
export function BackendState({ state }: { state: Backend["state"] }) {
  return <Signed look={BACKEND_LOOKS[state]} word={words.shared.states[state]} />;
}

function Signed({ look, word }: { look: Look; word: string }) {
  return (
    <span class={`inline-flex items-center gap-2 whitespace-nowrap ${look.color}`}>
      <Shape name={look.shape} />
      {word}
    </span>
  );
}
