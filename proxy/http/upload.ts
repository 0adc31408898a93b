import { Failure } from "../net/failure.ts";
import { closeQuietly } from "../net/close.ts";
import { copyBody } from "./copy.ts";
import { HttpError } from "./error.ts";
import type { Exchange } from "./exchange.ts";
import { paced } from "./paced.ts";

/** How long a client may go on sending a body whose answer is complete, in seconds. */
const LATE_UPLOAD_SECONDS = 30;
const ORIGIN_TAKES_NO_MORE = new Error("the origin takes no more of the request");

/** The request on its way to the origin, beside the response that may come before it is all sent. */
export class Upload {
  done = false;
  /** Why it broke; a broken upload is no failure while the origin answers all the same. */
  error: unknown = null;
  #promise: Promise<void> | null = null;

  constructor(readonly exchange: Exchange) {}

  get ok(): boolean {
    return this.done && this.error === null;
  }

  /** True if it broke since the client sent nonsense, or no more. */
  get failedByClient(): boolean {
    return this.error instanceof Failure || this.error instanceof HttpError;
  }

  /** Sends the rest of a request that is a head alone, of which `sent` bytes have gone. */
  async sendRest(sent: number): Promise<void> {
    const { head, upstream, session } = this.exchange;
    await paced(session, upstream.conn, head.subarray(sent), true);
  }

  /** Notes that a request without a body has been sent. */
  headSent(): void {
    this.done = true;
    const { head, session } = this.exchange;
    session.record.bytes_sent += head.length;
    session.record.last_activity = Date.now() / 1000;
  }

  /** Notes that the origin takes no more; it may have answered all the same. */
  refused(): void {
    this.done = true;
    this.error = ORIGIN_TAKES_NO_MORE;
  }

  /** Begins to send a request with a body. */
  start(): void {
    this.#promise = this.#send().catch((error) => {
      const known = error instanceof Failure || error instanceof HttpError;
      this.error = known || error === ORIGIN_TAKES_NO_MORE ? error : new Failure("client_reset");
      // The client is at fault or gone: the origin is not to take half a request for a whole one.
      if (error !== ORIGIN_TAKES_NO_MORE) closeQuietly(this.exchange.upstream.conn);
    }).then(() => {
      this.done = true;
      if (this.error === null) this.exchange.reader.tryFill();
    });
  }

  /** Waits for the rest, once the response is complete. */
  async finish(): Promise<void> {
    if (this.done) return;
    const { session } = this.exchange;
    session.expireIn(LATE_UPLOAD_SECONDS);
    await this.#promise;
    session.expireNever();
  }

  async #send(): Promise<void> {
    const { reader, request, head, upstream, session, rules } = this.exchange;
    const max = rules.maxBodySize ?? Infinity;
    const sink = async (bytes: Uint8Array) => {
      if (bytes.length === 0) return;
      try {
        await paced(session, upstream.conn, bytes, true);
      } catch {
        throw ORIGIN_TAKES_NO_MORE;
      }
      session.record.bytes_sent += bytes.length;
      session.record.last_activity = Date.now() / 1000;
    };
    await sink(head);
    const { framing, connectionNames } = request;
    await copyBody(reader, framing, "as-is", sink, "client_gone", connectionNames, max);
  }
}
