import { strict as assert } from "node:assert";
import type { ServerMessage } from "../../../manager/api/model.ts";
import { FleetSocket } from "../../../dashboard/api/socket.ts";
import { delta, snapshot } from "../support.ts";

interface Peer {
  socket: WebSocket;
  heard: unknown[];
}

/** A WebSocket server that does what the test says, and a viewer of it. */
async function withSocket(
  options: {
    greet: boolean;
    staleAfterMs?: number;
    pauseMs?: number;
    mayOpen?: () => Promise<boolean>;
  },
  run: (test: {
    peers: Peer[];
    messages: ServerMessage[];
    events: string[];
    viewer: FleetSocket;
    until(what: string, condition: () => boolean): Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const peers: Peer[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const peer: Peer = { socket, heard: [] };
    socket.onopen = () => {
      peers.push(peer);
      if (options.greet) socket.send(JSON.stringify(snapshot()));
    };
    socket.onmessage = (event) => peer.heard.push(JSON.parse(event.data));
    return response;
  });
  const messages: ServerMessage[] = [];
  const events: string[] = [];
  const viewer = new FleetSocket({
    url: `ws://127.0.0.1:${server.addr.port}/ws`,
    staleAfterMs: options.staleAfterMs,
    mayOpen: options.mayOpen,
    backoff: (attempt) => {
      events.push(`attempt ${attempt}`);
      return options.pauseMs ?? 10;
    },
    onMessage: (message) => messages.push(message),
    onLost: () => events.push("lost"),
  });
  try {
    await run({ peers, messages, events, viewer, until });
  } finally {
    viewer.close();
    for (const { socket } of peers) if (socket.readyState === WebSocket.OPEN) socket.close();
    await server.shutdown();
  }
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Timed out waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("FleetSocket hands over what the manager says, and skips what it does not know", () =>
  withSocket({ greet: true }, async ({ peers, messages, until }) => {
    await until("the snapshot is there", () => messages.length === 1);
    peers[0].socket.send("not json");
    peers[0].socket.send(JSON.stringify({ type: "from the future" }));
    peers[0].socket.send(JSON.stringify(delta()));
    await until("the delta is there", () => messages.length === 2);
    assert.deepEqual(messages, [snapshot(), delta()]);
  }));

Deno.test("FleetSocket comes back after a loss and asks again for the viewed proxy", () =>
  withSocket({ greet: true }, async ({ peers, messages, events, viewer, until }) => {
    await until("it is connected", () => messages.length === 1);
    viewer.view("edge-1");
    await until("it has asked", () => peers[0].heard.length === 1);
    peers[0].socket.close();
    await until("it is back and has asked", () => peers[1]?.heard.length === 1);
    assert.deepEqual(peers[1].heard, [{ type: "subscribe", proxy_id: "edge-1" }]);
    assert.deepEqual(events, ["lost", "attempt 0"]);
  }));

Deno.test("FleetSocket asks for one proxy at a time, for the fleet, and for nobody", () =>
  withSocket({ greet: true }, async ({ peers, messages, viewer, until }) => {
    await until("it is connected", () => messages.length === 1);
    viewer.view("a");
    viewer.view("a");
    viewer.view("b");
    viewer.view(null);
    viewer.view(undefined);
    await until("it has said all", () => peers[0].heard.length === 6);
    assert.deepEqual(peers[0].heard, [
      { type: "subscribe", proxy_id: "a" },
      { type: "unsubscribe", proxy_id: "a" },
      { type: "subscribe", proxy_id: "b" },
      { type: "unsubscribe", proxy_id: "b" },
      { type: "subscribe", proxy_id: null },
      { type: "unsubscribe", proxy_id: null },
    ]);
  }));

Deno.test("FleetSocket gives up on a manager that has fallen silent", () =>
  withSocket({ greet: true, staleAfterMs: 50 }, async ({ peers, events, until }) => {
    await until("it has come back", () => peers.length >= 2);
    assert.equal(events[0], "lost");
  }));

Deno.test("FleetSocket waits longer each time for a manager that accepts and says nothing", () =>
  withSocket({ greet: false, staleAfterMs: 20 }, async ({ events, until }) => {
    await until("it has tried", () => events.includes("attempt 2"));
    assert.deepEqual(events.slice(0, 6), [
      ...["lost", "attempt 0", "lost", "attempt 1", "lost", "attempt 2"],
    ]);
  }));

Deno.test("FleetSocket.retry does not wait for the pause to end", () =>
  withSocket({ greet: true, pauseMs: 3_600_000 }, async ({ peers, messages, viewer, until }) => {
    await until("it is connected", () => messages.length === 1);
    viewer.retry();
    peers[0].socket.close();
    await until("the manager sees it go", () => peers[0].socket.readyState === WebSocket.CLOSED);
    await until("it is back", () => {
      viewer.retry();
      return messages.length === 2;
    });
    assert.equal(peers.length, 2);
  }));

Deno.test("FleetSocket.close ends it for good", () =>
  withSocket({ greet: true }, async ({ peers, messages, events, viewer, until }) => {
    await until("it is connected", () => messages.length === 1);
    viewer.close();
    viewer.retry();
    await until("the manager sees it go", () => peers[0].socket.readyState === WebSocket.CLOSED);
    assert.equal(peers.length, 1);
    assert.deepEqual(events, []);
  }));

Deno.test("FleetSocket asks before each attempt, and waits for retry where there is no use in one", async () => {
  const answers: (boolean | Error)[] = [new TypeError("no answer"), false];
  let asked = 0;
  const mayOpen = () => {
    asked++;
    const answer = answers.shift() ?? true;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  await withSocket({ greet: true, mayOpen }, async ({ peers, messages, events, viewer, until }) => {
    await until("it was asked again", () => asked === 2);
    assert.deepEqual(events, ["lost", "attempt 0"]);
    viewer.retry();
    await until("the snapshot arrived", () => messages.length === 1);
    assert.deepEqual([asked, peers.length], [3, 1]);
  });
});

Deno.test("FleetSocket asks at once when its session has ended, and with a pause when it does again", async () => {
  const slow = { greet: true, pauseMs: 3_600_000 };
  let asked = 0;
  const mayOpen = () => Promise.resolve(++asked < 3);
  await withSocket({ ...slow, mayOpen }, async ({ peers, messages, events, until }) => {
    await until("the snapshot arrived", () => messages.length === 1);
    peers[0].socket.close(4401);
    await until("the second snapshot arrived", () => messages.length === 2);
    peers[1].socket.close(4401);
    await until("it was asked a third time", () => asked === 3);
    assert.deepEqual(events, ["lost", "attempt 0", "lost", "attempt 0"]);
  });
});
