import { type ForeignServer, haveServer, startServer } from "./foreign_server.ts";

const PLACES = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

/** True if nginx is on PATH; otherwise says what is skipped. */
export function haveNginx(): boolean {
  return haveServer("nginx", "nginx");
}

/** Starts nginx; `server` gives the lines of its server, without `listen`, and `listen` what follows the address there. */
export function startNginx(server: string[], listen = ""): Promise<ForeignServer> {
  return startServer({
    command: "nginx",
    name: "nginx",
    config: (address, folder) => [
      "daemon off;",
      // All in one process, under the user that runs the test.
      "master_process off;",
      `pid ${folder}/nginx.pid;`,
      "error_log stderr;",
      "events { worker_connections 100; }",
      "http {",
      "  access_log off;",
      ...PLACES.map((name) => `  ${name}_temp_path ${folder}/${name};`),
      "  server {",
      `    listen ${address} ${listen};`,
      ...server.map((line) => `    ${line}`),
      "  }",
      "}",
    ],
    args: (file, folder) => ["-p", folder, "-e", "stderr", "-c", file],
  });
}
