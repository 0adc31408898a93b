import { errorCode } from "./failure.ts";

export interface AcceptOptions {
  /** Called for each connection; must not throw. */
  onConnection: (conn: Deno.TcpConn) => void;
  /** Called when accepting fails and pauses, with the system's error code. */
  onPause: (code: string) => void;
}

const PAUSE_MS = 50;

/**
 * Accepts until the listener is closed. Errors such as EMFILE pause the loop and never end it:
 * waiting connections stay in the system's queue meanwhile.
 */
export async function acceptLoop(
  listener: Deno.TcpListener,
  { onConnection, onPause }: AcceptOptions,
): Promise<void> {
  for (;;) {
    let conn: Deno.TcpConn;
    try {
      conn = await listener.accept();
    } catch (error) {
      if (isClosed(error)) return;
      onPause(errorCode(error));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      continue;
    }
    onConnection(conn);
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}
