import { lookup } from "node:dns/promises";
import { type Address, formatAddress, isIpLiteral } from "./address.ts";
import { Deadlines } from "./deadlines.ts";
import { errorCode, Failure, type FailureReason } from "./failure.ts";

/** Something whose end cancels a dial: the session of the client that waits for it. */
export interface Cancelable {
  /** Set while a dial runs; ends it at once. */
  cancel: (() => void) | null;
}

/** Opens a TCP connection; throws {@link Failure} with the reason. */
export type Dial = (address: Address, waiter: Cancelable) => Promise<Deno.TcpConn>;

export interface DialOptions {
  /** Seconds for resolving and connecting together. */
  timeout: number;
  /** Every address of a host name; throws an error with `code` ENOTFOUND where there is none. */
  resolve?: (host: string) => Promise<string[]>;
}

/** How long one address may keep its successor waiting, in ms (RFC 8305, section 5). */
const ATTEMPT_DELAY_MS = 250;

/** Makes the function that connects to targets: names are resolved apart, and their addresses tried in turn. */
export function createDial({ timeout, resolve: resolveName = resolveHost }: DialOptions): Dial {
  const deadlines = new Deadlines(timeout);
  // One promise for it all: with thousands of dials a second, each more is felt.
  return (address, waiter) =>
    new Promise((resolve, reject) => {
      const deadline = deadlines.begin();
      const { signal } = deadline;
      let cancelled = false;
      waiter.cancel = () => {
        cancelled = true;
        waiter.cancel = null;
        reject(new Failure("client_gone", "the client left before the target was connected"));
      };
      const attempt = isIpLiteral(address.host)
        ? connect(address.host, address.port, signal)
        : connectByName(address, resolveName, signal);
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

function tooLate(address: Address, seconds: number): Failure {
  const message = `no answer from ${formatAddress(address)} in ${seconds} s`;
  return new Failure("connect_timeout", message);
}

function connect(hostname: string, port: number, signal: AbortSignal): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname, port, signal });
}

async function connectByName(
  { host, port }: Address,
  resolve: (host: string) => Promise<string[]>,
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const addresses = await orAborted(resolve(host), signal);
  if (addresses.length === 0) throw new Failure("name_not_found", `${host} has no address`);
  if (addresses.length === 1) return connect(addresses[0], port, signal);
  return await race(addresses.slice(0, 8), port, signal);
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

/** Every address of a host name, as the system has it. */
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
