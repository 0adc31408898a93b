import type { ConnectionState } from "../../proxy/stats/report.ts";
import type { SavedProxy } from "../fleet/saved.ts";
import type { Heaviest } from "./heavy_hitters.ts";
import type { Row } from "./rollup.ts";

/** The name under which the fleet as a whole has its figures; no proxy has it. */
export const FLEET = "";

/** By what usage is summed up. */
export const USAGE_KINDS = ["client", "target", "user"] as const;
export type UsageKind = (typeof USAGE_KINDS)[number];

/** Figures of a proxy, or of the {@link FLEET}, to be added to those of the same raw step. */
export interface SeriesRow extends Row {
  proxy: string;
}

/** The heaviest of a clock hour, in place of what was written for it before. */
export interface UsageTop extends Heaviest {
  /** Unix seconds. */
  hour: number;
  proxy: string;
  kind: UsageKind;
}

/** A connection that has ended; times in Unix seconds of the manager's clock. */
export interface LoggedConnection {
  ended: number;
  started: number;
  proxy_id: string;
  /** A number for the proxy's boot. */
  boot: number;
  id: number;
  client_ip: string;
  client_port: number;
  target: string;
  user: string;
  state: ConnectionState;
  reason: string;
  bytes_sent: number;
  bytes_received: number;
  requests: number;
}

export const EVENT_KINDS = [
  "manager_started",
  "history_failed",
  "history_on",
  "proxy_appeared",
  "proxy_online",
  "proxy_stale",
  "proxy_offline",
  "proxy_stopped",
  "proxy_restarted",
  "proxy_draining",
  "proxy_removed",
  "loss_high",
  "loss_over",
  "alert_firing",
  "alert_resolved",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Something that happened; ids grow with time. */
export interface FleetEvent {
  id: number;
  /** Unix seconds. */
  time: number;
  kind: EventKind;
  /** Empty where it is not about a proxy. */
  proxy_id: string;
  /** More, for people. */
  detail: string;
}

/** Something that somebody has done, or has tried to; ids grow with time. */
export interface AuditEntry {
  id: number;
  /** Unix seconds. */
  time: number;
  /** A principal's name; "-" where nobody is known. */
  actor: string;
  client_ip: string;
  /** What was to be done, in snake_case. */
  action: string;
  /** To what; empty where it is about nothing in particular. */
  target: string;
  /** "done", or how it failed. */
  outcome: string;
  /** More, for people; never a secret. */
  detail: string;
}

/** A proxy as it is written down; `meta` is null where it is as it was. */
export interface PackedProxy {
  name: string;
  meta: string | null;
  figures: string;
}

/** What happened since the last one. It is written whole or not at all. */
export interface Batch {
  atMs: number;
  series: SeriesRow[];
  proxies: PackedProxy[];
  /** Proxies that the registry has let go. */
  removed: string[];
  log: LoggedConnection[];
  tops: UsageTop[];
  events: FleetEvent[];
  audit: AuditEntry[];
  /** Texts that others keep here, by name; those that have changed. */
  kept: Record<string, string>;
}

/** What an earlier run left. */
export interface Remembered {
  proxies: SavedProxy[];
  /** When the last batch was written, in Unix milliseconds; 0 if none was. */
  writtenMs: number;
  lastEventId: number;
  lastAuditId: number;
  /** Those of the hour that is running. */
  tops: UsageTop[];
  kept: Record<string, string>;
}
