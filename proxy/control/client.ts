import { getLogger } from "@logtape/logtape";
import { Failure } from "../net/failure.ts";
import { pause } from "../net/pause.ts";
import { Backoff } from "./backoff.ts";
import { type Execute, Orders } from "./orders.ts";
import { formatManagerUrl, type ManagerUrl } from "./manager_url.ts";
import { controlKeyId, isProof, type Meeting, newNonce, proofOf } from "./proof.ts";
import {
  CLOSE_REASONS,
  closeCodeOf,
  type CloseReason,
  CONTROL_PATH,
  fromManagerSchema,
  MAX_ORDER_BYTES,
  PROTOCOL,
  readMessage,
} from "./protocol.ts";
import { ClientSocket, SocketError } from "./socket.ts";
import { tlsReason } from "./tls_reason.ts";
import type { ControlTrust } from "./trust.ts";

/** How long what takes, in milliseconds. */
export interface ControlTiming {
  /** The pause after the first failure, and the longest. */
  retry: number;
  maxRetry: number;
  /** From the dial to the welcome. */
  handshake: number;
  /** Half of this without a word asks for one, all of it ends the connection. */
  silence: number;
}

const TIMING: ControlTiming = {
  retry: 1_000,
  maxRetry: 30_000,
  handshake: 10_000,
  silence: 40_000,
};
/** How often the time of a silence is looked at. */
const LOOKS = 8;
const SAY_AGAIN_MS = 60_000;

export interface ControlDeps {
  proxyId: string;
  bootId: string;
  /** Of the program. */
  version: string;
  /** What {@link execute} understands. */
  commands: readonly string[];
  execute: Execute;
  timing?: Partial<ControlTiming>;
}

/** Dials the manager, stays connected, and does what it says, once it has proved that it has the key. */
export class ControlClient {
  readonly #manager: ManagerUrl;
  readonly #deps: ControlDeps;
  readonly #timing: ControlTiming;
  readonly #trust: ControlTrust;
  readonly #orders: Orders;
  readonly #log = getLogger(["rustproxy", "proxy"]);
  readonly #stopping = new AbortController();
  #live: ClientSocket | null = null;
  #running: Promise<void> | null = null;
  /** When the present connection became {@link #live}. */
  #upAt: number | null = null;
  #saidUp = false;
  #saidDownAt = -Infinity;

  constructor(manager: ManagerUrl, trust: ControlTrust, deps: ControlDeps) {
    this.#manager = manager;
    this.#deps = deps;
    this.#timing = { ...TIMING, ...deps.timing };
    this.#trust = trust;
    this.#orders = new Orders(deps.execute, deps.commands);
  }

  /** True while a manager that has the key may give orders. */
  get isConnected(): boolean {
    return this.#live !== null;
  }

  start(): void {
    this.#trust.watch();
    this.#running ??= this.#run();
  }

