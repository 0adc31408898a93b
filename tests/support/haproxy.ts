import { join } from "node:path";
import { freeAddress } from "./addresses.ts";
import { eventually } from "./eventually.ts";
import { Running } from "./executable.ts";

/** True if haproxy is on PATH; otherwise says what is skipped. */
export function haveHaproxy(): boolean {
  try {
    new Deno.Command("haproxy", { args: ["-v"], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    console.log("Tests with HAProxy are skipped: haproxy is not on PATH");
    return false;
  }
}

/** HAProxy with one frontend; leaving its scope ends it. */
export interface Haproxy extends AsyncDisposable {
  address: string;
  port: number;
}

/** Starts HAProxy; `lines` gives the frontend's lines for the address that it is to bind. */
export async function startHaproxy(lines: (address: string) => string[]): Promise<Haproxy> {
  const folder = await Deno.makeTempDir({ prefix: "haproxy" });
  const address = freeAddress();
  const config = [
    "global",
    "  maxconn 100",
    "defaults",
    "  mode tcp",
    "  timeout connect 5s",
    "  timeout client 30s",
    "  timeout server 30s",
    ...lines(address),
    "",
  ];
  const file = join(folder, "haproxy.cfg");
  await Deno.writeTextFile(file, config.join("\n"));
  const running = new Running("haproxy", ["-db", "-f", file], folder);
  const port = Number(address.split(":")[1]);
  const stop = async () => {
    await running[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await eventually("HAProxy listens", async () => {
      if (running.exited) throw new Error(running.stderr);
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return true;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, port, [Symbol.asyncDispose]: stop };
}
