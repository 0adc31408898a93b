import { strict as assert } from "node:assert";
import { Session } from "../../../proxy/net/session.ts";
import { Bandwidth } from "../../../proxy/net/throttle.ts";
import { Collector } from "../../../proxy/stats/collector.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const IDLE_MS = 1000;

/** A session without a network, and how often its client was closed. */
function newSession(clock = new FakeClock()) {
  const closed = { times: 0 };
  const client = { close: () => void closed.times++ } as unknown as Deno.TcpConn;
  const record = new Collector(() => 0).open("192.0.2.1", 1);
  const bandwidth = new Bandwidth({ bandwidth: null, bandwidthPerConnection: 1000 }, clock);
  const session = new Session(client, record, bandwidth.throttle());
  record.state = "active";
  return { session, record, closed };
}

Deno.test("Session.checkIdle ends a session on which nothing moves, no earlier than asked", () => {
  const { session, closed } = newSession();
  session.checkIdle(5000, IDLE_MS);
  session.checkIdle(5999, IDLE_MS);
  assert.equal(closed.times, 0);
  session.checkIdle(6000, IDLE_MS);
  assert.deepEqual([closed.times, session.endReason], [1, "idle_timeout"]);
});

Deno.test("Session.checkIdle begins anew with every byte, and with every part of a slow write", () => {
  const moves = ["bytes_sent", "bytes_received", "last_activity"] as const;
  const { session, record, closed } = newSession();
  let now = 5000;
  for (let i = 0; i < 30; i++) {
    session.checkIdle(now, IDLE_MS);
    now += IDLE_MS - 1;
    session.checkIdle(now, IDLE_MS);
    record[moves[i % 3]]++;
  }
  assert.equal(closed.times, 0);
});

Deno.test("Session.checkIdle leaves alone what has a limit of its own", () => {
  const cases: [string, (made: ReturnType<typeof newSession>) => () => void][] = [
    ["a wait with a deadline", ({ session }) => {
      session.expireIn(60);
      return () => session.expireNever();
    }],
    ["a dial", ({ session }) => {
      session.cancel = () => {};
      return () => session.cancel = null;
    }],
    ["a connection that is not yet active", ({ record }) => {
      record.state = "connecting";
      return () => record.state = "active";
    }],
  ];
  for (const [title, begin] of cases) {
    const made = newSession();
    const end = begin(made);
    made.session.checkIdle(0, IDLE_MS);
    made.session.checkIdle(9000, IDLE_MS);
    assert.equal(made.closed.times, 0, title);
    end();
    made.session.checkIdle(9999, IDLE_MS);
    assert.equal(made.closed.times, 0, `the time counts from the end of ${title}`);
    made.session.checkIdle(10_000, IDLE_MS);
    assert.equal(made.closed.times, 1, `after ${title}`);
  }
});

Deno.test("Session.checkIdle does not take a connection for idle that waits for bandwidth", async () => {
  const clock = new FakeClock();
  const { session, closed } = newSession(clock);
  const paying = session.throttle!.down.pay(20_000);
  session.checkIdle(0, IDLE_MS);
  session.checkIdle(9000, IDLE_MS);
  assert.equal(closed.times, 0);
  await clock.run(20_000);
  await paying;
  session.checkIdle(10_000, IDLE_MS);
  assert.equal(closed.times, 1);
});

Deno.test("Session.close wakes what waits for bandwidth", async () => {
  const { session } = newSession();
  const paying = session.throttle!.up.pay(1e9);
  session.close();
  await paying;
});
