import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { find, freePort, type Program, start } from "./process.ts";

/** Something that a load goes through: a proxy, or nothing at all. */
export interface Subject {
  name: string;
  /** Starts it towards a target on loopback. */
  start(targetPort: number): Promise<Running>;
}

export interface Running extends Program {
  port: number;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** What `deno task proxy` runs. */
const SOURCES = config.tasks.proxy.command.split(" ").slice(1, -1).concat(`${ROOT}main.ts`);

/** No proxy: the load speaks to the target. Process id 0 stands for nobody. */
export const direct: Subject = {
  name: "direct",
  start: (targetPort) =>
    Promise.resolve({ port: targetPort, pid: 0, stop: () => Promise.resolve() }),
};

/** This program from its sources, or an executable; `flags` are added. */
export function ours(name: string, executable: string | null, flags: string[] = []): Subject {
  return {
    name,
    async start(targetPort) {
      const port = freePort();
      const args = [
        ...["--mode", "tcp", "--listen", `127.0.0.1:${port}`],
        ...["--target", `127.0.0.1:${targetPort}`, "--max-connections", "20000"],
        ...["--drain-timeout", "0", "--log-level", "error"],
        ...flags,
      ];
      const program = executable
        ? await start(executable, args, port)
        : await start(Deno.execPath(), [...SOURCES, ...args], port);
      return { ...program, port };
    },
  };
}

/** The peers that are installed; those that are not are named by `missing`. */
export function peers(wanted: string[], folder: string): { found: Subject[]; missing: string[] } {
  const known: Record<string, (path: string) => Subject> = {
    haproxy: (path) => haproxy(path, folder),
    nginx: (path) => nginx(path, folder),
  };
  const found: Subject[] = [];
  const missing: string[] = [];
  for (const name of wanted) {
    const path = find(name);
    if (!known[name]) throw new Error(`unknown peer "${name}": expected ${Object.keys(known)}`);
    if (path) found.push(known[name](path));
    else missing.push(name);
  }
  return { found, missing };
}

function haproxy(path: string, folder: string): Subject {
  return {
    name: "haproxy",
    async start(targetPort) {
      const port = freePort();
      const file = `${folder}/haproxy-${port}.cfg`;
      await Deno.writeTextFile(
        file,
        `global
  nbthread 1
  maxconn 9500
  maxpipes 200
defaults
  mode tcp
  option splice-auto
  timeout connect 10s
  timeout client 1h
  timeout server 1h
frontend in
  bind 127.0.0.1:${port} backlog 4096
  default_backend out
backend out
  server one 127.0.0.1:${targetPort}
`,
      );
      return { ...await start(path, ["-db", "-f", file], port), port };
    },
  };
}

function nginx(path: string, folder: string): Subject {
  return {
    name: "nginx",
    async start(targetPort) {
      const port = freePort();
      const file = `${folder}/nginx-${port}.conf`;
      await Deno.writeTextFile(
        file,
        `load_module /usr/lib/nginx/modules/ngx_stream_module.so;
${nginxHead(`${folder}/nginx-${port}`)}
stream {
  server {
    listen 127.0.0.1:${port} backlog=4096;
    proxy_pass 127.0.0.1:${targetPort};
    proxy_timeout 1h;
    tcp_nodelay on;
  }
}
`,
      );
      return { ...await start(path, ["-c", file, "-e", "stderr"], port), port };
    },
  };
}

function nginxHead(prefix: string): string {
  return `daemon off;
pid ${prefix}.pid;
error_log stderr error;
worker_processes 1;
events { worker_connections 19500; }`;
}

/** A web server that answers everything with two bytes, fast enough not to be what is measured. */
export async function startWebServer(folder: string): Promise<Running> {
  const path = find("nginx");
  if (!path) throw new Error("the loads with requests need nginx as their web server");
  const port = freePort();
  const file = `${folder}/origin-${port}.conf`;
  await Deno.writeTextFile(
    file,
    `${nginxHead(`${folder}/origin-${port}`)}
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { return 200 "ok"; }
  }
}
`,
  );
  return { ...await start(path, ["-c", file, "-e", "stderr"], port), port };
}

/** iperf3's server, which takes one test at a time. */
export async function startBulkServer(): Promise<Running> {
  const path = find("iperf3");
  if (!path) throw new Error("the bulk loads need iperf3");
  const port = freePort();
  return { ...await start(path, ["-s", "-B", "127.0.0.1", "-p", `${port}`], port), port };
}
