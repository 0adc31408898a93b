import { strict as assert } from "node:assert";
import { acceptLoop } from "../../../proxy/net/listener.ts";
import { closeQuietly } from "../../../proxy/net/close.ts";
import { eventually } from "../../support/eventually.ts";
import type { Running } from "../../support/executable.ts";
import { startProgramWithDescriptors } from "../../support/program.ts";
import { connectResettable } from "../../support/resettable.ts";
import { connectTo, echo, readExactly, send, startTcp } from "../../support/tcp.ts";

const windows = Deno.build.os === "windows";
if (windows) {
  console.log("Skipped: Windows has no ulimit, so running out of descriptors is not tried");
}

const DESCRIPTORS = 64;

/** A tcp proxy that may have so few descriptors. */
function startStarved(target: string, statsPort: number): Running {
  return startProgramWithDescriptors(DESCRIPTORS, [
    ...["--mode", "tcp", "--target", target, "--listen", "127.0.0.1:0"],
    ...["--stats-addr", `127.0.0.1:${statsPort}`, "--report-interval", "0.1"],
  ]);
}

Deno.test({
  name: "acceptLoop pauses while descriptors have run out, says so once, and goes on",
  ignore: windows,
  fn: async () => {
    await using server = startTcp(echo);
    const reports = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    using closing = new DisposableStack();
    closing.defer(() => reports.close());
    const { port: statsPort } = reports.addr as Deno.NetAddr;
    await using program = startStarved(server.address, statsPort);
    const port = await eventually(
      "the proxy listens",
      () => Number(/listening on 127\.0\.0\.1:(\d+)/.exec(program.stderr)?.[1] ?? NaN) || undefined,
    );
    for (let round = 1; round <= 2; round++) {
      // Twice as many as there are descriptors: the system takes them all, the proxy cannot.
      const conns = await Promise.all(
        Array.from({ length: DESCRIPTORS * 2 }, () => connectTo(port)),
      );
      await eventually("accepting pauses", () => program.stderr.includes("pauses: EMFILE"));
      assert.equal(program.exited, false);
      for (const conn of conns) closeQuietly(conn);
      await eventually("the proxy serves again", async () => {
        using conn = await connectTo(port);
        await send(conn, "ping");
        assert.equal(new TextDecoder().decode(await readExactly(conn, 4)), "ping");
        return true;
      });
    }
    const counted = await countedPauses(reports);
    assert.ok(counted > 0, `${counted} pauses are counted`);
    const { code, stderr } = await program.terminate();
    assert.equal(code, 0);
    assert.equal(stderr.match(/EMFILE/g)?.length, 1, "it is said once");
    assert.match(stderr, /EMFILE; raise the limit of open files \(LimitNOFILE, ulimit -n\)/);
  },
});

/** The counter in the next report that has it. */
async function countedPauses(reports: Deno.DatagramConn): Promise<number> {
  for (;;) {
    const [bytes] = await reports.receive(new Uint8Array(65535));
    const { reasons } = JSON.parse(new TextDecoder().decode(bytes));
    if (reasons?.accept_emfile) return reasons.accept_emfile;
  }
}

Deno.test("acceptLoop does not pause for clients that reset before they are accepted", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  for (let i = 0; i < 10; i++) await (await connectResettable(listener.addr.port)).reset();
  using _client = await connectTo(listener.addr.port);
  const accepted: Deno.TcpConn[] = [];
  const pauses: string[] = [];
  let lost = 0;
  const ended = acceptLoop(listener, {
    onConnection: (conn) => void accepted.push(conn),
    onLost: () => lost++,
    onPause: (code) => pauses.push(code),
  });
  await eventually("all are seen", () => accepted.length + lost === 11);
  listener.close();
  await ended;
  for (const conn of accepted) conn.close();
  assert.ok(accepted.length > 0);
  assert.deepEqual(pauses, []);
});
