import { strict as assert } from "node:assert";
import { optionsAfter } from "../../../proxy/control/changes.ts";
import { differences } from "../../../proxy/control/differences.ts";
import { proxyOptionsSchema } from "../../../proxy/options.ts";

const OPTIONS = proxyOptionsSchema.parse({ mode: "tcp", target: "A.test:80=2,b.test:80" });
const backend = (action: "add" | "remove" | "weight", name: string, weight?: number) =>
  optionsAfter(OPTIONS, { command: "backend", action, name, weight });
const targets = (options: ReturnType<typeof backend>) =>
  typeof options === "string"
    ? options
    : options.targets.map(({ host, port, weight }) => `${host}:${port}=${weight}`).join();

Deno.test("optionsAfter changes the limits that are named, and null lifts them", () => {
  const command = "set_limits" as const;
  const set = optionsAfter(OPTIONS, {
    command,
    max_connections: 5,
    accept_rate: 2,
    idle_timeout: 9,
    bandwidth: 5000,
  });
  assert.ok(typeof set !== "string");
  assert.deepEqual(set.limits, {
    ...OPTIONS.limits,
    ...{ maxConnections: 5, acceptRate: 2, idleTimeout: 9, bandwidth: 5000 },
  });
  const lifted = optionsAfter(set, {
    command,
    ...{ max_connections: null, accept_rate: null, idle_timeout: null, bandwidth: null },
  });
  assert.ok(typeof lifted !== "string");
  assert.deepEqual(lifted.limits, { ...OPTIONS.limits, maxConnections: 1_000_000 });
});

Deno.test("optionsAfter knows a backend in capitals too, and each only once", () => {
  assert.equal(targets(backend("add", "c.test:80", 4)), "A.test:80=2,b.test:80=1,c.test:80=4");
  assert.equal(targets(backend("add", "a.TEST:80")), "A.test:80=2,b.test:80=1");
  assert.equal(targets(backend("add", "a.TEST:80", 9)), "A.test:80=9,b.test:80=1");
  assert.equal(targets(backend("weight", "b.test:80", 7)), "A.test:80=2,b.test:80=7");
  assert.equal(targets(backend("remove", "a.test:80")), "b.test:80=1");
  assert.equal(targets(backend("remove", "c.test:80")), "there is no backend c.test:80");
});

Deno.test("differences names what can change while a proxy runs, and what cannot", () => {
  const other = proxyOptionsSchema.parse({
    ...{ mode: "http", id: "x", workers: "2", backlog: "5", connectTimeout: "3" },
    ...{ statsAddr: "127.0.0.1:9", maxConnections: "9", listen: ":99" },
  });
  const { changed, restart } = differences(OPTIONS, other);
  assert.deepEqual(changed, ["reports", "listen", "limits", "targets", "timeouts"]);
  assert.deepEqual(restart, ["mode", "id", "workers", "backlog", "statsTo"]);
  assert.deepEqual(differences(OPTIONS, structuredClone(OPTIONS)), { changed: [], restart: [] });
});
