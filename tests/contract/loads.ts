import { strict as assert } from "node:assert";
import { beside, eventually, within } from "../support/eventually.ts";
import { Pattern } from "../support/pattern.ts";
import { haveProc, memory } from "../support/process.ts";
import type { ReportingProxy } from "../support/proxy.ts";
import type { Route } from "./route.ts";
import { type Link, withProgram } from "./setup.ts";

const MIB = 1 << 20;
const GIB = 1 << 30;
const LONG_MS = 120_000;

/** How much the program may grow for slow readers, … */
const GROWTH = 16 * MIB;
/** … of whom there are this many each way, … */
const SLOW_READERS = 4;
/** … each with this much to read: far more than the system's own buffers take. */
const BACKLOG = 64 * MIB;

/** Cases about volume, against the program as a process of its own. */
export function declareLoads(route: Route): void {
  const { name } = route;

  Deno.test(`${name} carries 1 GiB each way at once, byte for byte`, () =>
    withProgram(route, async (setup) => {
      using link = await setup.link();
      const got = await within("all of it arrives", bothWays(link, GIB), LONG_MS);
      assert.deepEqual(got, [GIB, GIB]);
      const { records, sent, received } = await setup.books(1);
      assert.deepEqual([sent, received, records[0].reason], [GIB, GIB, "done"]);
    }));

  Deno.test({
    name: `${name} holds little for slow readers, who get everything in the end`,
    ignore: !haveProc(`The memory that ${name} takes for slow readers`),
  }, () =>
    withProgram(route, async (setup) => {
      const { pid } = setup.proxy.program;
      // What a proxy at work needs anyway is no growth.
      using first = await setup.link();
      await within("the first transfer ends", bothWays(first, BACKLOG), LONG_MS);
      const before = memory(pid).now;
      using stack = new DisposableStack();
      const pattern = new Pattern();
      const flows: Flow[] = [];
      for (let i = 0; i < 2 * SLOW_READERS; i++) {
        const { client, target } = stack.use(await setup.link());
        const [from, to] = i % 2 === 0 ? [client, target] : [target, client];
        const sending = beside(pattern.send(from, BACKLOG).then(() => from.closeWrite()));
        flows.push({ sending, to });
      }
      const taken = await standsStill(setup.proxy) - 2 * BACKLOG;
      assert.ok(taken < flows.length * BACKLOG / 2, `${taken} bytes were taken`);
      await within("the slow readers get everything", readSlowly(pattern, flows), LONG_MS);
      const growth = memory(pid).peak - before;
      assert.ok(growth <= GROWTH, `the program grew by ${growth} bytes`);
      const { sent, received } = await setup.books(1 + flows.length);
      const each = BACKLOG * (1 + SLOW_READERS);
      assert.deepEqual([sent, received], [each, each]);
    }));
}

/** Sends so many bytes both ways at once; returns what arrived at the target and at the client. */
async function bothWays({ client, target }: Link, bytes: number): Promise<number[]> {
  const pattern = new Pattern();
  const [sent, received] = await Promise.all([
    pattern.drain(target),
    pattern.drain(client),
    pattern.send(client, bytes).then(() => client.closeWrite()),
    pattern.send(target, bytes).then(() => target.closeWrite()),
  ]);
  return [sent, received];
}

interface Flow {
  sending: Promise<void>;
  to: Deno.TcpConn;
}

/** Reads in small pieces, by turns, then the rest; and leaves. */
async function readSlowly(pattern: Pattern, flows: Flow[]): Promise<void> {
  const piece = 16 << 10;
  const slow = 4 * MIB;
  for (let at = 0; at < slow; at += piece) {
    for (const { to } of flows) await pattern.receive(to, at + piece, at);
  }
  await Promise.all(flows.map(async ({ to, sending }) => {
    assert.equal(await pattern.drain(to, slow), BACKLOG);
    await to.closeWrite();
    await sending;
  }));
}

/** Waits until bytes have flowed and no more do, for five reports; returns how many the proxy has counted. */
async function standsStill(proxy: ReportingProxy): Promise<number> {
  const from = proxy.reports.length;
  return await eventually("the flow stands still", () => {
    if (proxy.reports.length < from + 6) return;
    const last = proxy.reports.slice(-6).map((report) =>
      report.total_bytes_sent + report.total_bytes_received
    );
    return last[0] > 0 && last.every((bytes) => bytes === last[0]) && last[0];
  });
}
