import { type ForeignServer, haveServer, startServer } from "./foreign_server.ts";

const PLACES = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

/** What README has for nginx in front of a manager. */
export const NGINX_PASSES = [
  "proxy_http_version 1.1;",
  "proxy_set_header Host $host;",
  "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
  "proxy_set_header X-Forwarded-Proto $scheme;",
  "proxy_set_header Upgrade $http_upgrade;",
  "proxy_set_header Connection $http_connection;",
];

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
