import { z } from "zod";
import { accessFlag, type AccessOptions, misplacedRule } from "./access/options.ts";
import { controlFlags, type ControlOptions, controlOptions } from "./control/options.ts";
import { authFlags, type AuthOptions, authOptions } from "./auth/options.ts";
import { dnsFlags, type DnsOptions, dnsOptions } from "./dns/options.ts";
import { addressFlag, countFlag, listFlag, secondsFlag } from "./flags.ts";
import {
  type Address,
  AddressError,
  formatAddress,
  parseHostPort,
  parseListen,
} from "./net/address.ts";
import { parseCidr } from "./net/cidr.ts";
import { balanceFlags, type BalanceOptions, balanceOptions } from "./tcp/options.ts";
import { httpFlags, type HttpRules, httpRules } from "./http/options.ts";
import { rateFlag } from "./rate.ts";
import { socksFlags, type SocksOptions, socksOptions } from "./socks5/options.ts";
import { labelFlag } from "./labels.ts";
import { keyFlags, type KeyOptions, keyOptions } from "./stats/key_options.ts";
import type { Labels } from "./stats/labels_record.ts";
import { reportFlags, type ReportOptions, reportOptions } from "./stats/options.ts";
import { tlsFlags, type TlsOptions, tlsOptions } from "./tls/options.ts";

export const MODES = ["tcp", "http", "socks5"] as const;
export type Mode = (typeof MODES)[number];

/** What a proxy needs to know to start. Times in seconds. */
export interface ProxyOptions
  extends BalanceOptions, SocksOptions, AuthOptions, ReportOptions, KeyOptions {
  mode: Mode;
  listen: Address;
  /** What makes the proxy speak TLS to its clients; null for plain connections. */
  tls: TlsOptions | null;
  /** Networks whose connections begin with a PROXY protocol header. */
  acceptProxy: string[];
  access: AccessOptions;
  /** Where reports go over UDP; null for nowhere. */
  statsTo: Address | null;
  /** From whom the proxy takes orders; null for nobody. */
  control: ControlOptions | null;
  /** The name given with `--id`; null for one made of host, mode and listen address. */
  id: string | null;
  /** What the manager tells proxies apart by, beside their names. */
  labels: Labels;
  connectTimeout: number;
  /** Who resolves names; null for the system. */
  dns: DnsOptions | null;
  drainTimeout: number;
  /** Threads that share the port. */
  workers: number;
  limits: Limits;
  /** Of the http mode. */
  http: HttpRules;
}

/** What a proxy takes at most; null is no limit. */
export interface Limits {
  /** Connections at a time. */
  maxConnections: number;
  /** Connections at a time of one client address. */
  maxConnectionsPerClient: number | null;
  /** New connections a second of one client address, and as many at once. */
  acceptRate: number | null;
  /** Seconds after which a connection on which nothing moves is closed; 0 for never. */
  idleTimeout: number;
  /** Bytes a second of the whole proxy, each way. */
  bandwidth: number | null;
  /** Bytes a second of one connection, each way. */
  bandwidthPerConnection: number | null;
  /** Connections that the system holds until they are accepted. */
  backlog: number;
}

const DEFAULT_LISTEN: Record<Mode, string> = {
  tcp: "127.0.0.1:8000",
  http: "127.0.0.1:8080",
  socks5: "127.0.0.1:1080",
};

/** The manager's collector listens this far above its HTTP port. */
export const STATS_PORT_OFFSET = 1000;

/** The address for statistics that belongs to a manager's HTTP address; throws AddressError past port 64535. */
export function statsAddressOf(manager: Address): Address {
  const port = manager.port + STATS_PORT_OFFSET;
  if (port > 65535) {
    throw new AddressError(
      `expected a port up to ${65535 - STATS_PORT_OFFSET}, since statistics go to that port + ` +
        `${STATS_PORT_OFFSET} over UDP; --stats-addr on a proxy and --stats-listen on a manager name another`,
    );
  }
  return { host: manager.host, port };
}

const MANAGER_FLAG = "--manager-addr (or RUSTPROXY_MANAGER)";

const MAX_NETWORKS = 256;

function checkedCidr(text: string): string {
  parseCidr(text);
  return text;
}

const MAX_WORKERS = 64;

/** A number of threads, or `auto` for one a core. */
const workersFlag = z.string().transform((text, context) => {
  const workers = text === "auto" ? navigator.hardwareConcurrency : Number(text);
  if (text === "auto") return Math.min(MAX_WORKERS, workers);
  if (/^\d+$/.test(text) && workers >= 1 && workers <= MAX_WORKERS) return workers;
  context.addIssue(
    `Cannot parse --workers ${JSON.stringify(text)}: expected 1 to ${MAX_WORKERS}, or auto`,
  );
  return z.NEVER;
});

