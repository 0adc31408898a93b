import { strict as assert } from "node:assert";
import type { LogFilter } from "../../../manager/history/log_filter.ts";
import type { LogCursor } from "../../../manager/history/log_store.ts";
import { parseCidr } from "../../../proxy/net/cidr.ts";
import type { Store } from "../../../manager/history/store.ts";
import { batch, logged, openStore, S0 } from "../../support/history.ts";

function ids(store: Store, filter: LogFilter, limit = 100): number[] {
  return store.query("log", { filter, limit, cursor: null }).connections.map(({ id }) => id);
}

const filters: [filter: LogFilter, ids: number[]][] = [
  [{}, [4, 3, 2, 1]],
  [{ proxy: "edge-2" }, [3]],
  [{ proxy: "edge-*" }, [4, 3, 2, 1]],
  [{ proxy: "unknown" }, []],
  [{ client: [parseCidr("192.0.2.0/24")] }, [2, 1]],
  [{ client: [parseCidr("192.0.2.2"), parseCidr("2001:db8::/32")] }, [3, 2]],
  [{ target: "EXAMPLE.com:443" }, [1]],
  [{ target: "*.example.com:*" }, [3]],
  [{ target: "*:443" }, [3, 1]],
  [{ target: "*" }, [4, 3, 2, 1]],
  [{ target: "example.com" }, []],
  [{ user: "a*" }, [2]],
  [{ user: "" }, [4, 3, 1]],
  [{ state: ["failed"] }, [4]],
  [{ state: ["failed", "closed"] }, [4, 3, 2, 1]],
  [{ reason: "refused" }, [4]],
  [{ from: S0 + 2 }, [4, 3, 2]],
  [{ to: S0 + 2 }, [1]],
  [{ from: S0 + 2, to: S0 + 4, target: "*.com:*" }, [3, 2]],
];
for (const [filter, expected] of filters) {
  Deno.test(`LogStore finds ${JSON.stringify(filter)}`, () => {
    using store = openStore();
    store.write(batch({
      log: [
        logged({ id: 1, ended: S0 + 1 }),
        logged({
          id: 2,
          ended: S0 + 2,
          client_ip: "192.0.2.2",
          target: "example.com:80",
          user: "ann",
        }),
        logged({
          ...{ id: 3, ended: S0 + 3, client_ip: "2001:db8::1", proxy_id: "edge-2" },
          target: "www.example.com:443",
        }),
        logged({
          ...{ id: 4, ended: S0 + 4, client_ip: "10.0.0.1", target: "[2001:db8::9]:53" },
          ...{ state: "failed", reason: "refused" },
        }),
      ],
    }));
    assert.deepEqual(ids(store, filter), expected);
  });
}

Deno.test("LogStore gives back every field", () => {
  using store = openStore();
  const connection = logged({ ended: S0 + 0.25, user: "ann", requests: 7, id: 2 ** 53 - 1 });
  store.write(batch({ log: [connection] }));
  const { connections } = store.query("log", { filter: {}, limit: 1, cursor: null });
  assert.deepEqual(connections, [connection]);
});

Deno.test("LogStore takes a connection once, however often and whenever it is reported", () => {
  using store = openStore();
  store.write(batch({ log: [logged(), logged()] }));
  store.write(batch({ log: [logged({ ended: S0 + 60 })] }));
  // The same number of another boot or another proxy is another connection.
  store.write(batch({ log: [logged({ boot: 8 }), logged({ proxy_id: "edge-2" })] }));
  assert.equal(ids(store, {}).length, 3);
});

Deno.test("LogStore pages through everything once, though many end at once and more come in between", () => {
  using store = openStore();
  const log = Array.from({ length: 50 }, (_, i) => logged({ id: i, ended: S0 + i % 3 }));
  store.write(batch({ log }));
  const seen: number[] = [];
  let cursor: LogCursor | null = null;
  let pages = 0;
  do {
    const page: ReturnType<typeof next> = next(store, cursor);
    seen.push(...page.connections.map(({ id }) => id));
    cursor = page.next;
    store.write(batch({ log: [logged({ id: 1000 + pages, ended: S0 + 10 + pages })] }));
    pages++;
  } while (cursor);
  assert.equal(pages, 8);
  assert.deepEqual(seen.toSorted((a, b) => a - b), log.map(({ id }) => id));
});

function next(store: Store, cursor: LogCursor | null) {
  return store.query("log", { filter: {}, limit: 7, cursor });
}

Deno.test("LogStore searches for what is rare in several pages, each of bounded work", () => {
  using store = openStore();
  const rare = logged({ id: 1, target: "rare:1", ended: S0 });
  const common = Array.from({ length: 15_000 }, (_, i) => logged({ id: 2 + i, ended: S0 + 1 }));
  store.write(batch({ log: [rare, ...common] }));
  const filter = { target: "rare:*" };
  const first = store.query("log", { filter, limit: 10, cursor: null });
  assert.deepEqual(first.connections, []);
  assert.ok(first.next);
  const second = store.query("log", { filter, limit: 10, cursor: first.next });
  assert.deepEqual([second.connections.map(({ id }) => id), second.next], [[1], null]);
});
