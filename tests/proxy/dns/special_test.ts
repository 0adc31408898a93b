import { strict as assert } from "node:assert";
import { specialAddresses } from "../../../proxy/dns/special.ts";

Deno.test("specialAddresses knows localhost and all below it as loopback", () => {
  for (const name of ["localhost", "a.localhost", "a.b.localhost"]) {
    assert.deepEqual(specialAddresses(name), ["127.0.0.1", "::1"]);
  }
});

Deno.test("specialAddresses gives literals back", () => {
  for (const ip of ["192.0.2.1", "::1"]) assert.deepEqual(specialAddresses(ip), [ip]);
});

Deno.test("specialAddresses refuses names that never exist", () => {
  for (const name of ["invalid", "a.invalid", "abc.onion"]) {
    assert.throws(() => specialAddresses(name), { code: "ENOTFOUND" });
  }
});

Deno.test("specialAddresses leaves all other names to the servers", () => {
  for (const name of ["example", "localhost.example", "notlocalhost", "a.onions", ""]) {
    assert.equal(specialAddresses(name), null);
  }
});
