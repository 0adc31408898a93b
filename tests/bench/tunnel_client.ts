/**
 * The load on tunnels, as a process of its own: `tunnel_client.ts ENTRANCE PORT TARGET rate|bulk COUNT SECONDS`
 * keeps COUNT tunnels busy and prints what it has done as JSON. The target is a web server (servers.ts).
 */
import { type Entrance, handshake, type Step } from "./handshake.ts";
import { BULK_PATH } from "./servers.ts";
import { Sockets } from "./sockets.ts";

export interface Done {
  /** Requests answered and ended, each in a tunnel of its own; or bytes. */
  amount: number;
  seconds: number;
}

const MIB = 1 << 20;
/** Bodies asked for at once: enough for half a minute and more. */
const BULK_REQUESTS = 300;
const DEADLINE_MS = 5000;

/** One tunnel's way through its handshake; what comes afterwards is counted by its end. */
interface Tunnel {
  step: number;
  connected: boolean;
  received: number;
  /** The answer that is being received. */
  answer: Uint8Array<ArrayBuffer>;
}

class Load {
  readonly #sockets: Sockets;
  readonly #steps: Step[];
  readonly #tunnels = new Map<number, Tunnel>();
  readonly #buffer = new Uint8Array(MIB);

  constructor(port: number, steps: Step[], readonly request: Uint8Array<ArrayBuffer>) {
    this.#sockets = new Sockets(port);
    this.#steps = steps;
  }

  open(): void {
    const tunnel = { step: 0, connected: false, received: 0, answer: new Uint8Array(1024) };
    this.#tunnels.set(this.#sockets.open(), tunnel);
  }

  /** Serves what is new; `took` hears of each piece that came through a tunnel, 0 at its end. */
  turn(took: (bytes: number) => void): void {
    const ready = this.#sockets.wait(DEADLINE_MS);
    if (ready.length === 0) throw new Error(`nothing came for ${DEADLINE_MS / 1000} s`);
    for (const fd of ready) {
      const tunnel = this.#tunnels.get(fd)!;
      if (!tunnel.connected) {
        tunnel.connected = true;
        this.#sockets.watchReads(fd);
        this.#say(fd, tunnel);
      } else if (tunnel.step < this.#steps.length) {
        this.#follow(fd, tunnel);
      } else {
        took(this.#take(fd, tunnel));
      }
    }
  }

  /** Sends what is due: the handshake's next step, or the request. */
  #say(fd: number, { step }: Tunnel): void {
    const bytes = step < this.#steps.length ? this.#steps[step].send : this.request;
    if (!this.#sockets.write(fd, bytes)) throw new Error("a connection was refused");
  }

  #follow(fd: number, tunnel: Tunnel): void {
    const n = this.#sockets.read(fd, tunnel.answer.subarray(tunnel.received));
    if (n <= 0) throw new Error(`a connection ended in step ${tunnel.step + 1} of the handshake`);
    tunnel.received += n;
    if (!this.#steps[tunnel.step].answered(tunnel.answer.subarray(0, tunnel.received))) return;
    tunnel.step++;
    tunnel.received = 0;
    this.#say(fd, tunnel);
  }

  #take(fd: number, tunnel: Tunnel): number {
    const n = this.#sockets.read(fd, this.#buffer);
    if (n < 0) throw new Error(`a tunnel broke after ${tunnel.received} bytes`);
    if (tunnel.received === 0 && !startsWith(this.#buffer, n, OK)) {
      throw new Error("the target did not answer 200");
    }
    tunnel.received += n;
    if (n === 0) {
      this.#sockets.close(fd);
      this.#tunnels.delete(fd);
    }
    return n;
  }
}

const OK = new TextEncoder().encode("HTTP/1.1 200 ");

function startsWith(buffer: Uint8Array, length: number, start: Uint8Array): boolean {
  return length >= start.length && start.every((byte, i) => buffer[i] === byte);
}

/** Opens a new tunnel for every one that has ended. */
function rate(load: Load, count: number, seconds: number): Done {
  for (let i = 0; i < count; i++) load.open();
  let ended = 0;
  const took = (bytes: number) => {
    if (bytes > 0) return;
    ended++;
    load.open();
  };
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) load.turn(took);
  return { amount: ended, seconds: (performance.now() - start) / 1000 };
}

/** Takes what comes through tunnels that stay. */
function bulk(load: Load, count: number, seconds: number): Done {
  for (let i = 0; i < count; i++) load.open();
  let received = 0;
  const took = (bytes: number) => {
    if (bytes === 0) throw new Error("the target sent no more");
    received += bytes;
  };
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) load.turn(took);
  return { amount: received, seconds: (performance.now() - start) / 1000 };
}

function get(path: string, times: number, close: boolean): Uint8Array<ArrayBuffer> {
  const request = `GET ${path} HTTP/1.1\r\nHost: x\r\n${close ? "Connection: close\r\n" : ""}\r\n`;
  return new TextEncoder().encode(request.repeat(times));
}

if (import.meta.main) {
  const [entrance, port, target, kind, count, seconds] = Deno.args;
  const steps = handshake(entrance as Entrance, Number(target));
  const request = kind === "bulk" ? get(BULK_PATH, BULK_REQUESTS, false) : get("/", 1, true);
  const run = kind === "bulk" ? bulk : rate;
  try {
    const done = run(new Load(Number(port), steps, request), Number(count), Number(seconds));
    console.log(JSON.stringify(done));
  } catch (error) {
    console.error((error as Error).message);
    Deno.exitCode = 1;
  }
}
