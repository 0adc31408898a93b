import { strict as assert } from "node:assert";
import { beside, within } from "../support/eventually.ts";
import { Pattern } from "../support/pattern.ts";
import { echo, readText, send } from "../support/tcp.ts";
import type { Route } from "./route.ts";
import { withProxy } from "./setup.ts";

const MIB = 1 << 20;

/** Cases about how data begins and ends, on one connection. */
export function declareEnds(route: Route): void {
  const { name } = route;

  Deno.test(`${name} echoes every size and says who was connected to whom`, () =>
    withProxy(route, async (setup) => {
      using link = await setup.link();
      const { client, target } = link;
      const pattern = new Pattern();
      const echoing = beside(echo(target));
      let total = 0;
      for (const size of [1, 2, 4095, 4096, 4097, 65_537, MIB, 3 * MIB + 7]) {
        await within(
          `${size} bytes return`,
          Promise.all([pattern.send(client, size), pattern.receive(client, size)]),
        );
        total += size;
      }
      await client.closeWrite();
      assert.equal(await within("the end returns", readText(client)), "");
      await echoing;
      const { records: [record], sent, received } = await setup.books(1);
      assert.deepEqual([sent, received], [total, total]);
      assert.equal(record.client_ip, "127.0.0.1");
      assert.equal(record.client_port, client.localAddr.port);
      assert.equal(record.target, setup.target.address);
      assert.deepEqual([record.state, record.reason], ["closed", "done"]);
    }));

  Deno.test(`${name} brings 50 MiB back after the client's FIN`, () =>
    withProxy(route, async (setup) => {
      using link = await setup.link();
      const { client, target } = link;
      await send(client, "all of it, please");
      await client.closeWrite();
      assert.equal(await within("the FIN arrives", readText(target)), "all of it, please");
      const pattern = new Pattern();
      const [, got] = await within(
        "the answer arrives",
        Promise.all([
          pattern.send(target, 50 * MIB).then(() => target.closeWrite()),
          pattern.drain(client),
        ]),
      );
      assert.equal(got, 50 * MIB);
      const { records, sent, received } = await setup.books(1);
      assert.deepEqual([sent, received, records[0].reason], [17, 50 * MIB, "done"]);
    }));

  Deno.test(`${name} takes 50 MiB up after the target's FIN`, () =>
    withProxy(route, async (setup) => {
      using link = await setup.link();
      const { client, target } = link;
      await send(target, "send it all");
      await target.closeWrite();
      assert.equal(await within("the FIN arrives", readText(client)), "send it all");
      const pattern = new Pattern();
      const [, got] = await within(
        "the data arrives",
        Promise.all([
          pattern.send(client, 50 * MIB).then(() => client.closeWrite()),
          pattern.drain(target),
        ]),
      );
      assert.equal(got, 50 * MIB);
      const { records, sent, received } = await setup.books(1);
      assert.deepEqual([sent, received, records[0].reason], [50 * MIB, 11, "done"]);
    }));
}
