import { strict as assert } from "node:assert";
import type { z } from "@hono/zod-openapi";
import {
  type EventsReply,
  eventsReplySchema,
  historyReplySchema,
  logReplySchema,
  topReplySchema,
} from "../../../manager/api/model_history.ts";
import { errorReplySchema, statsReplySchema } from "../../../manager/api/model.ts";
import { HistoryClient } from "../../../manager/history/client.ts";
import { DEFAULT_RETENTION } from "../../../manager/history/options.ts";
import { Registry } from "../../../manager/registry.ts";
import { eventually } from "../../support/eventually.ts";
import { S0 } from "../../support/history.ts";
import { setUpApp } from "../../support/manager_app.ts";
import { connection, report, T0 } from "../../support/reports.ts";

/** An API over a history in memory, and its clock, which begins at `T0`. */
async function setUp() {
  const clock = { now: T0 };
  const now = () => clock.now;
  const registry = new Registry();
  const options = { dir: "memory", retention: DEFAULT_RETENTION } as const;
  const history = new HistoryClient(options, { registry, now, maxProxies: 100 });
  await history.start();
  const { get } = setUpApp({ history, now });
  const fetched = async <T>(path: string, schema: z.ZodType<T>) => {
    const reply = await get(path);
    const value = await reply.json();
    assert.equal(reply.status, 200, JSON.stringify(value));
    return schema.parse(value);
  };
  /** Two proxies report at this second; each has moved 100 bytes a second and ended a connection. */
  const at = async (second: number) => {
    clock.now = T0 + second * 1000;
    for (const proxy_id of ["edge-1", "edge-2"]) {
      const times = { sent_at: S0 + second, start_time: S0, seq: second };
      const totals = { total_bytes_sent: 100 * second, active_connections: 2 };
      const ended = connection({
        ...{ id: second, start_time: S0, bytes_sent: 100, bytes_received: 0, state: "closed" },
        ...{ client_ip: `192.0.2.${second}`, user: proxy_id, reason: "client_closed" },
      });
      registry.apply(report({ proxy_id, ...times, ...totals }, [ended]), clock.now);
    }
    await eventually("it is written", () => {
      history.tick();
      return history.state.last_write === clock.now / 1000;
    });
  };
  return { clock, history, get, fetched, at, [Symbol.asyncDispose]: () => history.stop() };
}

Deno.test("GET /api/history gives a proxy's points, or the fleet's", async () => {
  await using it = await setUp();
  await it.at(1);
  await it.at(15);
  const fleet = await it.fetched("/api/history", historyReplySchema);
  assert.equal(fleet.proxy_id, null);
  assert.deepEqual([fleet.step, fleet.to], [10, S0 + 15]);
  assert.deepEqual(fleet.points.map(({ time, bytes_sent }) => [time - S0, bytes_sent]), [
    [0, 2000],
    [10, 1000],
  ]);
  assert.deepEqual([fleet.points[0].active, fleet.points[0].active_max], [4, 4]);
  const one = await it.fetched(
    `/api/history?proxy_id=edge-1&from=${S0}&to=${S0 + 60}&step=60`,
    historyReplySchema,
  );
  assert.equal(one.step, 60);
  assert.deepEqual(one.points.map(({ bytes_sent, active }) => [bytes_sent, active]), [[1500, 2]]);
  const none = await it.fetched("/api/history?proxy_id=nobody", historyReplySchema);
  assert.deepEqual(none.points, []);
});

Deno.test("GET /api/history gives the busiest proxies beside the fleet in one reply", async () => {
  await using it = await setUp();
  await it.at(1);
  await it.at(15);
  const path = `/api/history?from=${S0}&to=${S0 + 20}&by=proxy`;
  const both = await it.fetched(path, historyReplySchema);
  const sent = (points: { bytes_sent: number }[]) => points.map(({ bytes_sent }) => bytes_sent);
  assert.deepEqual(sent(both.points), [2000, 1000]);
  assert.deepEqual(
    both.busiest?.map(({ proxy_id, points }) => [proxy_id, sent(points)]),
    [["edge-1", [1000, 500]], ["edge-2", [1000, 500]]],
  );
  const one = await it.fetched(`${path}&top=1`, historyReplySchema);
  assert.deepEqual(one.busiest?.map(({ proxy_id }) => proxy_id), ["edge-1"]);
  const plain = await it.fetched(`/api/history?from=${S0}&to=${S0 + 20}`, historyReplySchema);
  assert.equal(plain.busiest, undefined);
});

