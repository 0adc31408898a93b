import { strict as assert } from "node:assert";
import { beside, within } from "../support/eventually.ts";
import { Pattern } from "../support/pattern.ts";
import { haveSignals } from "../support/process.ts";
import { connectTo } from "../support/tcp.ts";
import type { Route } from "./route.ts";
import { type Link, withProgram } from "./setup.ts";

const MIB = 1 << 20;
const LONG_MS = 60_000;

/** The case about the end of the program itself. */
export function declareDrain(route: Route): void {
  const { name } = route;

  Deno.test({
    name: `${name} drains: transfers finish intact, nothing new begins, it exits with 0`,
    ignore: !haveSignals(`The drain of ${name}`),
  }, () =>
    withProgram(route, async (setup) => {
      const { proxy } = setup;
      const pattern = new Pattern();
      const size = 16 * MIB;
      using stack = new DisposableStack();
      const links: Link[] = [];
      for (let i = 0; i < 6; i++) links.push(stack.use(await setup.link()));
      const ways = links.map(({ client, target }, i) =>
        i % 2 ? [client, target] : [target, client]
      );
      const sending = ways.map(([from]) =>
        beside(pattern.send(from, size).then(() => from.closeWrite()))
      );
      await Promise.all(ways.map(([, to]) => pattern.receive(to, MIB)));
      proxy.program.signal("SIGTERM");
      await proxy.report("it drains", (report) => report.state === "draining");
      await assert.rejects(connectTo(proxy.port), Deno.errors.ConnectionRefused);
      assert.ok(!proxy.program.exited);
      await within(
        "the transfers finish",
        Promise.all(ways.map(async ([, to], i) => {
          assert.equal(await pattern.drain(to, MIB), size);
          await to.closeWrite();
          await sending[i];
        })),
        LONG_MS,
      );
      const { code } = await within("the program ends", proxy.program.ended());
      assert.equal(code, 0);
      const { records, sent, received } = await setup.books(6);
      assert.deepEqual([sent, received], [3 * size, 3 * size]);
      assert.deepEqual([...new Set(records.map((record) => record.reason))], ["done"]);
      assert.equal(proxy.reports.at(-1)!.state, "stopped");
    }));
}
