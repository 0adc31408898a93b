import { errorCode } from "./failure.ts";

export interface AcceptOptions<Conn> {
  /** Called for each connection; must not throw, nor reject. No other is accepted until its promise is done. */
  onConnection: (conn: Conn) => Promise<void> | void;
  /** Called for each connection that its client reset before it could be accepted, or that came too late. */
  onLost: () => void;
  /** Called when accepting fails and pauses, with the system's error code. */
  onPause: (code: string) => void;
}

const PAUSE_MS = 50;

/** What accept says of a connection that is gone already; the next one is none the worse for it. */
const LOST = new Set(["ENOTCONN", "ECONNABORTED", "ECONNRESET", "EPROTO"]);

/**
 * Accepts until the listener is closed. Errors such as EMFILE pause the loop and never end it:
 * waiting connections stay in the system's queue meanwhile.
 */
export async function acceptLoop<Conn>(
  listener: { accept(): Promise<Conn> },
  { onConnection, onLost, onPause }: AcceptOptions<Conn>,
): Promise<void> {
  for (;;) {
    let conn: Conn;
    try {
      conn = await listener.accept();
    } catch (error) {
      if (isClosed(error)) return;
      const code = errorCode(error);
      if (LOST.has(code)) {
        onLost();
        continue;
      }
      onPause(code);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      continue;
    }
    const held = onConnection(conn);
    if (held) await held;
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}
