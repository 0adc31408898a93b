import { join } from "node:path";
import { freeAddress } from "./addresses.ts";
import { eventually } from "./eventually.ts";
import { Running } from "./executable.ts";

/** True if nginx is on PATH; otherwise says what is skipped. */
export function haveNginx(): boolean {
  try {
    new Deno.Command("nginx", { args: ["-v"], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    console.log("Tests with nginx are skipped: nginx is not on PATH");
    return false;
  }
}

/** nginx with one server; leaving its scope ends it. */
export interface Nginx extends AsyncDisposable {
  port: number;
}

/** Starts nginx; `server` gives the lines of its server, without `listen`, and `listen` what follows the address there. */
export async function startNginx(server: string[], listen = ""): Promise<Nginx> {
  const folder = await Deno.makeTempDir({ prefix: "nginx" });
  const address = freeAddress();
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const config = [
    "daemon off;",
    // All in one process, under the user that runs the test.
    "master_process off;",
    `pid ${folder}/nginx.pid;`,
    "error_log stderr;",
    "events { worker_connections 100; }",
    "http {",
    "  access_log off;",
    ...places.map((name) => `  ${name}_temp_path ${folder}/${name};`),
    "  server {",
    `    listen ${address} ${listen};`,
    ...server.map((line) => `    ${line}`),
    "  }",
    "}",
    "",
  ];
  const file = join(folder, "nginx.conf");
  await Deno.writeTextFile(file, config.join("\n"));
  const running = new Running("nginx", ["-p", folder, "-e", "stderr", "-c", file], folder);
  const port = Number(address.split(":")[1]);
  const stop = async () => {
    await running[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await eventually("nginx listens", async () => {
      if (running.exited) throw new Error(running.stderr);
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return true;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, [Symbol.asyncDispose]: stop };
}
