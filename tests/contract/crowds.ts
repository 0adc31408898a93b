import { strict as assert } from "node:assert";
import { beside, eventually, within } from "../support/eventually.ts";
import { Pattern } from "../support/pattern.ts";
import { descriptors, haveProc } from "../support/process.ts";
import { echo } from "../support/tcp.ts";
import type { Route } from "./route.ts";
import { type Link, type ProgramSetup, withProgram } from "./setup.ts";

const MIB = 1 << 20;
const CROWD = 1000;
const LONG_MS = 60_000;

/** How many connections end in each of the ways in which one can. */
const EACH = 10;

/** Cases about many connections and how they end, against the program as a process of its own. */
export function declareCrowds(route: Route): void {
  const { name } = route;

  Deno.test(`${name} serves 1,000 connections at once, and forgets none of them`, () =>
    withProgram(route, async (setup) => {
      const before = await descriptorsAfterUse(setup);
      const pattern = new Pattern();
      const echoing = beside(acceptAll(setup, CROWD, echo));
      const opening = Promise.all(Array.from({ length: CROWD }, () => setup.open()));
      const clients = await within("all are open", opening, LONG_MS);
      const size = (i: number) => 1 + i * 7;
      await within(
        "all get their echo",
        Promise.all(clients.map(async (client, i) => {
          await pattern.send(client, size(i));
          await pattern.receive(client, size(i));
        })),
        LONG_MS,
      );
      await setup.proxy.report(
        "all are active at once",
        (report) => report.active_connections === CROWD,
      );
      await Promise.all(clients.map(async (client, i) => {
        await client.closeWrite();
        assert.equal(await pattern.drain(client, size(i)), size(i));
        client.close();
      }));
      await echoing;
      const total = clients.reduce((sum, _, i) => sum + size(i), 1);
      const totals = await setup.totals(CROWD + 1);
      assert.deepEqual([totals.total_bytes_sent, totals.total_bytes_received], [total, total]);
      assert.equal(totals.failed_connections, 0);
      await descriptorsReturnTo(before, setup);
    }));

  Deno.test(`${name} tells the other side when one is gone in mid-stream, and keeps nothing`, () =>
    withProgram(route, async (setup) => {
      const before = await descriptorsAfterUse(setup);
      const links: Link[] = [];
      for (let i = 0; i < EACH * DEPARTURES.length; i++) links.push(await setup.link());
      const pattern = new Pattern();
      const ends = await within(
        "every end is told",
        Promise.all(links.map((link, i) => DEPARTURES[i % DEPARTURES.length](link, pattern))),
        LONG_MS,
      );
      const { records } = await setup.books(links.length + 1);
      for (const [i, { reason, sent, received }] of ends.entries()) {
        const record = records[i + 1];
        assert.match(record.reason, reason);
        assertWithin(record.bytes_sent, sent);
        assertWithin(record.bytes_received, received);
      }
      await descriptorsReturnTo(before, setup);
    }));
}

type Bounds = [least: number, most: number];

/** What the proxy's record has to say. */
interface Departure {
  reason: RegExp;
  sent: Bounds;
  received: Bounds;
}

/** The ways in which one side can be gone while bytes flow; each ends with both sides' sockets closed. */
const DEPARTURES: ((link: Link, pattern: Pattern) => Promise<Departure>)[] = [
  async function targetGoneInADownload({ client, target }, pattern) {
    const sending = beside(pattern.send(target, MIB).then(() => target.close()));
    assert.equal(await pattern.drain(client), MIB);
    await sending;
    client.close();
    return { reason: /^done$/, sent: [0, 0], received: [MIB, MIB] };
  },
  async function targetGoneInAnUpload({ client, target }, pattern) {
    const flooding = pattern.flood(client);
    await pattern.receive(target, MIB);
    target.close();
    const flooded = await flooding;
    assert.equal(await pattern.drain(client), 0);
    client.close();
    return { reason: /^target_(reset|gone)$/, sent: [MIB, flooded], received: [0, 0] };
  },
  async function clientGoneInADownload({ client, target }, pattern) {
    const flooding = pattern.flood(target);
    await pattern.receive(client, MIB);
    client.close();
    const flooded = await flooding;
    assert.equal(await pattern.drain(target), 0);
    target.close();
    return { reason: /^client_(reset|gone)$/, sent: [0, 0], received: [MIB, flooded] };
  },
  async function clientGoneInAnUpload({ client, target }, pattern) {
    const sending = beside(pattern.send(client, MIB).then(() => client.close()));
    assert.equal(await pattern.drain(target), MIB);
    await sending;
    target.close();
    return { reason: /^done$/, sent: [MIB, MIB], received: [0, 0] };
  },
  async function clientGoneWithoutAWord({ client, target }, pattern) {
    client.close();
    assert.equal(await pattern.drain(target), 0);
    target.close();
    return { reason: /^done$/, sent: [0, 0], received: [0, 0] };
  },
];

function assertWithin(counted: number, [least, most]: Bounds): void {
  assert.ok(least <= counted && counted <= most, `expected ${least} ≤ ${counted} ≤ ${most}`);
}

/** Serves so many connections, and closes each afterwards. */
async function acceptAll(
  { target }: ProgramSetup,
  count: number,
  serve: (conn: Deno.TcpConn) => Promise<void>,
): Promise<void> {
  const serving: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const conn = await target.accept();
    serving.push(serve(conn).finally(() => conn.close()));
  }
  await Promise.all(serving);
}

/** How many descriptors the program has once a connection has come and gone; 0 where the system does not tell. */
async function descriptorsAfterUse(setup: ProgramSetup): Promise<number> {
  const link = await setup.link();
  const pattern = new Pattern();
  await pattern.send(link.client, 1);
  await pattern.receive(link.target, 1);
  await pattern.send(link.target, 1);
  await pattern.receive(link.client, 1);
  link[Symbol.dispose]();
  await setup.books(1);
  return haveProc("The count of descriptors") ? descriptors(setup.proxy.program.pid) : 0;
}

async function descriptorsReturnTo(before: number, { proxy }: ProgramSetup): Promise<void> {
  if (before === 0) return;
  await eventually("no descriptor is left", () => descriptors(proxy.program.pid) <= before);
}
