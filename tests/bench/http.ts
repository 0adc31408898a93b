import { wrk } from "./clients.ts";
import { memoryLoad, type Settle, type Suite } from "./load.ts";
import { freePort, start } from "./process.ts";
import type { Peer } from "./subject.ts";
import { tunnelLoads } from "./tunnel_loads.ts";
import { latencyLoads, webLoads } from "./web_loads.ts";

const squid: Peer = async (path, folder) => {
  const port = freePort();
  const own = await Deno.makeTempDir({ dir: folder, prefix: "squid-" });
  // It gives up root's rights, and writes its process id afterwards.
  await Deno.chmod(folder, 0o755);
  await Deno.chmod(own, 0o777);
  await Deno.writeTextFile(
    `${own}/squid.conf`,
    `http_port 127.0.0.1:${port}
http_access allow all
cache deny all
cache_mem 0
memory_cache_shared off
access_log none
cache_log stdio:/dev/null
cache_store_log none
pid_filename ${own}/squid.pid
coredump_dir ${own}
shutdown_lifetime 0 seconds
workers 1
max_filedescriptors 16384
client_persistent_connections on
server_persistent_connections on
pinger_enable off
`,
  );
  return { ...await start(path, ["-N", "-f", `${own}/squid.conf`], port), port };
};

const tinyproxy: Peer = async (path, folder) => {
  const port = freePort();
  const file = `${folder}/tinyproxy-${port}.conf`;
  await Deno.writeTextFile(
    file,
    `Listen 127.0.0.1
Port ${port}
LogLevel Critical
LogFile "/dev/null"
MaxClients 10000
Timeout 3600
`,
  );
  return { ...await start(path, ["-d", "-c", file], port), port };
};

/** Asks for one answer on a connection that stays. */
const askOnce: Settle = async (conn, { target }) => {
  const host = `127.0.0.1:${target}`;
  await conn.write(
    new TextEncoder().encode(`GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`),
  );
  const buffer = new Uint8Array(4096);
  let text = "";
  while (!text.endsWith("\r\n\r\nok")) {
    const n = await conn.read(buffer);
    if (n === null) throw new Error(`a connection ended after ${JSON.stringify(text)}`);
    text += new TextDecoder().decode(buffer.subarray(0, n));
  }
  if (!text.startsWith("HTTP/1.1 200 ")) throw new Error(`a request was answered by ${text}`);
};

/** tinyproxy ends every connection after one answer. */
const keepAlive = { without: ["tinyproxy"] };

/** The forward proxy, against Squid and tinyproxy. */
export const HTTP: Suite = {
  mode: "http",
  flags: () => [],
  peers: { squid, tinyproxy },
  requests: (subject, context) => wrk(subject, context, "absolute-form"),
  loads: [
    ...webLoads("absolute-form"),
    ...latencyLoads("absolute-form").map((load) => ({ ...load, ...keepAlive })),
    { ...memoryLoad("memory-4000", "web", askOnce, 4000), ...keepAlive },
    ...tunnelLoads("connect", {
      bulk: "connect-bulk",
      rate: "connect-rate",
      memory: "memory-connect-4000",
    }),
  ],
};
