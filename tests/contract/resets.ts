import { strict as assert } from "node:assert";
import { beside, within } from "../support/eventually.ts";
import { Pattern, PIECE_BYTES } from "../support/pattern.ts";
import { connectResettable, type ResettableConn } from "../support/resettable.ts";
import { type Reader, readExactly, readText, send, type Writer } from "../support/tcp.ts";
import type { Route } from "./route.ts";
import { type Books, withProxy, withResettableTarget } from "./setup.ts";

const MIB = 1 << 20;

/** How long after a reset the other side may still be open, in ms. */
const DEADLINE_MS = 1000;

/** Cases about RST: it ends the other side at once, with the reason in the record. */
export function declareResets(route: Route): void {
  const { name } = route;

  Deno.test(`${name} ends the target's side when the client resets`, () =>
    withProxy(route, async (setup) => {
      await using client = await connectResettable(setup.proxy.port);
      await route.enter(client, setup.target.address);
      using target = await setup.target.accept();
      await exchange(client, target);
      await client.reset();
      assert.equal(await within("the target is told", readText(target), DEADLINE_MS), "");
      const books = await setup.books(1);
      assert.deepEqual([books.sent, books.received], [8, 6]);
      assertEnd(books, /^client_reset$/);
    }));

  Deno.test(`${name} ends the client's side when the target resets`, () =>
    withResettableTarget(route, async (setup) => {
      using link = await setup.link();
      const { client, target } = link;
      await exchange(client, target);
      await target.reset();
      assert.equal(await within("the client is told", readText(client), DEADLINE_MS), "");
      const books = await setup.books(1);
      assert.deepEqual([books.sent, books.received], [8, 6]);
      assertEnd(books, /^target_reset$/);
    }));

  Deno.test(`${name} ends the target's side when the client resets in full flow`, () =>
    withProxy(route, async (setup) => {
      await using client = await connectResettable(setup.proxy.port);
      await route.enter(client, setup.target.address);
      using target = await setup.target.accept();
      const { far, sent, taken } = await resetInFlow(client, target);
      const books = await setup.books(1);
      assertEnd(books, /^client_(reset|gone)$/);
      assertWithin(books.sent, far, sent);
      assertWithin(books.received, MIB, taken);
    }));

  Deno.test(`${name} notices a client's reset although the target reads nothing`, () =>
    withProxy(route, async (setup) => {
      await using client = await connectResettable(setup.proxy.port);
      await route.enter(client, setup.target.address);
      using _target = await setup.target.accept();
      const flood = beside(new Pattern().flood(client));
      // Reports that say the same twice running: every buffer on the way is full.
      await setup.proxy.report("nothing moves", ({ total_bytes_sent: sent }) => {
        const [before] = setup.proxy.reports.slice(-3);
        return sent > 0 && before.total_bytes_sent === sent;
      });
      await client.reset();
      const books = await setup.books(1);
      assertEnd(books, /^client_reset$/);
      await flood;
    }));

  Deno.test(`${name} ends the client's side when the target resets in full flow`, () =>
    withResettableTarget(route, async (setup) => {
      using link = await setup.link();
      const { far, sent, taken } = await resetInFlow(link.target, link.client);
      const books = await setup.books(1);
      assertEnd(books, /^target_(reset|gone)$/);
      assertWithin(books.received, far, sent);
      assertWithin(books.sent, MIB, taken);
    }));
}

async function exchange(client: Reader & Writer, target: Reader & Writer): Promise<void> {
  await send(client, "question");
  await readExactly(target, 8);
  await send(target, "answer");
  await readExactly(client, 6);
}

/**
 * Lets both ends send as fast as they can, and resets one when each has 1 MiB. Returns what the other
 * end got, the most that the reset end can have sent, and what the system had taken of the other end.
 */
async function resetInFlow(
  resets: ResettableConn,
  other: Deno.TcpConn,
): Promise<{ far: number; sent: number; taken: number }> {
  const pattern = new Pattern();
  const ends = Promise.all([pattern.flood(resets), pattern.flood(other)]);
  const both = [pattern.receive(resets, MIB), pattern.receive(other, MIB)];
  await within("both ends have 1 MiB", Promise.all(both));
  const draining = beside(pattern.drain(other, MIB));
  await resets.reset();
  const far = await within("the other end is told", draining, DEADLINE_MS);
  const [sent, taken] = await within("nothing is sent any more", ends, DEADLINE_MS);
  // Of the write that the reset cut short the system may have taken a part.
  return { far, sent: sent + PIECE_BYTES, taken };
}

/**
 * A tunnel that was served has not failed, however it ends. In full flow a failed write may be what
 * tells of the reset, and which error that is differs between systems.
 */
function assertEnd({ records: [record] }: Books, reason: RegExp): void {
  assert.equal(record.state, "closed");
  assert.match(record.reason, reason);
}

function assertWithin(counted: number, least: number, most: number): void {
  assert.ok(least <= counted && counted <= most, `expected ${least} ≤ ${counted} ≤ ${most}`);
}
