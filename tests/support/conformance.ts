import { strict as assert } from "node:assert";
import { within } from "./eventually.ts";
import { OK } from "./http.ts";
import { bytes, text } from "./http_bytes.ts";
import { cut } from "./scripted_conn.ts";
import { type ProxyFlags, startTestProxy } from "./proxy.ts";
import { connectTo, send, startTcp, type TcpServer } from "./tcp.ts";

/** Stands for the origin's address in what is sent and expected. */
export const ORIGIN = "{origin}";
/** Stands for the proxy's name. */
export const VIA = "{via}";
/** Ends an answer after which the origin closes its connection. */
export const CLOSES = "{closes}";

/** Bytes in and bytes out of the proxy, each character one byte. */
export interface Conversation {
  /** What the client sends at once. */
  send: string;
  /** What the origin answers to the requests that reach it, in order; after these {@link OK}. */
  answers?: string[];
  /** What the client gets, exactly; the answer to {@link OK} where left out. */
  gets?: string;
  /** What the origin gets, exactly. */
  sees: string;
  /** True if the proxy closes the client's connection then; otherwise it has to serve one more request. */
  closes?: boolean;
  flags?: ProxyFlags;
  /** Where what both ends send is cut into pieces that are written one after the other. */
  cuts?: Cuts;
}

export interface Cuts {
  client: readonly number[];
  origin: readonly number[];
}

const WHOLE: Cuts = { client: [], origin: [] };

/** A request that is refused: the status, a part of the reason in its text, and Proxy-Status. */
export interface Refusal {
  send: string;
  status: number;
  reason: string;
  error?: string;
  flags?: ProxyFlags;
  cuts?: Cuts;
}

const LAST = `GET http://${ORIGIN}/last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

/** Field lines as they stand in a head. */
const lines = (fields: readonly string[]) => fields.map((field) => `${field}\r\n`).join("");

/** A request to the proxy. */
export function ask(line = "GET / HTTP/1.1", fields: string[] = [], body = ""): string {
  const [method, path, version] = line.split(" ");
  return `${method} http://${ORIGIN}${path} ${version}\r\nHost: ${ORIGIN}\r\n${
    lines(fields)
  }\r\n${body}`;
}

/** A request as it reaches the origin; `minor` is that of the client's HTTP/1. */
export function asked(line = "GET / HTTP/1.1", fields: string[] = [], body = "", minor = 1) {
  const own = `Via: 1.${minor} ${VIA}\r\n`;
  return `${line}\r\nHost: ${ORIGIN}\r\n${lines(fields)}${own}\r\n${body}`;
}

/** A response as it reaches the client; `after` is what stands behind Via. */
export function answered(
  fields: string[] = ["Content-Length: 2"],
  body = "ok",
  { line = "HTTP/1.1 200 OK", after = [] as string[], minor = 1 } = {},
): string {
  return `${line}\r\n${lines(fields)}Via: 1.${minor} ${VIA}\r\n${lines(after)}\r\n${body}`;
}

/** What the client gets from the proxy itself. */
export function refusal(status: string, reason: string, error: string, keepAlive = true): string {
  const body = `${status}: ${reason}\n`;
  return `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
    `Content-Length: ${body.length}\r\nProxy-Status: ${VIA}; error=${error}\r\n` +
    `${keepAlive ? "" : "Connection: close\r\n"}\r\n${body}`;
}

/** Has the conversation through a proxy with an origin, and asserts every byte that comes out on both sides. */
export async function converses(conversation: Conversation): Promise<void> {
  const { gets = answered(), sees, closes = false, cuts = WHOLE } = conversation;
  await using origin = startScript(conversation.answers ?? [], cuts.origin);
  await using proxy = startTestProxy("http", conversation.flags);
  const client = new Client(await connectTo(proxy.port), origin.address);
  using _conn = client.conn;
  await client.send(conversation.send, cuts.client);
  if (!closes) {
    await client.read((got) => got.length >= gets.length);
    await client.send(LAST);
  }
  await client.read(() => false);
  const last = answered(undefined, undefined, { after: ["Connection: close"] });
  assert.equal(client.got, closes ? gets : gets + last);
  const end = closes ? "" : asked("GET /last HTTP/1.1");
  assert.equal(normal(origin.saw(), origin.address), sees + end);
}

