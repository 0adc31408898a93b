import { strict as assert } from "node:assert";
import { proxyOptionsSchema } from "../../../proxy/options.ts";

const parse = (flags: Record<string, string | undefined>) =>
  proxyOptionsSchema.safeParse({ mode: "http", ...flags });

Deno.test("tlsOptions takes certificate and key, or neither, in every mode", () => {
  assert.equal(parse({}).data?.tls, null);
  for (const mode of [{ mode: "http" }, { mode: "socks5" }, { mode: "tcp", target: "a:1" }]) {
    const { data } = parse({ ...mode, tlsCert: "c.pem", tlsKey: "k.pem" });
    assert.deepEqual(data?.tls, { cert: "c.pem", key: "k.pem" });
  }
});

const refused: [flags: Record<string, string>, message: string][] = [
  [{ tlsCert: "c.pem" }, "--tls-cert needs --tls-key"],
  [{ tlsKey: "k.pem" }, "--tls-key needs --tls-cert"],
  [{ tlsCert: "", tlsKey: "k.pem" }, 'Cannot use --tls-cert "": expected a file'],
  [{ tlsCert: "c.pem", tlsKey: "" }, 'Cannot use --tls-key "": expected a file'],
];
for (const [flags, message] of refused) {
  Deno.test(`tlsOptions says ${message}`, () => {
    assert.equal(parse(flags).error?.issues[0].message, message);
  });
}
