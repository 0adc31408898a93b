import { strict as assert } from "node:assert";
import { Door } from "../../proxy/door.ts";
import { ends } from "../support/control.ts";
import { connectTo } from "../support/tcp.ts";

Deno.test("Door lets in nobody who came while it was held, and was accepted as it closed", async () => {
  let letIn = 0;
  const came = Promise.withResolvers<void>();
  const handedOver = Promise.withResolvers<void>();
  const door = new Door({ host: "127.0.0.1", port: 0 }, {
    ...{ backlog: 16, reusePort: false },
    onConnection: (conn) => {
      letIn++;
      conn.close();
    },
    onLost: () => {},
    onPause: () => {},
    // What the system has accepted takes its time until the loop has it.
    listen(options) {
      const listener = Deno.listen(options);
      const accept = listener.accept.bind(listener);
      listener.accept = async () => {
        const conn = await accept();
        came.resolve();
        await handedOver.promise;
        return conn;
      };
      return listener;
    },
  });
  door.hold();
  const conn = await connectTo(door.addr.port);
  await came.promise;
  const closed = door.close();
  handedOver.resolve();
  await closed;
  await ends(conn);
  conn.close();
  assert.equal(letIn, 0);
});
