import { strict as assert } from "node:assert";
import { DatagramSender } from "../../../proxy/stats/sender.ts";
import { within } from "../../support/eventually.ts";

const bytes = new TextEncoder().encode("report");

Deno.test("DatagramSender sends to a name once it has an address, and asks for it once", async () => {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = socket.addr as Deno.NetAddr;
  let asked = 0;
  const sender = new DatagramSender({ host: "manager.test", port }, () => {
    asked++;
    return Promise.resolve({ address: "127.0.0.1" });
  });
  await sender.send(bytes);
  await sender.send(bytes);
  const [got] = await within("a datagram", socket.receive());
  assert.deepEqual([...got], [...bytes]);
  assert.equal(asked, 1);
  sender.close();
  socket.close();
});

Deno.test("DatagramSender does not ask for a name again with each datagram while there is no answer", async () => {
  let asked = 0;
  const sender = new DatagramSender({ host: "manager.test", port: 9 }, () => {
    asked++;
    return Promise.reject(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }));
  });
  for (let i = 0; i < 100; i++) await sender.send(bytes);
  assert.equal(asked, 1);
  sender.close();
});

Deno.test("DatagramSender waits for a slow answer once, and not with every datagram", async () => {
  const answer = Promise.withResolvers<{ address: string }>();
  const sender = new DatagramSender({ host: "manager.test", port: 9 }, () => answer.promise);
  // Only the first waits, and not for ever; the others go nowhere at once.
  await within(
    "a hundred datagrams",
    (async () => {
      for (let i = 0; i < 100; i++) await sender.send(bytes);
    })(),
  );
  answer.resolve({ address: "127.0.0.1" });
  sender.close();
});
