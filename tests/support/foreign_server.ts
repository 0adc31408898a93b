import { join } from "node:path";
import { freeAddress } from "./addresses.ts";
import { eventually } from "./eventually.ts";
import { Running } from "./executable.ts";

/** True if a program is on PATH; otherwise says what is skipped. */
export function haveServer(command: string, name: string): boolean {
  try {
    new Deno.Command(command, { args: ["-v"], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    console.log(`Tests with ${name} are skipped: ${command} is not on PATH`);
    return false;
  }
}

/** A server of somebody else's; leaving its scope ends it. */
export interface ForeignServer extends AsyncDisposable {
  address: string;
  port: number;
}

export interface ServerProgram {
  command: string;
  name: string;
  /** The lines of its configuration, and the arguments that name the file. */
  config: (address: string, folder: string) => string[];
  args: (file: string, folder: string) => string[];
}

/** Starts it on a free port, in a folder of its own; resolves once it listens. */
export async function startServer(
  { command, name, config, args }: ServerProgram,
): Promise<ForeignServer> {
  const folder = await Deno.makeTempDir({ prefix: command });
  const address = freeAddress();
  const file = join(folder, `${command}.conf`);
  await Deno.writeTextFile(file, config(address, folder).join("\n") + "\n");
  const running = new Running(command, args(file, folder), folder);
  const port = Number(address.split(":")[1]);
  const stop = async () => {
    await running[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await eventually(`${name} listens`, async () => {
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
