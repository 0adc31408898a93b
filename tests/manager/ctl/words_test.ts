import { strict as assert } from "node:assert";
import type { Command } from "../../../proxy/control/commands.ts";
import { type CtlTask, parseCtlWords } from "../../../manager/ctl/words.ts";

const words = (line: string) => line.split(" ").filter((word) => word !== "");

const orders: [line: string, commands: Command[]][] = [
  ["close edge-1 7", [{ command: "close_connection", id: 7 }]],
  ["close edge-1 7 8", [7, 8].map((id) => ({ command: "close_connection", id }))],
  ["close edge-1 everything", [{ command: "close_matching", filter: {} }]],
  [
    "close edge-1 client=10.0.0.0/8 target=*.test:443 user=ann state=active idle=60 older=3600.5",
    [{
      command: "close_matching",
      filter: {
        ...{ client: "10.0.0.0/8", target: "*.test:443", user: "ann", state: "active" },
        ...{ idle_s: 60, older_s: 3600.5 },
      },
    }],
  ],
  ["show edge-1", [{ command: "show" }]],
  ["drain edge-1", [{ command: "drain" }]],
  ["resume edge-1", [{ command: "resume" }]],
  ["pause edge-1", [{ command: "pause_accepting" }]],
  ["unpause edge-1", [{ command: "resume_accepting" }]],
  ["stop edge-1", [{ command: "stop" }]],
  [
    "limits edge-1 max-connections=10 accept-rate=none bandwidth=10M bandwidth-per-connection=8Mbit",
    [{
      ...{ command: "set_limits", max_connections: 10, accept_rate: null },
      ...{ bandwidth: 10_000_000, bandwidth_per_connection: 1_000_000 },
    }],
  ],
  [
    "access edge-1 allow=10.0.0.0/8 deny=* close=yes",
    [{ command: "set_access", rules: ["--allow 10.0.0.0/8", "--deny *"], close: true }],
  ],
  ["access edge-1 none", [{ command: "set_access", rules: [] }]],
  ["backend edge-1 disable a:1", [{ command: "backend", action: "disable", name: "a:1" }]],
  ["backend edge-1 add a:1 3", [{ command: "backend", action: "add", name: "a:1", weight: 3 }]],
  ["block edge-1 192.0.2.7", [{ command: "block_client", ip: "192.0.2.7", seconds: 600 }]],
  ["block edge-1 192.0.2.7 5", [{ command: "block_client", ip: "192.0.2.7", seconds: 5 }]],
  ["unblock edge-1 192.0.2.7", [{ command: "unblock_client", ip: "192.0.2.7" }]],
  ["log-level edge-1 debug", [{ command: "set_log_level", level: "debug" }]],
  ["reload edge-1", [{ command: "reload" }]],
];
for (const [line, commands] of orders) {
  Deno.test(`parseCtlWords makes an order of "${line}"`, () => {
    const expected: CtlTask = { kind: "order", proxies: ["edge-1"], commands };
    assert.deepEqual(parseCtlWords(words(line)), expected);
  });
}

Deno.test("parseCtlWords takes several proxies, all, and what is only read", () => {
  const order = (line: string) => parseCtlWords(words(line)) as { proxies: unknown };
  assert.deepEqual(order("drain a,b").proxies, ["a", "b"]);
  assert.equal(order("drain all").proxies, "all");
  const path = (line: string) => (parseCtlWords(words(line)) as { path: string }).path;
  assert.equal(path("list"), "/api/control");
  assert.equal(path("connections"), "/api/connections?active=true");
  assert.equal(
    path("connections edge-1 client=10.0.0.0/8 limit=5"),
    "/api/connections?active=true&client=10.0.0.0%2F8&limit=5&proxy=edge-1",
  );
});

Deno.test("parseCtlWords leaves the proxies out where labels are given", () => {
  const labels = { env: "prod", dc: "fra" };
  const commands = [{ command: "block_client", ip: "192.0.2.7", seconds: 5 }];
  assert.deepEqual(parseCtlWords(words("block 192.0.2.7 5"), labels), {
    ...{ kind: "order", labels, commands },
  });
  const show = parseCtlWords(["proxies"], labels) as { path: string };
  assert.equal(show.path, "/api/proxies?label=env%3Dprod&label=dc%3Dfra");
  const said = (line: string) => parseCtlWords(words(line), labels);
  assert.equal(said("list"), "Cannot use --label with --ctl list: expected an order, or proxies");
  assert.match(said("connections") as string, /^Cannot use --label with --ctl connections: /);
  assert.match(said("drain edge-1") as string, /expected nothing behind it, found "edge-1"$/);
});

const wrong: [line: string, message: RegExp][] = [
  ["frob", /^Cannot use --ctl "frob": expected one of list, status, .*, help$/],
  ["constructor x", /^Cannot use --ctl "constructor": expected one of/],
  ["list all", /^Cannot use "all" with --ctl list: expected nothing behind it$/],
  ["drain", /^--ctl drain needs the ids of proxies with commas between, or all, or --label$/],
  ["drain a,,b", /^Cannot use --ctl drain: "" is no id of a proxy$/],
  ["drain a/b", /^Cannot use --ctl drain: "a\/b" is no id of a proxy$/],
  ["close idle=5", /^--ctl close needs the ids of proxies/],
  ["drain edge-1 now", /^Cannot use --ctl drain: expected nothing behind it, found "now"$/],
  ["close edge-1", /^Cannot use --ctl close: expected ids of connections, key=value, or the word/],
  ["close edge-1 5 idle=3", /^Cannot use --ctl close: expected key=value with one of client, /],
  ["close edge-1 idle=soon", /^Cannot use --ctl close: /],
  ["close edge-1 client=me", /^Cannot use --ctl close: Cannot parse client "me"/],
  ["connections edge-1 size=5", /^Cannot use --ctl connections: expected key=value with one of/],
  ["limits edge-1", /^Cannot use --ctl limits: expected key=value$/],
  ["limits edge-1 bandwidth=fast", /^Cannot use --ctl limits: Cannot parse bandwidth "fast"/],
  ["limits edge-1 max-connections=-1", /^Cannot use --ctl limits: /],
  ["access edge-1", /^Cannot use --ctl access: expected rules, or the word none$/],
  ["access edge-1 allow=nonsense/99", /^Cannot use --ctl access: /],
  ["access edge-1 allow=* close=maybe", /^Cannot use --ctl access: expected close=yes or no$/],
  ["backend edge-1 explode a:1", /^Cannot use --ctl backend: /],
  ["backend edge-1 weight a:1", /^Cannot use --ctl backend: weight needs a weight$/],
  ["block edge-1", /^Cannot use --ctl block: expected <address> \[seconds\]$/],
  ["unblock edge-1", /^Cannot use --ctl unblock: expected <ip>$/],
  ["log-level edge-1 loud", /^Cannot use --ctl log-level: /],
];
for (const [line, message] of wrong) {
  Deno.test(`parseCtlWords refuses "${line}"`, () => {
    const said = parseCtlWords(words(line));
    assert.ok(typeof said === "string", JSON.stringify(said));
    assert.match(said, message);
    assert.ok(!said.includes("\n"));
  });
}