  /** Ends the connection behind the answers that are on their way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#live?.close(1000, "the proxy stops");
    await this.#running;
    this.#trust.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const backoff = new Backoff(this.#timing.retry, this.#timing.maxRetry);
    while (!signal.aborted) {
      this.#upAt = null;
      const why = await this.#connect();
      if (signal.aborted) return;
      this.#sayDown(why);
      const upMs = this.#upAt === null ? 0 : performance.now() - this.#upAt;
      await pause(backoff.after(upMs, why === MEANING.replaced), signal);
    }
  }

  /** One connection from its dial to its end; says why it ended. */
  async #connect(): Promise<string> {
    const attempt = new AbortController();
    const late = setTimeout(() => attempt.abort(), this.#timing.handshake);
    const signal = AbortSignal.any([attempt.signal, this.#stopping.signal]);
    let socket: ClientSocket | null = null;
    const cut = () => socket?.cut();
    signal.addEventListener("abort", cut);
    try {
      socket = await ClientSocket.open(this.#manager, {
        ...{ path: CONTROL_PATH, maxMessage: MAX_ORDER_BYTES, signal },
        caCerts: this.#trust.caCerts,
        timeout: this.#timing.handshake / 1000,
      });
      const refused = await this.#shakeHands(socket);
      clearTimeout(late);
      // A stop lets answers go out before it ends the connection.
      signal.removeEventListener("abort", cut);
      if (refused) return attempt.signal.aborted ? "no answer in time" : refused;
      if (this.#stopping.signal.aborted) return "";
      return await this.#serve(socket);
    } catch (error) {
      return attempt.signal.aborted ? "no answer in time" : reasonOf(error);
    } finally {
      clearTimeout(late);
      signal.removeEventListener("abort", cut);
      socket?.cut();
    }
  }

  /** Each side shows that it has the key; returns why not. */
  async #shakeHands(socket: ClientSocket): Promise<string | null> {
    const { proxyId, bootId, version, commands } = this.#deps;
    const key = this.#trust.key;
    const proxyNonce = newNonce();
    socket.send(JSON.stringify({
      ...{ type: "hello", v: PROTOCOL, proxy_id: proxyId, boot_id: bootId, version },
      ...{ key_id: controlKeyId(key), nonce: proxyNonce, commands },
    }));
    const first = await socket.next();
    if (typeof first === "number") return meaningOf(first);
    const challenge = readMessage(fromManagerSchema, first);
    if (challenge?.type !== "challenge") return refuse(socket, "bad_message");
    const meeting: Meeting = { proxyId, bootId, proxyNonce, managerNonce: challenge.nonce };
    if (!isProof(challenge.proof, key, "manager", meeting)) return refuse(socket, "wrong_key");
    socket.send(JSON.stringify({ type: "proof", proof: proofOf(key, "proxy", meeting) }));
    const second = await socket.next();
    if (typeof second === "number") return meaningOf(second);
    const welcome = readMessage(fromManagerSchema, second);
    return welcome?.type === "welcome" ? null : refuse(socket, "bad_message");
  }

  async #serve(socket: ClientSocket): Promise<string> {
    this.#live = socket;
    this.#upAt = performance.now();
    this.#sayUp();
    const watch = this.#watch(socket);
    try {
      for (;;) {
        const text = await socket.next();
        if (typeof text === "number") return meaningOf(text);
        const message = readMessage(fromManagerSchema, text);
        if (message?.type !== "command") return refuse(socket, "bad_message");
        this.#orders.take(message.id, message.command)
          .then((answer) => socket.send(JSON.stringify(answer)));
      }
    } finally {
      clearInterval(watch);
      this.#live = null;
    }
  }

  #watch(socket: ClientSocket): ReturnType<typeof setInterval> {
    let heardAt = socket.heardAt;
    // Counted rather than measured: while this process is held up, nobody is silent.
    let quiet = 0;
    return setInterval(() => {
      quiet = socket.heardAt === heardAt ? quiet + 1 : 0;
      heardAt = socket.heardAt;
      if (quiet === LOOKS / 2) socket.ping();
      if (quiet >= LOOKS) socket.cut();
    }, this.#timing.silence / LOOKS);
  }

  #sayUp(): void {
    if (this.#saidUp) return;
    this.#saidUp = true;
    this.#log.info(`Takes orders from the manager at ${formatManagerUrl(this.#manager)}`);
  }

  #sayDown(why: string): void {
    const now = performance.now();
    if (!this.#saidUp && now - this.#saidDownAt < SAY_AGAIN_MS) return;
    const what = this.#saidUp ? "lost" : "not there";
    this.#saidUp = false;
    this.#saidDownAt = now;
    const manager = formatManagerUrl(this.#manager);
    this.#log.warn(`The control channel to ${manager} is ${what}: ${why}; it is tried again`);
  }
}

const MEANING: Record<CloseReason, string> = {
  bad_message: "a message was not of this protocol",
  wrong_key: "the two have not the same key, or the key is another proxy's",
  too_slow: "the handshake took too long",
  replaced: "another proxy has connected with this one's id",
  message_too_big: "a message was too big",
  unknown_version: "the two speak different versions of the protocol",
};

/** What a code of the other side, or of our own reading, stands for. */
function meaningOf(code: number): string {
  const reason = CLOSE_REASONS[code as keyof typeof CLOSE_REASONS];
  if (reason) return MEANING[reason];
  if (code === 1001) return "the manager stops";
  if (code === 1009) return MEANING.message_too_big;
  return code === 1006 ? "the connection broke" : `closed with ${code}`;
}

async function refuse(socket: ClientSocket, reason: CloseReason): Promise<string> {
  await socket.close(closeCodeOf(reason), reason);
  return MEANING[reason];
}

function reasonOf(error: unknown): string {
  if (error instanceof SocketError || error instanceof Failure) return error.message;
  return error instanceof Error ? tlsReason(error.message).slice(0, 300) : "it cannot be reached";
}