/** Sends what the proxy has to refuse with one answer, the connection closed, and nothing for the origin. */
export async function isRefused(refused: Refusal): Promise<void> {
  const { send, status, reason, error, flags, cuts = WHOLE } = refused;
  await using origin = startScript([]);
  await using proxy = startTestProxy("http", flags);
  const client = new Client(await connectTo(proxy.port), origin.address);
  using _conn = client.conn;
  // What follows must not be served.
  await client.send(send + LAST, cuts.client);
  await client.read(() => false);
  const answer = /^HTTP\/1\.1 (\d+) [^\r\n]*\r\n.*\r\n\r\n\1 [^:]*: ([^\n]*)\n$/s.exec(client.got);
  assert.ok(answer, client.got);
  assert.ok(answer[2].includes(reason), answer[2]);
  const [line] = client.got.split("\r\n");
  const expected = refusal(line.slice(9), answer[2], error ?? "http_request_error", false);
  assert.equal(client.got, expected);
  assert.equal(Number(answer[1]), status);
  assert.equal(origin.accepted.length, 0, `the origin saw ${JSON.stringify(origin.saw())}`);
}

/** Sends a chunked body that breaks a rule: it is refused, and of what was well-formed the origin may have `seen`. */
export async function breaksOff(
  body: string,
  seen: string,
  reason: string,
  status = "400 Bad Request",
  flags?: ProxyFlags,
): Promise<void> {
  const fields = ["Transfer-Encoding: chunked"];
  await using origin = startScript([]);
  await using proxy = startTestProxy("http", flags);
  const client = new Client(await connectTo(proxy.port), origin.address);
  using _conn = client.conn;
  await client.send(ask("POST / HTTP/1.1", fields, body));
  await client.read(() => false);
  assert.ok(client.got.startsWith(`HTTP/1.1 ${status}\r\n`), client.got);
  assert.match(
    client.got,
    /\r\nProxy-Status: \{via\}; error=http_request_error\r\nConnection: close\r\n/,
  );
  assert.ok(client.got.split("\r\n\r\n")[1].includes(reason), client.got);
  await within("the origin's connection ends", origin.ended());
  const head = asked("POST / HTTP/1.1", fields);
  // The connection may be cut before what was sent last has left.
  assert.ok((head + seen).startsWith(normal(origin.saw(), origin.address)), origin.saw());
}

class Client {
  #got = "";

  constructor(readonly conn: Deno.TcpConn, readonly origin: string) {}

  get got(): string {
    return normal(this.#got, this.origin);
  }

  async send(data: string, cuts: readonly number[] = []): Promise<void> {
    const all = bytes(data.replaceAll(ORIGIN, this.origin));
    // The proxy may have refused and closed before it has all.
    await sendPieces(this.conn, cut(all, cuts)).catch(() => {});
  }

  /** Reads until it is enough, or to the end. */
  async read(enough: (got: string) => boolean): Promise<void> {
    const buffer = new Uint8Array(64 << 10);
    while (!enough(this.got)) {
      const what = `more than ${JSON.stringify(this.got.slice(-300))}`;
      const n = await within(what, this.conn.read(buffer));
      if (n === null) return;
      this.#got += text(buffer.subarray(0, n));
    }
  }
}

/** Gives the proxy a turn to read each piece before the next; whether it takes it is all the same. */
async function sendPieces(conn: Deno.TcpConn, pieces: Uint8Array[]): Promise<void> {
  conn.setNoDelay();
  for (const [i, piece] of pieces.entries()) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve, 0));
    await send(conn, piece);
  }
}

function normal(data: string, origin: string): string {
  return data.replaceAll(origin, ORIGIN).replaceAll(/rustproxy-[0-9a-f]{8}/g, VIA);
}

interface Script extends TcpServer {
  /** All that came, on whatever connection. */
  saw(): string;
  /** Waits for the end of a connection that the other side ended. */
  ended(): Promise<void>;
}

/** An origin that keeps all that it gets, and sends an answer for each whole request. */
function startScript(answers: readonly string[], cuts: readonly number[] = []): Script {
  let saw = "";
  const ended = Promise.withResolvers<void>();
  let next = 0;
  const server = startTcp(async (conn) => {
    const buffer = new Uint8Array(64 << 10);
    for (let request = "";;) {
      const n = await conn.read(buffer).catch(() => null);
      if (n === null) return ended.resolve();
      const part = text(buffer.subarray(0, n));
      saw += part;
      request += part;
      if (!isWhole(request)) continue;
      request = "";
      const answer = answers[next++] ?? OK;
      await sendPieces(conn, cut(bytes(answer.replace(CLOSES, "")), cuts));
      if (answer.endsWith(CLOSES)) return;
    }
  });
  return Object.assign(server, { saw: () => saw, ended: () => ended.promise });
}

/** Whether a request that the proxy writes has come whole. */
function isWhole(request: string): boolean {
  const end = request.indexOf("\r\n\r\n") + 4;
  if (end < 4) return false;
  const head = request.slice(0, end);
  const body = request.slice(end);
  if (/\r\nTransfer-Encoding: chunked\r\n/.test(head)) {
    return /(^|\r\n)0\r\n(.+\r\n)*\r\n$/.test(body);
  }
  return body.length >= Number(/\r\nContent-Length: (\d+)\r\n/.exec(head)?.[1] ?? 0);
}
