import { strict as assert } from "node:assert";
import type { ConnectionFilter } from "../../../proxy/control/commands.ts";
import { connectionFilter } from "../../../proxy/control/filter.ts";
import { LiveConnection } from "../../../proxy/stats/collector.ts";

const NOW = 1000;

/** Accepted 100 s ago, and used last 10 s ago. */
function record(): LiveConnection {
  const it = new LiveConnection(1, "10.1.2.3", 5, NOW - 100);
  it.setTarget("www.Example.com:443");
  it.setUser("ann");
  it.state = "active";
  it.last_activity = NOW - 10;
  return it;
}

const TABLE: [filter: ConnectionFilter, fits: boolean][] = [
  [{}, true],
  [{ client: "10.1.2.3" }, true],
  [{ client: "10.0.0.0/8" }, true],
  [{ client: "10.1.2.4" }, false],
  [{ client: "::/0" }, false],
  [{ target: "*.example.com:*" }, true],
  [{ target: "example.com:443" }, false],
  [{ user: "a*" }, true],
  [{ user: "b*" }, false],
  [{ state: "active" }, true],
  [{ state: "connecting" }, false],
  [{ idle_s: 10 }, true],
  [{ idle_s: 10.1 }, false],
  [{ older_s: 100 }, true],
  [{ older_s: 101 }, false],
  [{ client: "10.0.0.0/8", user: "ann", older_s: 5 }, true],
  [{ client: "10.0.0.0/8", user: "bob", older_s: 5 }, false],
];

Deno.test("connectionFilter fits what has all of its properties", () => {
  for (const [filter, fits] of TABLE) {
    assert.equal(connectionFilter(filter, NOW)(record()), fits, JSON.stringify(filter));
  }
});
