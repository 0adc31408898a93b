import { closeQuietly } from "../../proxy/net/close.ts";
import { connectTo, send, startTcp } from "./tcp.ts";

/** A wire that a test can cut, or let nothing through. */
export interface Cutter extends AsyncDisposable {
  port: number;
  /** Where it leads; connections that are there already stay where they are. */
  target: number;
  /** Takes bytes, and passes none on. */
  frozen: boolean;
  /** Connections that have been taken so far. */
  taken: number;
  /** Called with what passes; false cuts the wire before it is passed on, a number behind so many of its bytes. */
  onBytes: (bytes: Uint8Array, way: "up" | "down") => boolean | number;
  /** What passes waits for this. */
  pace: () => Promise<void> | void;
  /** Ends every connection. */
  cut(): void;
}

/** Passes bytes between whoever connects and the target. */
export function startCutter(target: number): Cutter {
  const open = new Set<Deno.TcpConn>();
  const pass = async (from: Deno.TcpConn, to: Deno.TcpConn, way: "up" | "down") => {
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const length = await from.read(buffer).catch(() => null);
      if (length === null) break;
      if (cutter.frozen) continue;
      const bytes = buffer.slice(0, length);
      await cutter.pace();
      const passed = cutter.onBytes(bytes, way);
      if (passed === false) break;
      const part = passed === true ? bytes : bytes.subarray(0, passed);
      if (await send(to, part).then(() => false, () => true) || part !== bytes) break;
    }
    closeQuietly(from);
    closeQuietly(to);
  };
  const server = startTcp(async (conn) => {
    cutter.taken++;
    const inner = await connectTo(cutter.target);
    for (const each of [conn, inner]) open.add(each);
    await Promise.all([pass(conn, inner, "up"), pass(inner, conn, "down")]);
    for (const each of [conn, inner]) open.delete(each);
  });
  const cutter: Cutter = {
    ...{ port: server.port, target, frozen: false, taken: 0, onBytes: () => true, pace() {} },
    cut() {
      for (const conn of open) closeQuietly(conn);
    },
    async [Symbol.asyncDispose]() {
      cutter.cut();
      await server[Symbol.asyncDispose]();
    },
  };
  return cutter;
}
