import { unmapIPv4 } from "./address.ts";
import type { BufferPool } from "./buffer.ts";
import { type Cidr, isWithin } from "./cidr.ts";
import { Failure } from "./failure.ts";
import { parseProxyHeader, type ProxyHeader, ProxyHeaderError } from "./proxy_protocol.ts";
import { ByteReader } from "./reader.ts";
import type { Handler, Session } from "./session.ts";

const HEADER_SECONDS = 10;

/**
 * Puts the PROXY protocol before a mode's handler: connections from trusted networks must begin with a
 * header, which tells the client's real address; all others are served as they are.
 */
export function acceptProxy(
  handler: Handler,
  trusted: readonly Cidr[],
  pool: BufferPool,
): Handler {
  return async (session) => {
    if (isWithin(trusted, session.record.client_ip)) await takeHeader(session, pool);
    return await handler(session);
  };
}

async function takeHeader(session: Session, pool: BufferPool): Promise<void> {
  const reader = new ByteReader(session.client, pool);
  try {
    session.expireIn(HEADER_SECONDS, () => session.destroy("bad_proxy_header"));
    const { endpoints, size } = await readHeader(reader);
    session.expireNever();
    reader.consume(size);
    if (endpoints) {
      const { source, destination } = endpoints;
      session.record.setClient(unmapIPv4(source.host), source.port);
      session.destination = { host: unmapIPv4(destination.host), port: destination.port };
    }
    // A header that names nobody leaves the peer itself as the client.
    const refusal = session.admission?.identify(session.record.client_ip);
    if (refusal) throw new Failure(refusal, `the client is refused: ${refusal}`);
    // A copy: the reader's buffer goes back to the pool, and little comes so early.
    if (reader.available > 0) session.early = reader.view.slice();
  } finally {
    reader.release();
  }
}

async function readHeader(reader: ByteReader): Promise<ProxyHeader> {
  for (;;) {
    try {
      const header = parseProxyHeader(reader.view);
      if (header) return header;
    } catch (error) {
      if (!(error instanceof ProxyHeaderError)) throw error;
      throw new Failure("bad_proxy_header", error.message);
    }
    if (await reader.fill()) continue;
    // A balancer in front that looks whether the port is open says nothing at all.
    if (reader.available === 0) throw new Failure("client_gone", "no byte came");
    throw new Failure("bad_proxy_header", "the header is not whole");
  }
}