Deno.test("GET /api/events gives those of one proxy, with a history and without", async () => {
  await using it = await setUp();
  await it.at(1);
  await it.at(90);
  const kinds = async (query: string) => {
    const reply = await it.fetched(`/api/events?${query}`, eventsReplySchema);
    for (const { proxy_id } of reply.events) assert.equal(proxy_id, "edge-2");
    return reply.events.map(({ kind }) => kind);
  };
  assert.deepEqual(await kinds("proxy_id=edge-2"), ["proxy_appeared", "loss_high"]);
  assert.deepEqual(await kinds("proxy_id=edge-2&limit=1"), ["loss_high"]);
  assert.deepEqual(await kinds(`proxy_id=edge-2&since=${(T0 + 2000) * 1000}`), ["loss_high"]);
  assert.deepEqual(await kinds("proxy_id=nobody"), []);
  assert.deepEqual(
    it.history.recentEvents({ since: null, limit: 9, proxy: "edge-1" }).map(({ kind }) => kind),
    ["proxy_appeared", "loss_high"],
  );
});

Deno.test("GET /api/top gives the heaviest of the window, of all or of a proxy", async () => {
  await using it = await setUp();
  await it.at(1);
  await it.at(80);
  const top = await it.fetched("/api/top?by=user", topReplySchema);
  assert.deepEqual([top.by, top.from, top.to], ["user", S0 - 24 * 3600, S0 + 80]);
  assert.deepEqual(top.entries, [
    { key: "edge-1", bytes: 200, error_bytes: 0 },
    { key: "edge-2", bytes: 200, error_bytes: 0 },
  ]);
  const one = await it.fetched(
    "/api/top?by=client&window=1h&proxy_id=edge-1&limit=1",
    topReplySchema,
  );
  assert.deepEqual([one.proxy_id, one.entries.length, one.others_bytes], ["edge-1", 1, 100]);
});

Deno.test("GET /api/log searches, and its cursors lead through all that matches", async () => {
  await using it = await setUp();
  for (const second of [1, 2, 3]) await it.at(second);
  const all = await it.fetched("/api/log", logReplySchema);
  assert.equal(all.connections.length, 6);
  assert.equal(all.next, null);
  const [{ proxy_id, client_ip, end_time, start_time, reason }] = all.connections;
  assert.deepEqual([proxy_id, client_ip, end_time, start_time, reason], [
    ...["edge-2", "192.0.2.3", S0 + 3, S0, "client_closed"],
  ]);
  const filter = "user=edge-1&client=192.0.2.0/30&target=*.com:443&reason=client_closed&limit=1";
  const ids: number[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: z.infer<typeof logReplySchema> = await it.fetched(
      `/api/log?${filter}${cursor && `&cursor=${cursor}`}`,
      logReplySchema,
    );
    ids.push(...page.connections.map(({ id }) => id));
    cursor = page.next;
  }
  assert.deepEqual(ids, [3, 2, 1]);
});

Deno.test("The routes of history give their lists in CSV", async () => {
  await using it = await setUp();
  await it.at(1);
  await it.at(12);
  const lines: [path: string, count: number, first: string][] = [
    [`/api/history?from=${S0}&to=${S0 + 10}`, 1, `${S0},`],
    ["/api/top?by=user", 2, "edge-1,200,0"],
    [
      "/api/log?limit=3",
      3,
      `edge-2,12,192.0.2.12,50000,example.com:443,edge-2,closed,client_closed,`,
    ],
    ["/api/events", 5, `${T0 * 1000},${S0},manager_started,,`],
  ];
  for (const [path, count, first] of lines) {
    const reply = await it.get(path, { accept: "text/csv" });
    assert.match(reply.headers.get("content-type")!, /^text\/csv/);
    const [head, ...rows] = (await reply.text()).split("\r\n");
    assert.match(head, /^[a-z_,]+$/);
    assert.equal(rows.length - 1, count, path);
    assert.ok(rows[0].startsWith(first), rows[0]);
  }
  const page = await it.get("/api/log?limit=3&format=csv");
  const rest = await it.fetched(
    `/api/log?cursor=${page.headers.get("x-next-cursor")}`,
    logReplySchema,
  );
  assert.equal(rest.connections.length, 1);
});

