import { strict as assert } from "node:assert";
import { freeAddress, freeManagerAddress } from "../support/addresses.ts";
import { eventually } from "../support/eventually.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { connectTo, echo, readAll, readExactly, send, startTcp } from "../support/tcp.ts";

const WINDOWS = Deno.build.os === "windows";

async function connectOnceUp(address: string): Promise<Deno.TcpConn> {
  return await eventually(`${address} accepts`, () => connectTo(Number(address.split(":")[1])));
}

Deno.test("Wrong use ends with exit code 2, one line and nothing started", async () => {
  const listen = freeAddress();
  const cases = [
    [],
    ["--mode", "http", "--listen", "nonsense"],
    ["--mode", "tcp", "--listen", listen],
    ["--manager", "--mode", "http", "--listen", listen],
    ["--mode", "http", "--listen", listen, "--lsiten", listen],
    ["--mode", "ss", "--listen", listen],
  ];
  for (const args of cases) {
    const { code, stdout, stderr } = await runProgram(args);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, /^rustproxy: .+\n$/);
    assert.equal(stdout, "");
  }
});

Deno.test("A port in use ends with exit code 1 and a line that names it", async () => {
  await using taken = startTcp(echo);
  for (
    const args of [["--mode", "socks5"], [
      "--manager",
      "--no-history",
      "--stats-listen",
      "127.0.0.1:0",
    ]]
  ) {
    const { code, stderr } = await runProgram([...args, "--listen", taken.address]);
    assert.equal(code, 1);
    assert.equal(
      stderr,
      `rustproxy: Cannot listen on tcp ${taken.address}: the port is in use\n`,
    );
  }
});

Deno.test({
  name: "SIGTERM drains and ends with 0, a second one ends at once with 130",
  ignore: WINDOWS,
}, async () => {
  await using server = startTcp(echo);
  const tcp = (listen: string) => [
    ...["--mode", "tcp", "--listen", listen, "--target", server.address],
    ...["--drain-timeout", "600"],
  ];
  const first = freeAddress();
  await using drained = startProgram(tcp(first));
  const conn = await connectOnceUp(first);
  await send(conn, "x");
  await readExactly(conn, 1);
  drained.signal("SIGTERM");
  await eventually("it accepts no more", async () => {
    try {
      (await connectTo(Number(first.split(":")[1]))).close();
      return false;
    } catch {
      return true;
    }
  });
  await conn.closeWrite();
  await readAll(conn);
  conn.close();
  assert.equal((await drained.ended()).code, 0);

  const second = freeAddress();
  await using cut = startProgram(tcp(second));
  using stays = await connectOnceUp(second);
  await send(stays, "x");
  await readExactly(stays, 1);
  cut.signal("SIGTERM");
  await eventually("it accepts no more", async () => {
    try {
      (await connectTo(Number(second.split(":")[1]))).close();
      return false;
    } catch {
      return true;
    }
  });
  cut.signal("SIGTERM");
  assert.equal((await cut.ended()).code, 130);
});

Deno.test({
  name: "SIGTERM while workers are still to be started ends with 0 too",
  ignore: Deno.build.os !== "linux",
}, async () => {
  const address = freeAddress();
  await using program = startProgram(["--mode", "http", "--listen", address, "--workers", "8"]);
  // The first worker listens before the others are there.
  (await connectOnceUp(address)).close();
  const { code, stderr } = await program.terminate();
  assert.equal(code, 0, stderr);
});

Deno.test("A proxy that started before its manager, named by host name, appears by itself, and after a restart again", async () => {
  const manager = freeManagerAddress();
  const byName = manager.replace("127.0.0.1", "localhost");
  const listen = freeAddress();
  const args = ["--mode", "http", "--listen", listen, "--report-interval", "1"];
  await using _proxy = startProgram(args, { RUSTPROXY_MANAGER: byName });
  (await connectOnceUp(listen)).close();
  const api = `http://${manager}/api/proxies`;
  const known = async () => (await (await fetch(api)).json()).length === 1;
  for (let start = 1; start <= 2; start++) {
    // The second time it is the manager that restarts.
    await using _manager = startProgram(["--manager", "--no-history", "--listen", manager]);
    await eventually(
      "the manager is up",
      async () => Array.isArray(await (await fetch(api)).json()),
    );
    await eventually("the proxy appears", known);
  }
});
