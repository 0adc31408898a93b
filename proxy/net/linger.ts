import type { Session } from "./session.ts";

const LINGER_SECONDS = 1;
const LINGER_BYTES = 256 << 10;

/**
 * Ends a connection whose client may still be sending: says that nothing more comes and takes a bounded
 * rest in, since closing with unread bytes would reset the connection and could destroy the answer
 * (RFC 9112, section 9.6). Closes in any case; never throws.
 */
export async function endGently(session: Session): Promise<void> {
  const { client } = session;
  try {
    session.expireIn(LINGER_SECONDS, () => session.close());
    await client.closeWrite();
    const scratch = new Uint8Array(16 << 10);
    for (let taken = 0; taken < LINGER_BYTES;) {
      const n = await client.read(scratch);
      if (n === null) break;
      taken += n;
    }
  } catch {
    // The client is gone, or the second is over: either way it ends here.
  } finally {
    session.expireNever();
    session.close();
  }
}
