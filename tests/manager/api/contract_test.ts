import { strict as assert } from "node:assert";
import fc from "fast-check";
import { HistoryClient } from "../../../manager/history/client.ts";
import { DEFAULT_RETENTION } from "../../../manager/history/options.ts";
import { Registry } from "../../../manager/registry.ts";
import { eventually } from "../../support/eventually.ts";
import { setUpApp } from "../../support/manager_app.ts";
import { Contract, type Operation, operationsOf, type Parameter } from "../../support/openapi.ts";
import { backend, connection, limits, report, T0 } from "../../support/reports.ts";

const IDS = ["edge-1", "edge-2", "gone", "nobody", "a/b c%é?#", "x".repeat(301)];

/** A manager that has something to tell on every route. */
async function setUp() {
  const registry = new Registry();
  const options = { dir: "memory", retention: DEFAULT_RETENTION } as const;
  const history = new HistoryClient(options, { registry, now: () => T0, maxProxies: 100 });
  await history.start();
  const app = setUpApp({ registry, history });
  const connections = [
    connection({ id: 1, user: "=ann" }),
    connection({
      id: 2,
      client_ip: "2001:db8::7",
      target: 'a,"b":1',
      state: "closed",
      reason: "eof",
    }),
    connection({ id: 3, state: "connecting" }),
  ];
  const fill = () => {
    app.registry.apply(report({}, connections, { refused: 3 }, [backend()], limits()), T0);
    app.registry.apply(report({ proxy_id: "edge-2" }, connections.slice(1)), T0);
    app.registry.apply(report({ proxy_id: "gone", state: "stopped" }, connections), T0);
  };
  fill();
  history.tick();
  await eventually("the history has it", () => history.state.last_write !== null);
  const document = await (await app.get("/api/openapi.json")).json();
  const contract = new Contract(document);
  const operations = operationsOf(document);
  const stop = { [Symbol.asyncDispose]: () => history.stop() };
  return { ...app, fill, document, contract, operations, ...stop };
}

function url({ path }: Operation, values: Record<string, string>): string {
  const query = new URLSearchParams();
  let target = path;
  for (const [name, value] of Object.entries(values)) {
    if (target.includes(`{${name}}`)) {
      target = target.replace(`{${name}}`, encodeURIComponent(value));
    } else query.append(name, value);
  }
  return query.size > 0 ? `${target}?${query}` : target;
}

Deno.test("The API answers every route of its document as the document says", async () => {
  await using api = await setUp();
  const { request, contract, operations } = api;
  const statuses: Record<string, number> = {
    ...{ "GET /ws": 426, "DELETE /api/proxy/{id}": 204 },
    ...{ "POST /api/login": 409, "POST /api/logout": 204 },
    // Without a key there is no channel, and no order is without proxies.
    ...{ "GET /control": 404, "POST /api/control/{command}": 400 },
    // These are asked in the right way in alerts_test.ts.
    "POST /api/alerts/{id}/acknowledge": 404,
    "POST /api/alerts/silences": 201,
    "DELETE /api/alerts/silences/{id}": 404,
    "POST /api/alerts/webhooks/{name}/test": 404,
  };
  const bodies: Record<string, unknown> = {
    "POST /api/login": { user: "ann", password: "pw" },
    "POST /api/alerts/silences": { seconds: 60 },
  };
  assert.ok(operations.length >= 13);
  for (const operation of operations) {
    const { method, path } = operation;
    const id = method === "DELETE" ? "gone" : "edge-1";
    const asked = `${method} ${path}`;
    const body = asked in bodies ? JSON.stringify(bodies[asked]) : undefined;
    const headers: HeadersInit = body === undefined ? {} : { "content-type": "application/json" };
    const target = url(operation, path.includes("{id}") ? { id } : {});
    const reply = await request(target, { method, headers, body });
    assert.equal(reply.status, statuses[asked] ?? 200, asked);
    await contract.check(operation, reply, asked);
  }
});

Deno.test("The API answers every route as its document says, in each form and to whoever asks", async () => {
  await using api = await setUp();
  const { app, request, contract, operations } = api;
  const huge = "x".repeat(70_000);
  for (const operation of operations) {
    const { method, path } = operation;
    const target = url(operation, path.includes("{id}") ? { id: "edge-1" } : {});
    const table: [status: number | null, init: RequestInit][] = [
      [421, { headers: { host: "evil.example" } }],
      [method === "GET" ? null : 403, { headers: { origin: "http://evil.example" } }],
      [null, { headers: { accept: "text/csv" } }],
      [null, { headers: { accept: "*/*;q=0.1, text/csv;q=0" } }],
      ...(method === "GET" ? [] : [[413, { body: huge }] as [number, RequestInit]]),
    ];
    for (const [status, init] of table) {
      const asked = `${method} ${target} ${JSON.stringify(init).slice(0, 100)}`;
      const reply = await request(target, { method, ...init });
      if (status !== null) assert.equal(reply.status, status, asked);
      await contract.check(operation, reply, asked);
    }
    const hostless = await app.request(target, { method });
    assert.equal(hostless.status, 400);
    await contract.check(operation, hostless, `${method} ${target} without Host`);
  }
});

/** False for what leads out of a route: URLs take dots for steps. */
const isSegment = (text: string) => text !== "" && text !== "." && text !== "..";

/** Values for a parameter: what its schema allows, what it just does not, and anything. */
function values({ in: place, schema }: Parameter): fc.Arbitrary<string> {
  const anything = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ unit: "binary", minLength: 1 }),
  );
  if (place === "path") {
    return fc.oneof(
      fc.constantFrom(...IDS),
      anything.filter(isSegment),
    );
  }
  if (schema.enum) return fc.oneof(fc.constantFrom(...schema.enum), anything);
  if (schema.type === "integer") {
    const max = schema.maximum ?? 1e9;
    return fc.oneof(fc.integer({ min: -1, max: max + 1 }).map(String), fc.constantFrom("1e3", "0"));
  }
  const likely = fc.constantFrom(
    ...["*", "edge-*", "ann", "192.0.2.0/24", "::/0", "1.2.3.4/33", "active", "closed,active", ""],
    ...["-bytes,target", "id", "-connections", "key", "nothing", "-id,id", "*".repeat(300)],
  );
  return fc.oneof({ weight: 3, arbitrary: likely }, anything);
}

function queries({ parameters }: Operation): fc.Arbitrary<Record<string, string>> {
  const shape = Object.fromEntries(parameters.map((each) => [each.name, values(each)]));
  const requiredKeys = parameters.filter((each) => each.in === "path").map(({ name }) => name);
  return fc.record(shape, { requiredKeys });
}

Deno.test("The API answers whatever is asked as its document says, and never with a fault of its own", async () => {
  await using api = await setUp();
  const { request, fill, contract, operations } = api;
  for (const operation of operations) {
    const { method } = operation;
    const property = fc.asyncProperty(queries(operation), async (values) => {
      const target = url(operation, values);
      const reply = await request(target, { method });
      assert.ok(reply.status < 500 && reply.status !== 405, `${method} ${target}: ${reply.status}`);
      await contract.check(operation, reply, `${method} ${target}`);
      if (method === "DELETE") fill();
    });
    await fc.assert(property, { numRuns: 150 });
  }
});
