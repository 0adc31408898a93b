/** Programs that make load. */
import type { Done } from "./tunnel_client.ts";
import type { Context } from "./load.ts";
import type { Entrance } from "./handshake.ts";
import { run } from "./process.ts";
import type { Running } from "./subject.ts";

/** How a web request looks to a subject: to a forward proxy the target is in its first line. */
export type Form = "origin-form" | "absolute-form";

const CONNECTIONS = 64;

/** Requests answered to 64 clients of HTTP/1.1, each on one connection, or on a new one for each. */
export async function wrk(
  subject: Running,
  { seconds, folder, target }: Context,
  form: Form,
  close = false,
): Promise<number> {
  const args = ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`];
  if (close) args.push("-H", "Connection: close");
  if (form === "absolute-form") {
    const script = `${folder}/absolute.lua`;
    const host = `127.0.0.1:${target}`;
    await Deno.writeTextFile(
      script,
      `wrk.path = "http://${host}/"\nwrk.headers["Host"] = "${host}"\n`,
    );
    args.push("-s", script);
  }
  const text = await run("wrk", [...args, `http://127.0.0.1:${subject.port}/`]);
  const refused = /Non-2xx.*/.exec(text)?.[0];
  if (refused) throw new Error(`wrk: ${refused}`);
  const errors = /Socket errors.*/.exec(text)?.[0];
  // It takes some regular ends for errors of reading.
  if (errors && !/connect 0, read \d+, write 0, timeout 0/.test(errors)) {
    throw new Error(`wrk: ${errors}`);
  }
  return Number(/(\d+) requests in/.exec(text)![1]);
}

/** Durations of a steady flow of requests, in ms, ascending. */
export async function durations(
  subject: Running,
  { seconds, folder, target, rate }: Context,
  form: Form,
): Promise<number[]> {
  const log = `${folder}/h2load.log`;
  await Deno.writeTextFile(log, "");
  const clients = 32;
  const rps = Math.max(1, Math.round(rate / clients));
  const flow = ["--h1", "-t1", `-c${clients}`, `--rps=${rps}`, `-D${seconds}`, "--warm-up-time=1"];
  const headers = form === "absolute-form" ? absoluteForm(`127.0.0.1:${target}`) : [];
  const url = `http://127.0.0.1:${subject.port}/`;
  const text = await run("h2load", [...flow, ...headers, `--log-file=${log}`, url]);
  if (!/, 0 failed, 0 errored, 0 timeout/.test(text)) throw new Error(`h2load: ${text}`);
  // Time, status, µs; what was under way at the end has status 0.
  const lines = (await Deno.readTextFile(log)).trim().split("\n").map((line) => line.split("\t"));
  const answered = lines.filter(([, status]) => status === "200");
  if (answered.length === 0 || !lines.every(([, status]) => status === "200" || status === "0")) {
    throw new Error(`h2load: ${text}`);
  }
  return answered.map(([, , us]) => Number(us) / 1000).sort((a, b) => a - b);
}

/** h2load cannot ask a proxy; but it takes a method that ends the request's line, and begins a field with the rest. */
function absoluteForm(host: string): string[] {
  return ["-H", `:method: GET http://${host}/ HTTP/1.1\r\nX-Rest:`, "-H", `:authority: ${host}`];
}

export function percentile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Bytes that iperf3 gets through a subject that needs no handshake. */
export async function iperf(
  subject: Running,
  { seconds }: Context,
  streams: number,
): Promise<number> {
  const args = ["-c", "127.0.0.1", "-p", `${subject.port}`, "-t", `${seconds}`, "-P", `${streams}`];
  const result = JSON.parse(await run("iperf3", [...args, "-J"]));
  if (result.error) throw new Error(`iperf3: ${result.error}`);
  return result.end.sum_received.bytes;
}

const TUNNEL_CLIENT = new URL("tunnel_client.ts", import.meta.url).href;

async function tunnels(
  subject: Running,
  { seconds, target }: Context,
  entrance: Entrance,
  kind: "rate" | "bulk",
  count: number,
): Promise<Done> {
  const through = subject.pid === 0 ? "none" : entrance;
  const args = [through, subject.port, target, kind, count, seconds].map(String);
  const client = ["run", "--quiet", "--no-check", "-A", TUNNEL_CLIENT];
  return JSON.parse(await run(Deno.execPath(), [...client, ...args]));
}

/** Tunnels opened, used for one request, and ended by the target, 64 at a time. */
export const tunnelRate = (subject: Running, context: Context, entrance: Entrance) =>
  tunnels(subject, context, entrance, "rate", CONNECTIONS);

/** Bytes downloaded through so many tunnels at once. */
export const tunnelBulk = (
  subject: Running,
  context: Context,
  entrance: Entrance,
  streams: number,
) => tunnels(subject, context, entrance, "bulk", streams);
