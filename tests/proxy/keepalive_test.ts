import { strict as assert } from "node:assert";
import { eventually } from "../support/eventually.ts";
import { startTestProxy } from "../support/proxy.ts";
import { connectTo, echo, readExactly, send, startTcp } from "../support/tcp.ts";

/** A socket's timer in /proc/net/tcp that asks after the other side. */
const KEEPALIVE = "02";
const ignore = Deno.build.os !== "linux";
if (ignore) console.log("The test of keepalive is skipped: it reads Linux's table of sockets");

/** Which timer runs for the socket between these two ports. */
async function timerOf(local: number, remote: number): Promise<string | undefined> {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, "0");
  const socket = new RegExp(`:${hex(local)} \\w+:${hex(remote)} 01 \\w+:\\w+ (\\w\\w):`);
  return socket.exec(await Deno.readTextFile("/proc/net/tcp"))?.[1];
}

Deno.test({ name: "A connection that lasts has keepalive on both sides", ignore }, async () => {
  await using server = startTcp(echo);
  await using proxy = startTestProxy("tcp", { target: server.address });
  using conn = await connectTo(proxy.port);
  await send(conn, "x");
  await readExactly(conn, 1);
  const [upstream] = server.accepted;
  const sides: [number, number][] = [
    [proxy.port, conn.localAddr.port],
    [upstream.remoteAddr.port, server.port],
  ];
  for (const [local, remote] of sides) {
    assert.notEqual(await timerOf(local, remote), undefined, "the socket is found");
    await eventually("keepalive is on", async () => await timerOf(local, remote) === KEEPALIVE);
  }
});
