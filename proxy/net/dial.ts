import { lookup } from "node:dns/promises";
import { type Address, formatAddress, isIpLiteral } from "./address.ts";
import { Deadlines } from "./deadlines.ts";
import { errorCode, Failure, type FailureReason } from "./failure.ts";

/** Something whose end cancels a dial: the session of the client that waits for it. */
export interface Cancelable {
  /** Set while a dial runs; ends it at once. */
  cancel: (() => void) | null;
  /** Who wants the connection, unmapped; a gate takes one that is not known for anybody. */
  readonly clientIp?: string;
}

/** Decides where a client may go. Both return the reason why not, or null. */
export interface TargetGate {
  /** About a name, before it is looked up. */
  name(host: string, port: number): FailureReason | null;
  /** About an address, of what was asked for. */
  target(client: string, host: string, ip: string, port: number): FailureReason | null;
}

/** Opens a TCP connection; throws {@link Failure} with the reason. */
export type Dial = (address: Address, waiter: Cancelable) => Promise<Deno.TcpConn>;

export interface DialOptions {
  /** Seconds for resolving and connecting together. */
  timeout: number;
  /** Every address of a host name; throws an error with `code` ENOTFOUND where there is none. */
  resolve?: (host: string) => Promise<string[]>;
  /** Asked about every address before it is connected to; null where everybody may go anywhere. */
  gate?: TargetGate | null;
}

/** How long one address may keep its successor waiting, in ms (RFC 8305, section 5). */
const ATTEMPT_DELAY_MS = 250;
/** How many of a name's addresses are tried. */
const MAX_ADDRESSES = 8;

/** Makes the function that connects to targets: names are resolved apart, and their addresses tried in turn. */
export function createDial(options: DialOptions): Dial {
  const { timeout, resolve: resolveName = resolveHost, gate = null } = options;
  const deadlines = new Deadlines(timeout);
  // One promise for it all: with thousands of dials a second, each more is felt.
  return (address, waiter) =>
    new Promise((resolve, reject) => {
      const client = waiter.clientIp ?? "";
      const isLiteral = isIpLiteral(address.host);
      const reason = gate && deniedAtOnce(gate, client, address, isLiteral);
      if (reason) return reject(denied(reason, address));
      const deadline = deadlines.begin();
      const { signal } = deadline;
      let cancelled = false;
      waiter.cancel = () => {
        cancelled = true;
        waiter.cancel = null;
        reject(new Failure("client_gone", "the client left before the target was connected"));
      };
      const attempt = isLiteral
        ? connect(address.host, address.port, signal)
        : connectByName(address, resolveName, gate, client, signal);
      attempt.then((conn) => {
        deadline.release();
        if (cancelled) return conn.close();
        waiter.cancel = null;
        resolve(conn);
      }, (error) => {
        deadline.release();
        if (cancelled) return;
        waiter.cancel = null;
        reject(signal.aborted ? tooLate(address, timeout) : failureOf(error, address));
      });
    });
}

/** The reason why nothing has to be looked up or connected to, or null. */
function deniedAtOnce(
  gate: TargetGate,
  client: string,
  { host, port }: Address,
  isLiteral: boolean,
): FailureReason | null {
  return isLiteral ? gate.target(client, host, host, port) : gate.name(host, port);
}

/** Those of a name's addresses that the client may reach; throws Failure where it has others alone. */
function allowed(
  gate: TargetGate,
  client: string,
  address: Address,
  ips: string[],
): string[] {
  let reason: FailureReason | null = null;
  const rest = ips.filter((ip) => {
    const why = gate.target(client, address.host, ip, address.port);
    // One is enough: which of them is reached first would decide by chance.
    if (why === "loop_detected") throw denied(why, address);
    reason ??= why;
    return why === null;
  });
  if (reason && rest.length === 0) throw denied(reason, address);
  return rest;
}

function denied(reason: FailureReason, address: Address): Failure {
  const name = formatAddress(address);
  const isLoop = reason === "loop_detected";
  return new Failure(
    reason,
    isLoop ? `${name} is this proxy itself` : `access to ${name} is denied`,
  );
}

function tooLate(address: Address, seconds: number): Failure {
  const message = `no answer from ${formatAddress(address)} in ${seconds} s`;
  return new Failure("connect_timeout", message);
}

function connect(hostname: string, port: number, signal: AbortSignal): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname, port, signal });
}

async function connectByName(
  address: Address,
  resolve: (host: string) => Promise<string[]>,
  gate: TargetGate | null,
  client: string,
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const { host, port } = address;
  const all = await orAborted(resolve(host), signal);
  if (all.length === 0) throw new Failure("name_not_found", `${host} has no address`);
  const addresses = gate ? allowed(gate, client, address, all) : all;
  if (addresses.length === 1) return connect(addresses[0], port, signal);
  return await race(takeTurns(addresses).slice(0, MAX_ADDRESSES), port, signal);
}

/** IPv6 and IPv4 in turn, IPv6 first, each as the resolver sorted it (RFC 8305, section 4). */
function takeTurns(addresses: readonly string[]): string[] {
  const v6 = addresses.filter((address) => address.includes(":"));
  const v4 = addresses.filter((address) => !address.includes(":"));
  const turns: string[] = [];
  for (let i = 0; turns.length < addresses.length; i++) {
    if (i < v6.length) turns.push(v6[i]);
    if (i < v4.length) turns.push(v4[i]);
  }
  return turns;
}

/** Starts the next address when one fails or hesitates; the first to connect wins, the others are closed. */
function race(addresses: string[], port: number, signal: AbortSignal): Promise<Deno.TcpConn> {
  return new Promise((resolve, reject) => {
    const losers = new AbortController();
    const any = AbortSignal.any([signal, losers.signal]);
    let next = 0;
    let running = 0;
    let won = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const start = () => {
      clearTimeout(timer);
      if (won || next === addresses.length) return;
      running++;
      if (next + 1 < addresses.length) timer = setTimeout(start, ATTEMPT_DELAY_MS);
      connect(addresses[next++], port, any).then((conn) => {
        if (won) return conn.close();
        won = true;
        clearTimeout(timer);
        losers.abort();
        resolve(conn);
      }, (error) => {
        running--;
        if (won) return;
        if (signal.aborted || (next === addresses.length && running === 0)) {
          clearTimeout(timer);
          reject(error);
        } else start();
      });
    };
    start();
  });
}

/** The promise's result, or a rejection as soon as the signal fires: a look-up cannot be cancelled. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Every address of a name, as the system has it; throws an error with a `code`. */
export async function resolveHost(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map((entry) => entry.address);
}

const REASONS: Record<string, FailureReason> = {
  ECONNREFUSED: "connect_refused",
  ECONNRESET: "connect_reset",
  ETIMEDOUT: "connect_timeout",
  EHOSTUNREACH: "host_unreachable",
  ENETUNREACH: "network_unreachable",
  EADDRNOTAVAIL: "network_unreachable",
  ENOTFOUND: "name_not_found",
  ENODATA: "name_not_found",
  EAI_AGAIN: "name_error",
  ESERVFAIL: "name_error",
  EDNSBUSY: "dns_busy",
  EMFILE: "no_descriptors",
  ENFILE: "no_descriptors",
};

function failureOf(error: unknown, address: Address): Failure {
  if (error instanceof Failure) return error;
  const code = errorCode(error);
  return new Failure(
    REASONS[code] ?? "connect_failed",
    `cannot connect to ${formatAddress(address)}: ${code || error}`,
  );
}
