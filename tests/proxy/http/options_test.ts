import { strict as assert } from "node:assert";
import { httpFlags, httpRules } from "../../../proxy/http/options.ts";
import { proxyOptionsSchema } from "../../../proxy/options.ts";

type Flags = Record<string, string | true>;

const refused: [flags: Flags, message: RegExp][] = [
  [
    { maxHeaderSize: "1023" },
    /^Cannot parse --max-header-size "1023": expected bytes such as .* from 1k to 1M$/,
  ],
  [{ maxHeaderSize: "2M" }, /^Cannot parse --max-header-size "2M"/],
  [{ maxHeaderSize: "64KB" }, /^Cannot parse --max-header-size "64KB"/],
  [{ maxHeaderSize: "" }, /^Cannot parse --max-header-size ""/],
  [
    { maxBodySize: "0" },
    /^Cannot parse --max-body-size "0": expected bytes .* from 1 to 1048576G$/,
  ],
  [{ maxBodySize: "-1" }, /^Cannot parse --max-body-size "-1"/],
  [{ maxBodySize: "1e6" }, /^Cannot parse --max-body-size "1e6"/],
  [
    { connectPorts: "" },
    /^Cannot parse --connect-ports "": expected ports from 1 to 65535, such as 443 or/,
  ],
  [{ connectPorts: "443," }, /^Cannot parse --connect-ports ""/],
  [{ connectPorts: "0" }, /^Cannot parse --connect-ports "0"/],
  [{ connectPorts: "65536" }, /^Cannot parse --connect-ports "65536"/],
  [{ connectPorts: "80-79" }, /^Cannot parse --connect-ports "80-79"/],
  [{ connectPorts: "443-" }, /^Cannot parse --connect-ports "443-"/],
  [{ connectPorts: "https" }, /^Cannot parse --connect-ports "https"/],
  [{ connectPorts: "1,".repeat(256) + "1" }, /^Cannot use --connect-ports with 257 entries/],
];
for (const [flags, message] of refused) {
  Deno.test(`httpFlags refuses ${JSON.stringify(flags).slice(0, 50)}`, () => {
    const result = proxyOptionsSchema.safeParse({ mode: "http", ...flags });
    assert.match(result.error!.issues[0].message, message);
  });
}

const misplaced: [flags: Flags, flag: string][] = [
  [{ maxHeaderSize: "1k" }, "--max-header-size"],
  [{ maxBodySize: "1" }, "--max-body-size"],
  [{ connectPorts: "443" }, "--connect-ports"],
  [{ forwarded: true }, "--forwarded"],
];
for (const [flags, flag] of misplaced) {
  Deno.test(`httpRules refuses ${flag} in the other modes`, () => {
    assert.equal(Object.keys(httpFlags).length, misplaced.length);
    for (const mode of [{ mode: "socks5" }, { mode: "tcp", target: "a:1" }]) {
      const result = proxyOptionsSchema.safeParse({ ...mode, ...flags });
      const message = `${flag} is for --mode http, not for --mode ${mode.mode}`;
      assert.equal(result.error?.issues[0].message, message);
    }
  });
}

Deno.test("httpRules has defaults", () => {
  assert.deepEqual(httpRules("http", {}), {
    maxHeaderSize: 65_536,
    maxBodySize: null,
    connectPorts: null,
    forwarded: false,
  });
});

Deno.test("httpFlags takes sizes in powers of 1024, and ports and ranges of them", () => {
  const { http } = proxyOptionsSchema.parse({
    mode: "http",
    maxHeaderSize: "1k",
    maxBodySize: "2G",
    connectPorts: "443,8000-8999",
    forwarded: true,
  });
  assert.deepEqual(http, {
    maxHeaderSize: 1024,
    maxBodySize: 2 ** 31,
    connectPorts: [[443, 443], [8000, 8999]],
    forwarded: true,
  });
});
