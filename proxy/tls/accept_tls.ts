import type { BufferPool } from "../net/buffer.ts";
import { Failure } from "../net/failure.ts";
import type { Handler, Session } from "../net/session.ts";
import { setNoDelay } from "../net/socket_options.ts";
import type { CertificateFiles } from "./certificate.ts";
import { makeTlsPair } from "./pair.ts";
import { Pipe } from "./pipe.ts";
import { TlsClient } from "./tls_client.ts";

const HANDSHAKE_SECONDS = 10;
/** How long a client that takes nothing may delay the end of its connection. */
const LINGER_SECONDS = 10;
/** The first byte of a record that begins a handshake (RFC 8446, section 5.1). */
const HANDSHAKE = 22;

/** Puts TLS before a mode's handler, which sees the connection as it would any other. */
export function acceptTls(handler: Handler, files: CertificateFiles, pool: BufferPool): Handler {
  return async (session) => {
    session.expireIn(HANDSHAKE_SECONDS, () => session.destroy("tls_failed"));
    const first = await readFirst(session);
    if (first[0] !== HANDSHAKE) throw new Failure("tls_failed", "the client does not speak TLS");
    const { cipher, plain } = await makeTlsPair(files.value);
    setNoDelay(session.client);
    setNoDelay(cipher);
    const pipe = new Pipe(session.client, cipher, pool, first);
    session.wrap(new TlsClient(session.client, plain, pipe));
    try {
      // The runtime does not let go of a handshake that is not over, unless its client is gone.
      session.cancel = () => pipe.cut();
      await shakeHands(plain);
      session.cancel = null;
      session.expireNever();
      return await handler(session);
    } finally {
      session.close();
      await lastBytes(session, pipe);
    }
  };
}

async function readFirst(session: Session): Promise<Uint8Array> {
  const { early } = session;
  session.early = undefined;
  if (early && early.length > 0) return early;
  const buffer = new Uint8Array(2048);
  const n = await session.client.read(buffer);
  if (n === null) throw new Failure("client_gone", "no byte came");
  return buffer.subarray(0, n);
}

async function shakeHands(plain: Deno.TlsConn): Promise<void> {
  try {
    await plain.handshake();
  } catch (error) {
    const gone = error instanceof Deno.errors.UnexpectedEof;
    throw new Failure(gone ? "client_gone" : "tls_failed", (error as Error).message);
  }
}

/** Waits while a closed connection's last bytes still go out, so that it counts until it has ended. */
async function lastBytes(session: Session, pipe: Pipe): Promise<void> {
  session.cancel = () => pipe.cut();
  const watch = (moved: number) => {
    session.expireIn(LINGER_SECONDS, () => {
      if (pipe.moved === moved) pipe.cut();
      else watch(pipe.moved);
    });
  };
  watch(pipe.moved);
  await pipe.ended;
  session.cancel = null;
  session.expireNever();
}
