import type { Suite } from "./load.ts";
import { freePort, start } from "./process.ts";
import type { Peer } from "./subject.ts";
import { tunnelLoads } from "./tunnel_loads.ts";

const microsocks: Peer = async (path) => {
  const port = freePort();
  // Version 1.0.3 cannot be kept from a line for every connection.
  return { ...await start(path, ["-i", "127.0.0.1", "-p", `${port}`], port, true), port };
};

const danted: Peer = async (path, folder) => {
  const port = freePort();
  const prefix = `${folder}/danted-${port}`;
  await Deno.writeTextFile(
    `${prefix}.conf`,
    `errorlog: stderr
internal: 127.0.0.1 port = ${port}
external: 127.0.0.1
clientmethod: none
socksmethod: none
user.unprivileged: nobody
client pass {
  from: 0.0.0.0/0 to: 0.0.0.0/0
}
socks pass {
  from: 0.0.0.0/0 to: 0.0.0.0/0
}
`,
  );
  const args = ["-f", `${prefix}.conf`, "-p", `${prefix}.pid`];
  return { ...await start(path, args, port), port };
};

/** The SOCKS5 proxy, against microsocks and Dante. */
export const SOCKS5: Suite = {
  mode: "socks5",
  flags: () => [],
  peers: { microsocks, danted },
  loads: tunnelLoads("socks5", { bulk: "bulk", rate: "connections", memory: "memory-4000" }),
};
