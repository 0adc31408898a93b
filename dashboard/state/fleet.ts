/** What the dashboard knows, as a pure reducer over the manager's messages. Local times are milliseconds. */
import type {
  Backend,
  FleetStats,
  Limits,
  ProxySummary,
  ServerMessage,
} from "../../manager/api/model.ts";
import { isSilent } from "./rows.ts";
import { addGap, addSample, GAP_MS, type Sample, type Series } from "./series.ts";

/** The way to the manager: `connecting` until the first message, then `live` or `lost`. */
export type LinkPhase = "connecting" | "live" | "lost";

/** The proxy whose page is open; `known` once the manager has told of it. */
export interface View {
  proxyId: string;
  known: boolean;
  backends: readonly Backend[];
  /** Counters by reason. */
  reasons: Readonly<Record<string, number>>;
  /** Null where the proxy has not reported them. */
  limits: Limits | null;
}

export interface FleetState {
  phase: LinkPhase;
  /** When the link was lost, or when the first attempt began. */
  since: number;
  /** The manager's clock minus this machine's, in milliseconds. */
  clockOffset: number;
  stats: FleetStats | null;
  proxies: ReadonlyMap<string, ProxySummary>;
  traffic: Series;
  proxyTraffic: ReadonlyMap<string, Series>;
  view: View | null;
}

export type FleetAction =
  | { type: "message"; at: number; message: ServerMessage }
  | { type: "lost"; at: number }
  | { type: "view"; proxyId: string | null };

/** The state before the first message. */
export function initialFleet(at: number): FleetState {
  return {
    phase: "connecting",
    since: at,
    clockOffset: 0,
    stats: null,
    proxies: new Map(),
    traffic: [],
    proxyTraffic: new Map(),
    view: null,
  };
}

/** The state after an action; unchanged parts keep their identity. */
export function reduceFleet(state: FleetState, action: FleetAction): FleetState {
  switch (action.type) {
    case "message":
      return reduceMessage(state, action.message, action.at);
    case "lost":
      return state.phase === "lost" ? state : lost(state, action.at);
    case "view":
      return viewed(state, action.proxyId);
  }
}

function reduceMessage(state: FleetState, message: ServerMessage, at: number): FleetState {
  // The rows themselves are kept in connections/feed.ts.
  if (message.type === "fleet_connections") return state;
  if (message.type === "connections") return withConnections(state, message);
  const proxies = message.type === "snapshot" ? new Map() : new Map(state.proxies);
  for (const proxy of message.proxies) proxies.set(proxy.proxy_id, proxy);
  if (message.type === "delta") { for (const id of message.removed) proxies.delete(id); }
  const { rate_sent: sent, rate_received: received, active_connections, active_proxies } =
    message.stats;
  const sample = { at, sent, received, active: active_connections, proxies: active_proxies };
  return {
    ...state,
    phase: "live",
    since: state.phase === "live" ? state.since : at,
    clockOffset: message.time * 1000 - at,
    stats: message.stats,
    proxies,
    traffic: isBlind(message.stats, sample) ? state.traffic : addSample(state.traffic, sample),
    proxyTraffic: sampleProxies(state.proxyTraffic, proxies, message, at),
  };
}

function sampleProxies(
  before: FleetState["proxyTraffic"],
  proxies: FleetState["proxies"],
  { proxies: changed, stats }: Pick<Delta, "proxies" | "stats">,
  at: number,
): FleetState["proxyTraffic"] {
  const after = new Map(before);
  for (const id of before.keys()) if (!proxies.has(id)) after.delete(id);
  for (const proxy of changed) {
    const series = before.get(proxy.proxy_id) ?? [];
    const gapMs = gapOf(proxy);
    if (!isSilent(proxy) && isBlind(stats, sampleOf(proxy, at))) continue;
    after.set(
      proxy.proxy_id,
      isSilent(proxy) ? addGap(series, at) : addSample(series, sampleOf(proxy, at), gapMs),
    );
  }
  return after;
}

type Delta = Extract<ServerMessage, { type: "delta" }>;

/** So long after its start, in seconds, a manager has heard of a usual proxy twice. */
const BLIND_S = 12;

/** A manager that has just begun knows no rate until it has two reports: that is not a rate of nothing. */
function isBlind({ manager_uptime }: FleetStats, { sent, received }: Sample): boolean {
  return manager_uptime < BLIND_S && sent === 0 && received === 0;
}

function sampleOf(proxy: ProxySummary, at: number): Sample {
  const { rate_sent: sent, rate_received: received, active_connections: active } = proxy;
  return { at, sent, received, active, proxies: null };
}

/** How long a proxy may be silent until that is a gap: one that reports once a minute has none between two reports. */
export function gapOf(proxy: Pick<ProxySummary, "interval">): number {
  return Math.max(GAP_MS, 2.5 * proxy.interval * 1000);
}

function withConnections(
  state: FleetState,
  message: Extract<ServerMessage, { type: "connections" }>,
): FleetState {
  const { view } = state;
  if (view === null || view.proxyId !== message.proxy_id) return state;
  // Without a full message to start from, changes alone would be shown as if they were all.
  if (!message.full && !view.known) return state;
  const { backends = view.backends, reasons = view.reasons, limits = view.limits } = message;
  const isSame = view.known && backends === view.backends && reasons === view.reasons &&
    limits === view.limits;
  return isSame ? state : { ...state, view: { ...view, known: true, backends, reasons, limits } };
}

function lost(state: FleetState, at: number): FleetState {
  const proxyTraffic = new Map(
    [...state.proxyTraffic].map(([id, series]) => [id, addGap(series, at)] as const),
  );
  return { ...state, phase: "lost", since: at, traffic: addGap(state.traffic, at), proxyTraffic };
}

function viewed(state: FleetState, proxyId: string | null): FleetState {
  if (proxyId === null) return { ...state, view: null };
  if (state.view?.proxyId === proxyId) return state;
  const nothing = { known: false, backends: [], reasons: {}, limits: null };
  return { ...state, view: { proxyId, ...nothing } };
}
