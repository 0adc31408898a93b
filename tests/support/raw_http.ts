import { beside, within } from "./eventually.ts";
import { connectTo, send } from "./tcp.ts";

/** An answer as it came over the wire. */
export interface RawReply {
  status: number;
  headers: Headers;
  body: string;
}

/** Reads answers from a connection, one after the other. */
export class ReplyReader {
  readonly #conn: Deno.Conn;
  #bytes = new Uint8Array(0);

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** The next answer; null where the connection ends instead, be it by a reset. */
  next(): Promise<RawReply | null> {
    return within("an answer", this.#next());
  }

  /** Waits for the next answer's head, and reads no more of it than has come by then. */
  async head(): Promise<void> {
    await within("a head", this.#untilHead());
  }

  async #next(): Promise<RawReply | null> {
    const end = await this.#untilHead();
    if (end === null) return null;
    const [first, ...lines] = this.#text().slice(0, end).split("\r\n");
    const headers = new Headers();
    for (const line of lines) headers.append(line.split(":")[0], line.slice(line.indexOf(":") + 1));
    const status = Number(first.split(" ")[1]);
    const length = Number(headers.get("content-length") ?? 0);
    this.#bytes = this.#bytes.slice(end + 4);
    while (this.#bytes.length < length) if (!await this.#more()) return null;
    const body = new TextDecoder().decode(this.#bytes.subarray(0, length));
    this.#bytes = this.#bytes.slice(length);
    return { status, headers, body };
  }

  /** Where the next head ends; null where the connection does before. */
  async #untilHead(): Promise<number | null> {
    for (;;) {
      const end = this.#text().indexOf("\r\n\r\n");
      if (end >= 0) return end;
      if (!await this.#more()) return null;
    }
  }

  /** Each byte as one character, so that places in the text are places in the bytes. */
  #text(): string {
    return Array.from(this.#bytes, (byte) => String.fromCharCode(byte)).join("");
  }

  async #more(): Promise<boolean> {
    const buffer = new Uint8Array(64 << 10);
    const n = await this.#conn.read(buffer).catch(() => null);
    if (n === null) return false;
    this.#bytes = new Uint8Array([...this.#bytes, ...buffer.subarray(0, n)]);
    return true;
  }
}

/** What these bytes are answered on a connection of their own; null where it ends without an answer. */
export async function ask(port: number, bytes: string | Uint8Array): Promise<RawReply | null> {
  using conn = await connectTo(port);
  // A refusal may come before all of it is sent.
  const sending = beside(send(conn, bytes));
  const reply = await new ReplyReader(conn).next();
  if (reply) await sending.catch(() => {});
  return reply;
}

/** A request without a body; fields are whole lines, and Host is this host's unless they have another. */
export function request(method: string, target: string, ...fields: string[]): string {
  const host = fields.some((field) => /^host:/i.test(field)) ? [] : ["Host: localhost"];
  return [`${method} ${target} HTTP/1.1`, ...host, ...fields, "", ""].join("\r\n");
}

/** The code of an error in the API's form; "" for anything else. */
export function errorCode(reply: RawReply | null): string {
  try {
    return JSON.parse(reply!.body).error.code;
  } catch {
    return "";
  }
}
