import { strict as assert } from "node:assert";
import { COMMANDS, commandSchema, commandsOf } from "../../../proxy/control/commands.ts";

const TAKEN: Record<string, unknown>[] = [
  { command: "close_connection", id: 7 },
  { command: "close_matching", filter: {} },
  {
    command: "count_matching",
    filter: {
      client: "10.0.0.0/8",
      target: "*.test:443",
      user: "a*",
      state: "active",
      idle_s: 1.5,
      older_s: 60,
    },
  },
  { command: "show" },
  { command: "drain" },
  { command: "resume" },
  { command: "stop" },
  { command: "pause_accepting" },
  { command: "resume_accepting" },
  { command: "set_limits", max_connections: null, accept_rate: 5, bandwidth: 1e6 },
  { command: "set_access", rules: ["--deny 10.0.0.1", "--allow 10.0.0.0/8,::1"], close: true },
  { command: "backend", action: "add", name: "[::1]:80", weight: 3 },
  { command: "backend", action: "remove", name: "a.test:80" },
  { command: "block_client", ip: "2001:db8::/32", seconds: 60 },
  { command: "unblock_client", ip: "192.0.2.1" },
  { command: "set_log_level", level: "debug" },
  { command: "reload" },
];

const REFUSED: [order: unknown, message: RegExp][] = [
  [{ command: "open" }, /Invalid discriminator value/],
  [{ command: "drain", now: true }, /Unrecognized key/],
  [{ command: "close_connection", id: 0 }, /expected number to be >=1/],
  [{ command: "close_connection", id: "7" }, /expected number/],
  [{ command: "close_matching" }, /expected object/],
  [{ command: "close_matching", filter: { clientt: "::1" } }, /Unrecognized key/],
  [{ command: "close_matching", filter: { client: "10.0.0.0/33" } }, /at most 32 bits/],
  [{ command: "close_matching", filter: { target: "*".repeat(201) } }, /<=200 characters/],
  [{ command: "set_limits", backlog: 5 }, /Unrecognized key/],
  [{ command: "set_limits", max_connections: 0 }, />=1/],
  [{ command: "set_limits", bandwidth: 10 }, />=1000/],
  [{ command: "set_access", rules: ["allow 10.0.0.1"] }, /expected one of --allow/],
  [{ command: "set_access", rules: ["--deny 10.0.0.256"] }, /Cannot parse --deny "10.0.0.256"/],
  [{ command: "set_access", rules: Array(1025).fill("--deny ::1") }, /<=1024 items/],
  [{ command: "backend", action: "weight", name: "a.test:80" }, /weight needs a weight/],
  [{ command: "backend", action: "drain", name: "a.test:80", weight: 1 }, /takes no weight/],
  [{ command: "backend", action: "add", name: "a.test:80=3" }, /with its weight apart/],
  [{ command: "backend", action: "add", name: "a.test" }, /Cannot parse name "a.test"/],
  [{ command: "block_client", ip: "somebody", seconds: 5 }, /expected an address/],
  [{ command: "block_client", ip: "::1", seconds: 1e9 }, /<=2592000/],
  [{ command: "set_log_level", level: "trace" }, /expected one of/],
];

Deno.test("commandSchema takes each command as it stands, so that both sides parse the same", () => {
  for (const order of TAKEN) assert.deepEqual(commandSchema.parse(order), order);
  assert.deepEqual([...new Set(TAKEN.map(({ command }) => command))], COMMANDS);
});

Deno.test("commandSchema refuses what no proxy could do, and says what it expected", () => {
  for (const [order, message] of REFUSED) {
    const { error } = commandSchema.safeParse(order);
    const said = error?.issues.map(({ message }) => message).join("; ") ?? "taken";
    assert.match(said, message, JSON.stringify(order).slice(0, 100));
  }
});

Deno.test("commandsOf has backends for the tcp mode alone", () => {
  assert.deepEqual(commandsOf("tcp"), COMMANDS);
  assert.deepEqual(commandsOf("socks5"), COMMANDS.filter((name) => name !== "backend"));
});
