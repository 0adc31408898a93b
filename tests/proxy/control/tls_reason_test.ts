import { strict as assert } from "node:assert";
import { tlsReason } from "../../../proxy/control/tls_reason.ts";

const SAID: [runtime: string, meaning: RegExp][] = [
  ["received corrupt message of type InvalidContentType", /^it does not speak TLS$/],
  ["invalid peer certificate: UnknownIssuer", /--control-ca names who is$/],
  [
    "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
    /expected one with basicConstraints=CA:FALSE$/,
  ],
  [
    'invalid peer certificate: certificate not valid for name "a"; NotValidForName',
    /for another name$/,
  ],
  ["invalid peer certificate: certificate expired: … ExpiredContext", /has expired$/],
  ["connection reset", /^connection reset$/],
];

for (const [runtime, meaning] of SAID) {
  Deno.test(`tlsReason says in words: ${runtime}`, () => assert.match(tlsReason(runtime), meaning));
}