Deno.test("GET /api/events goes on behind the event that was seen last", async () => {
  await using it = await setUp();
  await it.at(1);
  const first = await it.fetched("/api/events?limit=2", eventsReplySchema);
  assert.ok(first.complete);
  assert.deepEqual(first.events.map(({ proxy_id }) => proxy_id), ["edge-1", "edge-2"]);
  const nothing = await it.fetched(`/api/events?since=${first.next}`, eventsReplySchema);
  assert.deepEqual([nothing.events, nothing.next], [[], first.next]);
  await it.at(90);
  const later = await it.fetched(`/api/events?since=${first.next}`, eventsReplySchema);
  assert.deepEqual(later.events.map(({ kind }) => kind), ["loss_high", "loss_high"]);
});

Deno.test("GET /api/events pages backwards, of the kinds that are asked for", async () => {
  await using it = await setUp();
  await it.at(1);
  await it.at(90);
  for (const read of [pagesOfHistory, pagesOfMemory]) {
    assert.deepEqual(await read(it), [
      ["edge-1 loss_high", "edge-2 loss_high"],
      ["edge-1 proxy_appeared", "edge-2 proxy_appeared"],
      [],
    ]);
  }
});

type It = Awaited<ReturnType<typeof setUp>>;
type Read = (before: number | undefined) => Promise<EventsReply["events"]> | EventsReply["events"];

const pagesOfHistory = (it: It) =>
  pages(async (before) => {
    const kind = "kind=proxy_appeared,loss_high";
    const path = `/api/events?limit=2&${kind}${before === undefined ? "" : `&before=${before}`}`;
    return (await it.fetched(path, eventsReplySchema)).events;
  });

const pagesOfMemory = (it: It) =>
  pages((before) => {
    const kinds = ["proxy_appeared", "loss_high"] as const;
    return it.history.recentEvents({ since: null, before, kinds, limit: 2 });
  });

/** Pages until one is empty. */
async function pages(read: Read): Promise<string[][]> {
  const all: string[][] = [];
  let before: number | undefined;
  do {
    const events = await read(before);
    all.push(events.map(({ kind, proxy_id }) => `${proxy_id} ${kind}`));
    before = events[0]?.id;
  } while (before !== undefined);
  return all;
}

const misuses = [
  "/api/history?from=x",
  "/api/history?from=2&to=1",
  "/api/history?from=1&step=10",
  "/api/history?step=-1",
  "/api/history?by=user",
  "/api/history?by=proxy&top=13",
  "/api/history?top=3",
  "/api/history?by=proxy&proxy_id=edge-1",
  "/api/history?by=proxy&format=csv",
  "/api/top?by=reason",
  "/api/top?by=user&window=2h",
  "/api/top?by=user&limit=101",
  "/api/log?client=example.com",
  "/api/log?limit=1001",
  "/api/log?cursor=1.2.3",
  "/api/events?since=-1",
  "/api/events?before=x",
  "/api/events?kind=proxy_offline,sunrise",
  `/api/log?target=${"x".repeat(301)}`,
];
Deno.test("The routes of history refuse what does not fit, in the API's form", async () => {
  await using it = await setUp();
  for (const path of misuses) {
    const reply = await it.get(path);
    assert.equal(reply.status, 400, path);
    assert.equal(errorReplySchema.parse(await reply.json()).error.code, "bad_request");
  }
});

Deno.test("The routes of history answer 503 with a code where there is none, and events from memory", async () => {
  const { get } = setUpApp();
  for (const path of ["/api/history", "/api/top?by=user", "/api/log"]) {
    const reply = await get(path);
    assert.equal(reply.status, 503, path);
    const { error } = errorReplySchema.parse(await reply.json());
    assert.deepEqual(error, {
      code: "history_off",
      message: "This manager keeps no history (--no-history)",
    });
  }
  const events = eventsReplySchema.parse(await (await get("/api/events")).json());
  assert.deepEqual([events.complete, events.events[0].kind], [false, "manager_started"]);
  const { history } = statsReplySchema.parse(await (await get("/api/stats")).json());
  assert.deepEqual([history.state, history.reason], ["off", "--no-history"]);
  assert.equal((await get("/api/health")).status, 200);
});
