import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Auth } from "../../../manager/auth/auth.ts";
import { authOptions } from "../../../manager/auth/options.ts";
import { AuditLog } from "../../../manager/audit.ts";
import { basic } from "../../support/accounts.ts";
import { T0 } from "../../support/reports.ts";

const [A, B] = ["192.0.2.1", "198.51.100.2"];

/** What somebody at one address may try, at once or one after the other. */
const attempts = fc.array(
  fc.record({
    how: fc.constantFrom("basic", "login", "token"),
    name: fc.constantFrom("ann", "vic", "nobody", ""),
    password: fc.constantFrom("secret", "no", "wrong", ""),
    later: fc.integer({ min: 0, max: 20_000 }),
    waits: fc.boolean(),
  }),
  { maxLength: 60 },
);

Deno.test("Auth: whatever is tried from one address, an account's owner comes in from another", async () => {
  await fc.assert(
    fc.asyncProperty(attempts, async (steps) => {
      const clock = { now: 0 };
      const audit = new AuditLog({ now: () => T0 });
      const options = authOptions({ auth: ["ann:secret", "viewer=vic:secret"] });
      assert.ok(options !== null && typeof options === "object");
      const auth = new Auth(options, { audit, now: () => clock.now });
      for (const { how, name, password, later, waits } of steps) {
        clock.now += later;
        const authorization = how === "token" ? `Bearer ${password}` : basic(name, password);
        const tried = how === "login"
          ? auth.login(name, password, { ip: A })
          : auth.identify({ authorization, ip: A });
        if (waits) await tried;
      }
      for (const name of ["ann", "vic"]) {
        const grant = await auth.identify({ authorization: basic(name, "secret"), ip: B });
        assert.ok(grant !== null && "principal" in grant, JSON.stringify(grant));
        const login = await auth.login(name, "secret", { ip: B });
        assert.ok("id" in login);
      }
      auth.close();
    }),
  );
});
