/**
 * The system's sockets without a runtime in between, so that one thread of load is faster than any proxy that it
 * measures: an epoll loop over libc. Linux only, and only for a process that does nothing else.
 */

const AF_INET = 2;
const STREAM_NONBLOCK = 1 | 0o4000;
const SOL_TCP = 6;
const TCP_NODELAY = 1;
const EPOLL = { add: 1, modify: 3, in: 1, out: 4 };
/** struct epoll_event is packed on x86-64 alone. */
const EVENT = Deno.build.arch === "x86_64" ? { size: 12, fd: 4 } : { size: 16, fd: 8 };
const MAX_EVENTS = 256;

function openLibc() {
  return Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
    connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
    write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
    epoll_create1: { parameters: ["i32"], result: "i32" },
    epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
    epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  }).symbols;
}

/** Sockets to one port on loopback, and what is new on them. A descriptor stands for a socket. */
export class Sockets {
  readonly #libc = openLibc();
  readonly #epoll = this.#libc.epoll_create1(0);
  readonly #address = new Uint8Array(16);
  readonly #events = new DataView(new ArrayBuffer(EVENT.size * MAX_EVENTS));
  readonly #interest = new DataView(new ArrayBuffer(EVENT.size));

  constructor(port: number) {
    new DataView(this.#address.buffer).setUint16(0, AF_INET, true);
    this.#address.set([port >> 8, port & 255, 127, 0, 0, 1], 2);
  }

  /** Begins to connect; the first event tells that it is done, one way or the other. */
  open(): number {
    const fd = this.#libc.socket(AF_INET, STREAM_NONBLOCK, 0);
    if (fd < 0) throw new Error("Cannot open a socket: out of descriptors?");
    this.#libc.setsockopt(fd, SOL_TCP, TCP_NODELAY, Uint8Array.of(1, 0, 0, 0), 4);
    this.#libc.connect(fd, this.#address, this.#address.length);
    this.#watch(EPOLL.add, fd, EPOLL.out);
    return fd;
  }

  /** From now on events tell of what there is to read. */
  watchReads(fd: number): void {
    this.#watch(EPOLL.modify, fd, EPOLL.in);
  }

  #watch(operation: number, fd: number, events: number): void {
    this.#interest.setUint32(0, events, true);
    this.#interest.setInt32(EVENT.fd, fd, true);
    this.#libc.epoll_ctl(this.#epoll, operation, fd, this.#interest);
  }

  /** The sockets that have an event, at most so many milliseconds from now. */
  wait(ms: number): number[] {
    const count = this.#libc.epoll_wait(this.#epoll, this.#events, MAX_EVENTS, ms);
    return Array.from(
      { length: Math.max(0, count) },
      (_, i) => this.#events.getInt32(i * EVENT.size + EVENT.fd, true),
    );
  }

  /** How much was read of what an event told: 0 at the end of the stream, negative if it is broken. */
  read(fd: number, into: Uint8Array<ArrayBuffer>): number {
    return this.#libc.read(fd, into, BigInt(into.length));
  }

  /** Writes little enough for the system to take it at once; false if the socket is broken. */
  write(fd: number, bytes: Uint8Array<ArrayBuffer>): boolean {
    return this.#libc.write(fd, bytes, BigInt(bytes.length)) === bytes.length;
  }

  close(fd: number): void {
    this.#libc.close(fd);
  }
}
