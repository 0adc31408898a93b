import { strict as assert } from "node:assert";
import { Failure } from "../../../proxy/net/failure.ts";
import { makeTlsPair } from "../../../proxy/tls/pair.ts";
import { connectTo } from "../../support/tcp.ts";
import { FIRST, SECOND } from "../../support/tls.ts";

Deno.test("makeTlsPair makes both ends of a TLS server, however many at a time, and leaves no port open", async () => {
  const pairs = await Promise.all(Array.from({ length: 50 }, () => makeTlsPair(FIRST)));
  for (const { cipher, plain } of pairs) {
    assert.equal(cipher.localAddr.port, (plain.remoteAddr as Deno.NetAddr).port);
    assert.equal(cipher.remoteAddr.port, (plain.localAddr as Deno.NetAddr).port);
    await assert.rejects(connectTo(cipher.remoteAddr.port), Deno.errors.ConnectionRefused);
    cipher.close();
    plain.close();
  }
});

Deno.test("makeTlsPair fails for a reason that has a name", async () => {
  const mismatch = { cert: FIRST.cert, key: SECOND.key };
  await assert.rejects(makeTlsPair(mismatch), (error) => {
    return error instanceof Failure && error.reason === "no_descriptors";
  });
});
