import { strict as assert } from "node:assert";
import { managerOptionsSchema } from "../../manager/options.ts";
import { exposureWarnings } from "../../manager/warnings.ts";
import { newStatsKey } from "../../proxy/stats/key.ts";

const PUBLIC = {
  url: "http://0.0.0.0:13337",
  hostname: "0.0.0.0",
  stats: "0.0.0.0:14337",
  statsHostname: "0.0.0.0",
};
const LOCAL = { ...PUBLIC, hostname: "127.0.0.1", statsHostname: "::1" };
const TLS = { tlsCert: "cert.pem", tlsKey: "key.pem" };
const AUTH = { authFile: "accounts" };
const KEY = { statsKey: [newStatsKey()] };

Deno.test("exposureWarnings names what is open, and the flags that close it", () => {
  const open =
    /^Everybody who reaches http:\/\/0\.0\.0\.0:13337 .*--auth-file or --auth says who may$/;
  const clear = /^Passwords come to http:\/\/0\.0\.0\.0:13337 unencrypted: --tls-cert /;
  const stats = /^Statistics on udp 0\.0\.0\.0:14337 .*--stats-key/;
  const table: [flags: Record<string, unknown>, at: typeof PUBLIC, expected: RegExp[]][] = [
    [{}, LOCAL, []],
    [{}, PUBLIC, [open, stats]],
    [TLS, PUBLIC, [open, stats]],
    [KEY, PUBLIC, [open]],
    [{ ...KEY, ...AUTH }, PUBLIC, [clear]],
    [{ ...KEY, ...AUTH, ...TLS }, PUBLIC, []],
    [{ ...KEY, ...AUTH, trustedProxy: ["10.0.0.1"] }, PUBLIC, []],
    [{ statsKeyFile: "keys", ...AUTH }, LOCAL, []],
    [{}, { ...PUBLIC, hostname: "127.0.0.1" }, [stats]],
  ];
  for (const [flags, at, expected] of table) {
    const warnings = exposureWarnings(managerOptionsSchema.parse(flags), at);
    assert.equal(warnings.length, expected.length, JSON.stringify(flags));
    for (const [i, warning] of warnings.entries()) assert.match(warning, expected[i]);
  }
});
