import { strict as assert } from "node:assert";
import { managerOptionsSchema } from "../../../manager/options.ts";

const TLS = { tlsCert: "cert.pem", tlsKey: "key.pem" };

Deno.test("exposureOptions holds what is given", () => {
  const none = managerOptionsSchema.parse({});
  const { tls, hsts, trustedProxies, basePath } = none;
  assert.deepEqual([tls, hsts, trustedProxies, basePath], [null, null, [], ""]);
  const all = managerOptionsSchema.parse({
    ...TLS,
    hsts: true,
    trustedProxy: ["127.0.0.1,10.0.0.0/8", "::1"],
    basePath: "/ops/rust-proxy/",
  });
  assert.deepEqual(all.tls, { cert: "cert.pem", key: "key.pem" });
  assert.deepEqual([all.hsts, all.basePath], [31_536_000, "/ops/rust-proxy"]);
  assert.deepEqual(all.trustedProxies.map(({ bits }) => bits), [32, 8, 128]);
  assert.equal(managerOptionsSchema.parse({ ...TLS, hsts: "0" }).hsts, 0);
  const behind = { trustedProxy: ["::1"], hsts: "300", basePath: "/" };
  assert.deepEqual(managerOptionsSchema.parse(behind).hsts, 300);
  assert.equal(managerOptionsSchema.parse(behind).basePath, "");
});

const refused: [flags: Record<string, unknown>, message: RegExp][] = [
  [{ tlsCert: "x" }, /^--tls-cert needs --tls-key$/],
  [{ tlsKey: "x" }, /^--tls-key needs --tls-cert$/],
  [{ hsts: true }, /^--hsts needs --tls-cert and --tls-key, or --trusted-proxy /],
  [{ ...TLS, hsts: "a year" }, /^Cannot parse --hsts "a year": expected a whole number from 0 to /],
  [{ ...TLS, hsts: "-1" }, /^Cannot parse --hsts "-1"/],
  [{ trustedProxy: ["front"] }, /^Cannot parse --trusted-proxy "front": expected an address/],
  [{ trustedProxy: ["10.0.0.0/33"] }, /^Cannot parse --trusted-proxy "10.0.0.0\/33": .* 32 bits/],
  [{ trustedProxy: ["0.0.0.0/0"] }, /^Cannot parse --trusted-proxy "0.0.0.0\/0": .*everybody/],
  [{ trustedProxy: ["::/0"] }, /^Cannot parse --trusted-proxy "::\/0": .*everybody/],
  [{ trustedProxy: [""] }, /^Cannot parse --trusted-proxy ""/],
  ...[
    "x",
    "//",
    "/x//y",
    "/../x",
    "/x/./y",
    "/a b",
    "/ä",
    "/%2e",
    "http://x/",
    `/${"x".repeat(201)}`,
  ]
    .map((basePath): [Record<string, unknown>, RegExp] => [
      { basePath },
      /^Cannot use --base-path ".*": expected a path such as \/rustproxy$/,
    ]),
];
for (const [flags, message] of refused) {
  Deno.test(`exposureOptions refuses ${JSON.stringify(flags).slice(0, 60)}`, () => {
    const result = managerOptionsSchema.safeParse(flags);
    assert.match(result.error!.issues[0].message, message);
  });
}
