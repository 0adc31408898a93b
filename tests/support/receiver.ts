import { createHmac } from "node:crypto";
import { strict as assert } from "node:assert";
import { z } from "zod";
import { eventually } from "./eventually.ts";

/** The documented body of a delivery; a strict one, so that nothing is sent that README does not tell of. */
export const deliverySchema = z.strictObject({
  version: z.literal(1),
  id: z.string().uuid(),
  time: z.number(),
  test: z.boolean(),
  alerts: z.array(z.strictObject({
    id: z.string(),
    key: z.string(),
    state: z.enum(["firing", "resolved"]),
    rule: z.string(),
    metric: z.string(),
    severity: z.enum(["warning", "critical"]),
    proxy_id: z.string(),
    subject: z.string(),
    value: z.number(),
    threshold: z.number(),
    unit: z.string(),
    since: z.number(),
    fired_at: z.number(),
    resolved_at: z.number().nullable(),
    summary: z.string(),
    description: z.string(),
  })),
});

/** What arrived. */
export interface Arrived {
  method: string;
  path: string;
  headers: Headers;
  body: string;
}

/** A webhook's receiver on a free port; leaving its scope ends it. */
export class Receiver implements AsyncDisposable {
  readonly arrived: Arrived[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #ending = new AbortController();

  /** `answer` is asked each time, with how many came before; where it gives nothing, nothing is ever answered. */
  constructor(answer: (n: number, request: Request) => Response | null = () => new Response()) {
    const { signal } = this.#ending;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, signal, onListen: () => {} },
      async (request) => {
        const { method, headers, url } = request;
        const body = await request.text();
        const reply = answer(this.arrived.length, request);
        this.arrived.push({ method, headers, body, path: new URL(url).pathname });
        if (reply) return reply;
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return new Response();
      },
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/services/hunter2`;
  }

  /** What came, once there are so many. */
  async took(n: number): Promise<Arrived[]> {
    await eventually(`${n} deliveries arrive`, () => this.arrived.length >= n);
    return this.arrived;
  }

  /** Each delivery's alerts, as `state summary`. */
  get told(): string[][] {
    return this.arrived.map(({ body }) =>
      deliverySchema.parse(JSON.parse(body)).alerts.map(({ state, summary }) =>
        `${state} ${summary}`
      )
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#server.finished;
  }
}

/** Checks a signature as README tells receivers to; its time in Unix seconds. */
export function verify({ headers, body }: Arrived, secret: string): number {
  const [, time, given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(
    headers.get("x-rustproxy-signature") ?? "",
  ) ?? [];
  assert.ok(time, "there is no signature");
  assert.equal(given, createHmac("sha256", secret).update(`${time}.${body}`).digest("hex"));
  return Number(time);
}