const flagsSchema = z.object({
  mode: z.enum(MODES, {
    error: (issue) =>
      `Cannot use --mode ${JSON.stringify(issue.input)}: expected ${MODES.join(", ")}`,
  }),
  listen: addressFlag("--listen", parseListen).optional(),
  ...balanceFlags,
  ...socksFlags,
  ...dnsFlags,
  ...httpFlags,
  acceptProxy: listFlag("--accept-proxy", MAX_NETWORKS, checkedCidr).optional(),
  access: accessFlag.default({ clients: [], targets: [] }),
  ...authFlags,
  ...tlsFlags,
  managerAddr: addressFlag(MANAGER_FLAG, parseHostPort).optional(),
  statsAddr: addressFlag("--stats-addr", parseHostPort).optional(),
  ...reportFlags,
  ...keyFlags,
  ...controlFlags,
  id: z.string().min(1, 'Cannot use --id "": expected a name').optional(),
  label: labelFlag.default({}),
  connectTimeout: secondsFlag("--connect-timeout", 0.1, 3600).default(10),
  drainTimeout: secondsFlag("--drain-timeout", 0, 3600).default(10),
  workers: workersFlag.default(1),
  maxConnections: countFlag("--max-connections", 1, 1_000_000).default(8000),
  maxConnectionsPerClient: countFlag("--max-connections-per-client", 1, 1_000_000).optional(),
  acceptRate: countFlag("--accept-rate", 1, 1_000_000).optional(),
  idleTimeout: secondsFlag("--idle-timeout", 0, 1_000_000).default(0),
  bandwidth: rateFlag("--bandwidth").optional(),
  bandwidthPerConnection: rateFlag("--bandwidth-per-connection").optional(),
  backlog: countFlag("--backlog", 1, 65_535).default(511),
});

/** Flags as text → options of a proxy; the ZodError's issues are whole sentences, one for each thing that is wrong. */
export const proxyOptionsSchema = flagsSchema.transform((flags, context): ProxyOptions => {
  const { mode, access, connectTimeout, drainTimeout, workers } = flags;
  /** What is no sentence that says what is wrong. */
  const right = <T>(options: T | string): options is T => {
    if (typeof options !== "string") return true;
    context.addIssue(options);
    return false;
  };
  const balance = balanceOptions(mode, flags);
  const socks = socksOptions(mode, flags);
  const dns = dnsOptions(flags);
  const http = httpRules(mode, flags);
  const auth = authOptions(mode, flags);
  const tls = tlsOptions(flags);
  const report = reportOptions(flags);
  const statsTo = statsToOf(flags);
  const keys = keyOptions(flags, statsTo !== null);
  const control = controlOptions(flags, flags.managerAddr);
  const parts = [right(balance), right(socks), right(dns), right(http), right(auth)];
  parts.push(right(misplacedRule(mode, access) ?? true), right(tls), right(report));
  parts.push(right(statsTo), right(keys), right(control));
  if (parts.includes(false)) return z.NEVER;
  return {
    mode,
    listen: flags.listen ?? parseListen(DEFAULT_LISTEN[mode]),
    ...balance as BalanceOptions,
    ...socks as SocksOptions,
    ...auth as AuthOptions,
    tls: tls as TlsOptions | null,
    acceptProxy: flags.acceptProxy ?? [],
    access,
    statsTo: statsTo as Address | null,
    ...report as ReportOptions,
    ...keys as KeyOptions,
    control: control as ControlOptions | null,
    id: flags.id ?? null,
    labels: flags.label,
    ...{ connectTimeout, drainTimeout, workers },
    dns: dns as DnsOptions | null,
    http: http as HttpRules,
    limits: limitsOf(flags),
  };
});

type Flags = z.output<typeof flagsSchema>;

/** Where reports go, or the sentence that says why they cannot. */
function statsToOf({ statsAddr, managerAddr }: Flags): Address | null | string {
  if (statsAddr || !managerAddr) return statsAddr ?? null;
  try {
    return statsAddressOf(managerAddr);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    return `Cannot use ${MANAGER_FLAG} ${formatAddress(managerAddr)}: ${error.message}`;
  }
}

function limitsOf(flags: Flags): Limits {
  const { maxConnections, idleTimeout, backlog } = flags;
  return {
    maxConnections,
    maxConnectionsPerClient: flags.maxConnectionsPerClient ?? null,
    acceptRate: flags.acceptRate ?? null,
    idleTimeout,
    bandwidth: flags.bandwidth ?? null,
    bandwidthPerConnection: flags.bandwidthPerConnection ?? null,
    backlog,
  };
}
