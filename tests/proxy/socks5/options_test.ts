import { strict as assert } from "node:assert";
import { proxyOptionsSchema } from "../../../proxy/options.ts";

Deno.test("proxyOptionsSchema takes the flags that are for socks5", () => {
  const { socks4, udpTimeout } = proxyOptionsSchema.parse({
    mode: "socks5",
    socks4: true,
    udpTimeout: "1.5",
  });
  assert.deepEqual([socks4, udpTimeout], [true, 1.5]);
  const plain = proxyOptionsSchema.parse({ mode: "socks5" });
  assert.deepEqual([plain.socks4, plain.udpTimeout], [false, 60]);
});

const refused: [flags: Record<string, string | true>, message: string][] = [
  [{ mode: "http", socks4: true }, "--socks4 is for --mode socks5, not for --mode http"],
  [
    { mode: "tcp", target: "a:1", udpTimeout: "60" },
    "--udp-timeout is for --mode socks5, not for --mode tcp",
  ],
  [
    { mode: "socks5", udpTimeout: "0" },
    'Cannot parse --udp-timeout "0": expected seconds from 1 to 86400',
  ],
  [
    { mode: "socks5", udpTimeout: "1m" },
    'Cannot parse --udp-timeout "1m": expected seconds from 1 to 86400',
  ],
];
for (const [flags, message] of refused) {
  Deno.test(`proxyOptionsSchema refuses ${JSON.stringify(flags)}`, () => {
    assert.equal(proxyOptionsSchema.safeParse(flags).error?.issues[0].message, message);
  });
}
