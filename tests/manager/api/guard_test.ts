import { strict as assert } from "node:assert";
import { errorReplySchema } from "../../../manager/api/model.ts";
import { setUpApp } from "../../support/manager_app.ts";

Deno.test("hostGuard answers to loopback names, IP literals and public hosts only", async () => {
  const { get } = setUpApp({ publicHosts: ["fleet.example.com"] });
  const table: [host: string, allowed: boolean][] = [
    ["localhost", true],
    ["localhost:13337", true],
    ["LocalHost:13337", true],
    ["localhost.:13337", true],
    ["dev.localhost", true],
    ["127.0.0.1:13337", true],
    ["192.0.2.1", true],
    ["[::1]:13337", true],
    ["[2001:db8::1]", true],
    ["fleet.example.com", true],
    ["Fleet.Example.Com:8443", true],
    ["evil.example", false],
    ["evil.example:13337", false],
    ["fleet.example.com.evil.example", false],
    ["xfleet.example.com", false],
    ["notlocalhost", false],
    ["localhost.evil.example", false],
    ["127.0.0.1.evil.example", false],
    ["127.0.0.1@evil.example", false],
    ["evil.example@127.0.0.1", false],
    ["localhost:13337:1", false],
    ["[::1", false],
    ["[evil.example]", false],
    ["1.2.3.999", false],
    ["2130706433", false],
    ["::1", false],
    ["", false],
  ];
  for (const [host, allowed] of table) {
    for (const path of ["/api/stats", "/", "/metrics", "/nothing", "/ws"]) {
      const reply = await get(path, { host });
      const refused = reply.status === 421 || reply.status === 400;
      assert.equal(refused, !allowed, `${host} ${path}: ${reply.status}`);
      if (refused) errorReplySchema.parse(await reply.json());
    }
  }
  assert.equal((await get("/api/stats", { host: "evil.example" })).status, 421);
});

Deno.test("hostGuard refuses a request without Host", async () => {
  const { app } = setUpApp();
  const reply = await app.request("/api/stats");
  assert.equal(reply.status, 400);
  assert.equal(errorReplySchema.parse(await reply.json()).error.code, "host_missing");
});

Deno.test("originGuard lets the manager's own pages and programs connect, and nobody else", async () => {
  const { get } = setUpApp({ publicHosts: ["fleet.example.com"] });
  const table: [host: string, origin: string | null, allowed: boolean][] = [
    ["localhost:13337", null, true],
    ["localhost:13337", "http://localhost:13337", true],
    ["localhost:13337", "https://localhost:13337", true],
    ["LOCALHOST:13337", "http://localhost:13337", true],
    ["[::1]:13337", "http://[::1]:13337", true],
    ["fleet.example.com", "https://fleet.example.com", true],
    ["fleet.example.com:443", "https://fleet.example.com", true],
    ["localhost:13337", "http://localhost:8080", false],
    ["localhost:13337", "http://127.0.0.1:13337", false],
    ["localhost:13337", "http://evil.example", false],
    ["localhost:13337", "http://localhost:13337.evil.example", false],
    ["localhost:13337", "ftp://localhost:13337", false],
    ["localhost:13337", "null", false],
    ["localhost:13337", "", false],
  ];
  for (const [host, origin, allowed] of table) {
    const headers: Record<string, string> = origin === null ? { host } : { host, origin };
    const reply = await get("/ws", headers);
    assert.equal(reply.status, allowed ? 426 : 403, `${host} ${origin}`);
    errorReplySchema.parse(await reply.json());
  }
});
