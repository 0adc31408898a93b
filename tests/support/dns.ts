import { Buffer } from "node:buffer";
import packet from "dns-packet";
import { closeQuietly } from "../../proxy/net/close.ts";
import { TEST_CERT, TEST_KEY } from "./certificate.ts";
import { readExactly, send } from "./tcp.ts";

export interface TestRecord {
  name: string;
  type: string;
  ttl?: number;
  class?: string;
  data: unknown;
}

/** What a server says; null is silence, bytes go as they are. */
export type Reply = Uint8Array | null | {
  rcode?: "NOERROR" | "SERVFAIL" | "NXDOMAIN" | "REFUSED";
  answers?: TestRecord[];
  authorities?: TestRecord[];
  additionals?: object[];
  truncated?: boolean;
};

/** What a server knows; `over` says how it was asked. */
export type Zone = (
  name: string,
  type: string,
  over: DnsTestServer["kind"] | "tcp after udp",
) => Reply | Promise<Reply>;

/** A DNS server on a loopback port of its own; leaving its scope ends it. */
export interface DnsTestServer extends AsyncDisposable {
  kind: "udp" | "tcp" | "tls" | "https";
  port: number;
  /** As --dns takes it. */
  flag: string;
  /** Every question so far, as `A name`. */
  queries: string[];
  /** Connections so far. */
  connections: number;
}

const RCODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };

/** A reply as the message that answers the query. */
export function encodeReply(
  query: Uint8Array,
  reply: Exclude<Reply, null>,
): Uint8Array<ArrayBuffer> {
  if (reply instanceof Uint8Array) return new Uint8Array(reply);
  const { rcode = "NOERROR", answers = [], authorities = [], additionals = [] } = reply;
  const { id, questions } = packet.decode(Buffer.from(query));
  const recursion = packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE;
  const truncated = reply.truncated ? packet.TRUNCATED_RESPONSE : 0;
  return new Uint8Array(packet.encode({
    type: "response",
    id,
    flags: recursion | truncated | RCODES[rcode],
    questions,
    answers,
    authorities,
    additionals,
  }));
}

/** The name and type that a query asks for. */
export function questionOf(query: Uint8Array): { name: string; type: string } {
  return packet.decode(Buffer.from(query)).questions[0];
}

/** Address records: IPv6 by its colons. */
export function addresses(name: string, list: string[], ttl = 60): TestRecord[] {
  return list.map((data) => ({ name, type: data.includes(":") ? "AAAA" : "A", ttl, data }));
}

/** The record that says how long an absence may be remembered. */
export function soa(ttl: number, minimum = ttl): TestRecord {
  const times = { serial: 1, refresh: 1, retry: 1, expire: 1, minimum };
  return { name: "test", type: "SOA", ttl, data: { mname: "ns.test", rname: "x.test", ...times } };
}

/** A zone of names with their addresses; other names do not exist. */
export function zoneOf(names: Record<string, string[]>, ttl = 60): Zone {
  return (name, type) => {
    const list = names[name];
    if (!list) return { rcode: "NXDOMAIN", authorities: [soa(ttl)] };
    const answers = addresses(name, list, ttl).filter((record) => record.type === type);
    return answers.length > 0 ? { answers } : { authorities: [soa(ttl)] };
  };
}

/** A server for datagrams that also takes TCP on the same port. */
export async function startDns(zone: Zone, hostname = "127.0.0.1"): Promise<DnsTestServer> {
  const over = startStream("tcp", (name, type) => zone(name, type, "tcp after udp"), hostname);
  try {
    return serveDatagrams(zone, hostname, over);
  } catch (error) {
    await over[Symbol.asyncDispose]();
    // Another program has this port for datagrams.
    if (error instanceof Deno.errors.AddrInUse) return await startDns(zone, hostname);
    throw error;
  }
}

function serveDatagrams(zone: Zone, hostname: string, over: DnsTestServer): DnsTestServer {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: over.port });
  const serving = (async () => {
    for await (const [query, from] of socket) {
      const { name, type } = questionOf(query);
      over.queries.push(`${type} ${name}`);
      const reply = await zone(name, type, "udp");
      if (reply) await socket.send(encodeReply(query, reply), from);
    }
  })().catch(() => {});
  return {
    ...over,
    kind: "udp",
    flag: hostname.includes(":") ? `[${hostname}]:${over.port}` : `${hostname}:${over.port}`,
    get connections() {
      return over.connections;
    },
    async [Symbol.asyncDispose]() {
      closeQuietly(socket);
      await serving;
      await over[Symbol.asyncDispose]();
    },
  };
}

/** A server for messages with a length before them, over TCP or TLS. */
export function startStream(
  kind: "tcp" | "tls",
  zone: Zone,
  hostname = "127.0.0.1",
): DnsTestServer {
  const listener = kind === "tcp"
    ? Deno.listen({ hostname, port: 0 })
    : Deno.listenTls({ hostname, port: 0, cert: TEST_CERT, key: TEST_KEY });
  const { port } = listener.addr;
  const open = new Set<Deno.Conn>();
  const running: Promise<void>[] = [];
  const server: DnsTestServer = {
    kind,
    port,
    flag: `${kind}://${hostname}:${port}`,
    queries: [],
    connections: 0,
    async [Symbol.asyncDispose]() {
      closeQuietly(listener);
      for (const conn of open) closeQuietly(conn);
      await Promise.all(running);
    },
  };
  const accept = async () => {
    for await (const conn of listener as Deno.Listener<Deno.Conn>) {
      server.connections++;
      open.add(conn);
      running.push(serveConnection(conn, server, zone).catch(() => {}));
    }
  };
  running.push(accept().catch(() => {}));
  return server;
}

/** Answers may overtake each other; bytes of no length end the connection. */
async function serveConnection(conn: Deno.Conn, server: DnsTestServer, zone: Zone): Promise<void> {
  for (;;) {
    const [high, low] = await readExactly(conn, 2);
    const query = await readExactly(conn, high << 8 | low);
    const { name, type } = questionOf(query);
    server.queries.push(`${type} ${name}`);
    Promise.resolve(zone(name, type, server.kind)).then(async (reply) => {
      if (!reply) return;
      const message = encodeReply(query, reply);
      if (message.length === 0) return conn.close();
      // In two pieces, which the other side has to join.
      await send(conn, Uint8Array.of(message.length >> 8));
      await send(conn, Uint8Array.of(message.length & 0xff, ...message));
    }).catch(() => {});
  }
}

/** A server for POST /dns-query; `respond` may answer in another way than the zone's. */
export function startHttps(zone: Zone, respond?: (request: Request) => Response): DnsTestServer {
  const stop = new AbortController();
  const tls = { cert: TEST_CERT, key: TEST_KEY };
  const options = { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen() {}, ...tls };
  const queries: string[] = [];
  const server = Deno.serve(options, async (request) => {
    if (respond) return respond(request);
    const query = await request.bytes();
    const right = request.method === "POST" && new URL(request.url).pathname === "/dns-query" &&
      request.headers.get("content-type") === "application/dns-message" &&
      query[0] === 0 && query[1] === 0;
    if (!right) return new Response("no", { status: 400 });
    const { name, type } = questionOf(query);
    queries.push(`${type} ${name}`);
    const reply = await zone(name, type, "https");
    const headers = { "content-type": "application/dns-message" };
    return reply
      ? new Response(encodeReply(query, reply), { headers })
      : await new Promise(() => {});
  });
  const { port } = server.addr;
  return {
    kind: "https",
    port,
    flag: `https://127.0.0.1:${port}/dns-query`,
    queries,
    connections: 0,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
}
