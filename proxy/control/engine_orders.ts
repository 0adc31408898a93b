import type { Blocks } from "../access/blocks.ts";
import type { Gate } from "../access/gate.ts";
import type { Door } from "../door.ts";
import { glob } from "../glob.ts";
import type { UpstreamPool } from "../http/pool.ts";
import { isIpLiteral, ListenError, parseHostPort, unmapIPv4 } from "../net/address.ts";
import { isWithin, parseCidr } from "../net/cidr.ts";
import type { EndReason, Session } from "../net/session.ts";
import type { Sessions } from "../sessions.ts";
import type { Balancer } from "../tcp/balancer.ts";
import type { ConnectionFilter } from "./commands.ts";
import { connectionFilter } from "./filter.ts";
import type { EngineOrder, Outcome } from "./outcome.ts";

/** What orders to an engine work on. */
export interface Ordered {
  readonly sessions: Sessions;
  readonly door: Door;
  readonly gate: Gate;
  readonly blocks: Blocks;
  readonly upstreams: UpstreamPool;
  readonly balancer: Balancer | null;
  /** Stops accepting, and lets what runs finish. */
  drain(): Promise<void>;
  /** To be called when there are other blocks, or none any more. */
  blocksChanged(): void;
  /** To be called when backends may be chosen that could not be before, or the other way round. */
  backendsChanged(): void;
  /** Reads the files that its options name; returns what is wrong with them. */
  reload(): Promise<string[]>;
}

const DONE: Outcome = { error: "" };

/** Does what an engine is told; never rejects for anything that a command can hold. */
export function obey(engine: Ordered, order: EngineOrder): Outcome | Promise<Outcome> {
  const { sessions, blocks } = engine;
  switch (order.command) {
    case "close_connection":
      return closeAll(sessions, ({ record }) => record.id === order.id);
    case "close_matching":
      return closeMatching(engine, order.filter);
    case "count_matching":
      return { error: "", count: find(sessions, order.filter).length };
    case "close_denied":
      return closeAll(sessions, (session) => isDenied(engine.gate, session));
    case "show":
      return { error: "", shown: { accepting: accepting(engine.door), blocks: blocks.list() } };
    case "drain":
      return engine.drain().then(() => DONE);
    case "resume":
      return resume(engine.door);
    case "pause_accepting":
    case "resume_accepting":
      return hold(engine.door, order.command === "pause_accepting");
    case "order_backend":
      return orderBackend(engine, order);
    case "block_client": {
      if (!blocks.add(order.ip, order.seconds)) return { error: "too many clients are blocked" };
      engine.blocksChanged();
      const networks = [parseCidr(order.ip)];
      const isBlocked = ({ clientIp }: Session) => isWithin(networks, clientIp);
      return closeAll(sessions, isBlocked, "client_blocked");
    }
    case "unblock_client": {
      const wasBlocked = blocks.remove(order.ip);
      engine.blocksChanged();
      return { error: "", note: wasBlocked ? "" : "it was not blocked" };
    }
    case "reload":
      return engine.reload().then((problems) => ({ error: problems.join("; ") }));
    case "set_log_level":
      return DONE;
  }
}

function closeMatching(engine: Ordered, filter: ConnectionFilter): Outcome {
  const found = find(engine.sessions, filter);
  for (const session of found) session.destroy("closed_by_operator");
  // Those that wait for a next request belong to nobody, and have no property but their origin.
  const { target, ...others } = filter;
  if (Object.keys(others).length === 0) engine.upstreams.drop(glob(target ?? "*"));
  return { error: "", count: found.length };
}

/** Those that have not been told to end before. */
function find(sessions: Sessions, filter: ConnectionFilter): Session[] {
  const fits = connectionFilter(filter, Date.now() / 1000);
  return sessions.matching(({ record, endReason }) => endReason === "" && fits(record));
}

function closeAll(
  sessions: Sessions,
  fits: (session: Session) => boolean,
  reason: EndReason = "closed_by_operator",
): Outcome {
  const found = sessions.matching((session) => session.endReason === "" && fits(session));
  for (const session of found) session.destroy(reason);
  return { error: "", count: found.length };
}

/** Judges where it is connected to, or else what it asked for last. */
function isDenied(gate: Gate, { clientIp, record, upstream }: Session): boolean {
  if (gate.client(clientIp) !== null) return true;
  if (record.target === "") return false;
  try {
    const { host, port } = parseHostPort(record.target);
    const ip = upstream ? unmapIPv4(upstream.remoteAddr.hostname) : isIpLiteral(host) ? host : null;
    const verdict = ip === null ? gate.name(host, port) : gate.target(clientIp, host, ip, port);
    return verdict !== null;
  } catch {
    // A target that was cut to what a record holds is nothing that a rule could name.
    return false;
  }
}

function accepting({ isOpen, isHeld }: Door) {
  return !isOpen ? "drained" : isHeld ? "paused" : "yes";
}

function resume(door: Door): Outcome {
  if (door.isOpen) return { error: "", note: "it listened already" };
  try {
    door.open();
    return DONE;
  } catch (error) {
    if (error instanceof ListenError) return { error: error.message };
    throw error;
  }
}

function hold(door: Door, on: boolean): Outcome {
  if (!door.isOpen) return { error: "it does not listen, since it drains: resume it first" };
  if (door.isHeld === on) {
    return { error: "", note: on ? "it was paused already" : "it was not paused" };
  }
  if (on) door.hold();
  else door.release();
  return DONE;
}

function orderBackend(
  engine: Ordered,
  { name, order }: EngineOrder & { command: "order_backend" },
): Outcome {
  if (!engine.balancer?.order(name, order)) return { error: `there is no backend ${name}` };
  engine.backendsChanged();
  return DONE;
}
