import { find, freePort, type Program, start } from "./process.ts";

/** A program that listens on loopback. */
export interface Server extends Program {
  port: number;
}

/** A large body, for bulk through tunnels. */
export const BULK_PATH = "/bulk";
const BULK_BYTES = 256 << 20;

/** What every configuration of nginx begins with. */
export function nginxHead(prefix: string): string {
  return `daemon off;
pid ${prefix}.pid;
error_log stderr error;
worker_processes 1;
events { worker_connections 19500; }`;
}

/** A web server that answers with two bytes, or with many, fast enough not to be what is measured. */
export async function startWebServer(folder: string): Promise<Server> {
  const path = find("nginx");
  if (!path) throw new Error("the loads with requests need nginx as their web server");
  const port = freePort();
  const prefix = `${folder}/origin-${port}`;
  await Deno.mkdir(prefix);
  // Its worker runs as nobody, and its folder is that of whoever runs this.
  await Deno.chmod(folder, 0o755);
  await Deno.writeFile(prefix + BULK_PATH, new Uint8Array());
  await Deno.truncate(prefix + BULK_PATH, BULK_BYTES);
  // Once read, it is in memory, and the first measurement has what the later ones have.
  await Deno.readFile(prefix + BULK_PATH);
  await Deno.writeTextFile(
    `${prefix}.conf`,
    `${nginxHead(prefix)}
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  sendfile on;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${prefix};
    location = / { return 200 "ok"; }
  }
}
`,
  );
  const args = ["-c", `${prefix}.conf`, "-e", "stderr"];
  return { ...await start(path, args, port), port };
}

/** iperf3's server, which takes one test at a time. */
export async function startBulkServer(): Promise<Server> {
  const path = find("iperf3");
  if (!path) throw new Error("the bulk loads need iperf3");
  const port = freePort();
  return { ...await start(path, ["-s", "-B", "127.0.0.1", "-p", `${port}`], port), port };
}

/** Sends each first byte back and holds the connection, in a process of its own for its descriptors. */
export async function startHoldServer(): Promise<Server> {
  const port = freePort();
  const code =
    `for await (const c of Deno.listen({ hostname: "127.0.0.1", port: ${port} })) (async () => {
    const b = new Uint8Array(1);
    try { while (await c.read(b) !== null) await c.write(b); } catch {} finally { try { c.close(); } catch {} }
  })();`;
  return { ...await start(Deno.execPath(), ["eval", code], port), port };
}
