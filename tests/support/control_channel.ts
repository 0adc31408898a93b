import { startManager } from "../../manager/mod.ts";
import { type ManagerOptions, managerOptionsSchema } from "../../manager/options.ts";
import type { Command, CommandResult } from "../../proxy/control/commands.ts";
import { commandsOf } from "../../proxy/control/commands.ts";
import { ControlClient, type ControlTiming } from "../../proxy/control/client.ts";
import { ControlTrust } from "../../proxy/control/trust.ts";
import { eventually } from "./eventually.ts";
import { keyOf, KEYS } from "./sealed.ts";

/** The key that both sides of a test's channel have. */
export const [CONTROL_KEY, OTHER_KEY]: readonly string[] = KEYS;

const NO_DASHBOARD = new URL("./no_such_dashboard/", import.meta.url);

/** A manager that gives orders, on a free loopback port or on this one. */
export async function startControlManager(flags: Record<string, unknown> = {}, port = 0) {
  const options: ManagerOptions = managerOptionsSchema.parse({
    ...{ listen: `127.0.0.1:${port}`, statsListen: "127.0.0.1:0", history: false },
    ...{ controlKey: CONTROL_KEY, ...flags },
  });
  const manager = await startManager(options, { version: "0.1.0", dashboardDir: NO_DASHBOARD });
  const url = `http://127.0.0.1:${manager.addr.port}`;
  const get = async (path: string) => await (await fetch(url + path)).json();
  const order = async (command: string, body: Record<string, unknown>) => {
    const reply = await fetch(`${url}/api/control/${command}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: reply.status, body: await reply.json() };
  };
  const stop = () => manager.stop();
  return {
    ...{ port: manager.addr.port, statsPort: manager.statsAddr.port, get, order, stop },
    /** Resolves once exactly these proxies take orders. */
    connected: (...ids: string[]) =>
      eventually(`${ids} are connected`, async () => {
        const { proxies } = await get("/api/control");
        return proxies.map((each: { proxy_id: string }) => each.proxy_id).join() === ids.join();
      }),
    metric: async (line: string) => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(text.split("\n").find((each) => each.startsWith(`${line} `))?.split(" ")[1]);
    },
    [Symbol.asyncDispose]: stop,
  };
}

export interface FakeProxyOptions {
  proxyId?: string;
  bootId?: string;
  key?: string;
  timing?: Partial<ControlTiming>;
  /** The path that the manager is under. */
  base?: string;
  /** A file with the authority of the manager, which speaks TLS then. */
  ca?: string;
  host?: string;
  /** What it does when it is told; says "done" at once without. */
  execute?: (command: Command) => Promise<CommandResult>;
}

/** Short pauses, so that a test need not wait for long ones. */
export const FAST: Partial<ControlTiming> = { retry: 20, maxRetry: 200 };

/** The proxy's end of the channel alone, which takes down what it was told. */
export function startFakeProxy(port: number, options: FakeProxyOptions = {}) {
  const {
    proxyId = "edge-1",
    bootId = "ab".repeat(16),
    key = CONTROL_KEY,
    timing,
    base = "",
    ca,
    host = "127.0.0.1",
  } = options;
  const told: Command[] = [];
  const manager = { host, port, base, tls: ca !== undefined };
  const trust = new ControlTrust({ manager, key: keyOf(key), keyFile: null, ca: ca ?? null });
  const client = new ControlClient(manager, trust, {
    ...{ proxyId, bootId, version: "0.1.0", commands: commandsOf("tcp") },
    timing: { ...FAST, ...timing },
    execute: (command) => {
      told.push(command);
      return options.execute?.(command) ?? Promise.resolve({ ok: true, detail: "done" });
    },
  });
  client.start();
  return { client, told, [Symbol.asyncDispose]: () => client.stop() };
}
