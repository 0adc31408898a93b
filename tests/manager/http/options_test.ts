import { strict as assert } from "node:assert";
import { managerOptionsSchema } from "../../../manager/options.ts";

Deno.test("httpOptions holds what is given, and says what is wrong with it", () => {
  const parse = (flags: Record<string, string>) => managerOptionsSchema.safeParse(flags);
  assert.deepEqual(parse({}).data?.http, {});
  const given = parse({ maxConnections: "9", maxConnectionsPerClient: "2" });
  assert.deepEqual(given.data?.http, { connections: 9, connectionsPerClient: 2 });
  for (
    const [name, flag] of [
      ["maxConnections", "--max-connections"],
      ["maxConnectionsPerClient", "--max-connections-per-client"],
    ]
  ) {
    for (const text of ["0", "-1", "many", "1.5", ""]) {
      const message = parse({ [name]: text }).error?.issues[0].message;
      const expected = "expected a whole number from 1 to 1000000";
      assert.equal(message, `Cannot parse ${flag} ${JSON.stringify(text)}: ${expected}`);
    }
  }
});
