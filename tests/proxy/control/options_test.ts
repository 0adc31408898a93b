import { strict as assert } from "node:assert";
import { AddressError } from "../../../proxy/net/address.ts";
import {
  formatManagerUrl,
  managerUrlOf,
  parseManagerUrl,
} from "../../../proxy/control/manager_url.ts";
import { managerOptionsSchema } from "../../../manager/options.ts";
import { proxyOptionsSchema } from "../../../proxy/options.ts";
import { keyOf, KEYS, statsKey } from "../../support/sealed.ts";

const [A, B] = KEYS;

Deno.test("parseManagerUrl takes addresses and URLs, in clear on loopback alone", () => {
  const table: [text: string, url: string][] = [
    ["127.0.0.1:13337", "http://127.0.0.1:13337"],
    ["localhost:13337", "http://localhost:13337"],
    ["a.localhost:1", "http://a.localhost:1"],
    ["[::1]:13337", "http://[::1]:13337"],
    ["manager.example:13337", "https://manager.example:13337"],
    ["192.0.2.1:13337", "https://192.0.2.1:13337"],
    ["[2001:db8::1]:1", "https://[2001:db8::1]:1"],
    ["https://manager.example", "https://manager.example:443"],
    ["https://manager.example/", "https://manager.example:443"],
    ["HTTPS://manager.example:8443/fleet/one/", "https://manager.example:8443/fleet/one"],
    ["https://127.0.0.1:13337", "https://127.0.0.1:13337"],
    ["http://127.0.0.1", "http://127.0.0.1:80"],
    ["http://[::1]:5/x", "http://[::1]:5/x"],
  ];
  for (const [text, url] of table) assert.equal(formatManagerUrl(parseManagerUrl(text)), url, text);
  assert.equal(
    formatManagerUrl(managerUrlOf({ host: "manager.example", port: 13337 })),
    "https://manager.example:13337",
  );
});

Deno.test("parseManagerUrl refuses what goes in clear to another host, and what is no address", () => {
  const clear = ["http://manager.example:1", "http://192.0.2.1:1", "http://localhost.evil.example"];
  for (const text of clear) {
    const message = "expected https://, since nothing goes in clear beyond this host";
    assert.throws(() => parseManagerUrl(text), new AddressError(message), text);
  }
  const wrong = [
    ...["", "manager", "manager.example", ":1", "https://", "ftp://a:1", "ws://a:1", "a:0"],
    ...["a:65536", "https://a:0", "a b:1", "https://u:p@a", "https://a/?x", "https://a/#x"],
    ...["https://a/x y", "[::1:1", "[127.0.0.1]:1", "::1:1", "https://a/../b/..%2f", "1.2.3.999:1"],
  ];
  for (const text of wrong) assert.throws(() => parseManagerUrl(text), AddressError, text);
});

type Flags = Record<string, unknown>;
const issueOf = (flags: Flags) => {
  const result = proxyOptionsSchema.safeParse({ mode: "http", ...flags });
  return result.success ? null : result.error.issues[0].message;
};

Deno.test("proxyOptionsSchema takes orders only where it is told to", () => {
  const control = (flags: Flags) => proxyOptionsSchema.parse({ mode: "http", ...flags }).control;
  assert.equal(control({}), null);
  assert.equal(control({ controlKeyEnv: A, managerAddr: "m:1" }), null, "a key is no order");
  const manager = { host: "m", port: 1, tls: true, base: "" };
  const none = { key: null, keyFile: null, ca: null };
  assert.deepEqual(control({ control: true, managerAddr: "m:1", controlKey: A }), {
    ...{ ...none, manager, key: keyOf(A) },
  });
  assert.deepEqual(
    control({ control: true, managerAddr: "m:1", controlKey: A, controlKeyEnv: B }),
    {
      ...{ ...none, manager, key: keyOf(A) },
    },
  );
  assert.deepEqual(
    control({
      ...{ control: true, managerAddr: "m:1", controlAddr: "https://n:2/x" },
      ...{ controlKeyFile: "key", controlCa: "ca.pem" },
    }),
    {
      manager: { host: "n", port: 2, tls: true, base: "/x" },
      key: null,
      keyFile: "key",
      ca: "ca.pem",
    },
  );
});

const CONTROL = { control: true, managerAddr: "127.0.0.1:1" };
const misuses: [flags: Flags, message: RegExp][] = [
  [{ control: true, controlKey: A }, /^--control needs --manager-addr or --control-addr$/],
  [CONTROL, /^--control needs --control-key-file, RUSTPROXY_CONTROL_KEY or --control-key$/],
  [{ ...CONTROL, controlKey: "hunter2" }, /^Cannot use --control-key: expected 32 random bytes/],
  [{ ...CONTROL, controlKeyEnv: "hunter2" }, /^Cannot use RUSTPROXY_CONTROL_KEY: expected 32/],
  [{ ...CONTROL, controlKey: [A, B] }, /^Cannot use more than one control key: expected a proxy's/],
  [{ ...CONTROL, controlKeyEnv: `${A},${B}` }, /^Cannot use more than one control key/],
  [{ ...CONTROL, controlKey: A, controlKeyFile: "f" }, /^Cannot use both --control-key and/],
  [{ ...CONTROL, controlKeyFile: A }, /^Cannot use --control-key-file: expected a file that holds/],
  [
    { ...CONTROL, controlKey: A, controlCa: "ca.pem" },
    /^--control-ca needs a manager with TLS, but/,
  ],
  [
    { ...CONTROL, controlKey: A, controlAddr: "http://m:1" },
    /^Cannot use --control-addr "http:\/\/m:1": expected https:\/\/, since nothing goes in clear/,
  ],
  [{ controlKey: A }, /^--control-key needs --control, without which a proxy takes no orders$/],
  [{ controlKeyFile: "f" }, /^--control-key-file needs --control,/],
  [{ controlAddr: "m:1" }, /^--control-addr needs --control,/],
  [{ controlCa: "f" }, /^--control-ca needs --control,/],
];
for (const [flags, message] of misuses) {
  const title = Object.entries(flags).join(" ").replaceAll(A, "A").replaceAll(B, "B");
  Deno.test(`proxyOptionsSchema refuses control with ${title}`, () => {
    const said = issueOf(flags);
    assert.match(said ?? "", message);
    for (const secret of [A, B, "hunter2"]) assert.ok(!said?.includes(secret), said ?? "");
  });
}

Deno.test("managerOptionsSchema takes control keys, several and from a file", () => {
  const control = (flags: Flags) => managerOptionsSchema.parse(flags).control;
  assert.equal(control({}), null);
  assert.deepEqual(control({ controlKey: [A, B] }), {
    keys: [statsKey(A), statsKey(B)],
    file: null,
  });
  assert.deepEqual(control({ controlKeyEnv: `${A},${B}` })?.keys.length, 2);
  assert.deepEqual(control({ controlKeyFile: "f", controlKeyEnv: A }), { keys: [], file: "f" });
  const { success, error } = managerOptionsSchema.safeParse({ controlKey: "hunter2" });
  assert.equal(success, false);
  assert.match(
    error?.issues[0].message ?? "",
    /^Cannot use --control-key: expected 32 random bytes/,
  );
});
