import { getLogger } from "@logtape/logtape";
import { describeAccess } from "./access/describe.ts";
import { ControlClient } from "./control/client.ts";
import type { Command, CommandName, CommandResult } from "./control/commands.ts";
import { ControlTrust } from "./control/trust.ts";
import { startEngine } from "./engine.ts";
import { identify, listenText, type Naming, newBootId, viaName } from "./identity.ts";
import { formatAddress } from "./net/address.ts";
import type { Dial } from "./net/dial.ts";
import type { ProxyOptions } from "./options.ts";
import { type Applied, type ControlDeps, Running } from "./running.ts";
import type { Serving } from "./serving.ts";
import { ReportSeal } from "./stats/report_seal.ts";
import type { Identity } from "./stats/reporter.ts";
import { startWorkers, type WorkerModule } from "./workers.ts";

export { machineName } from "./identity.ts";
export { FileError } from "./reloaded.ts";
export type { Applied, ControlDeps } from "./running.ts";

export interface ProxyDeps extends Naming, ControlDeps {
  /** Connects to targets; the real one unless a test brings its own. */
  dial?: Dial;
}

export interface RunningProxy {
  /** Where it listens now. */
  readonly addr: Deno.NetAddr;
  readonly proxyId: string;
  /** What it can be told. */
  readonly commands: readonly CommandName[];
  /** Does as it is told; never rejects. A command that comes again does no harm. */
  execute(command: Command): Promise<CommandResult>;
  /** Goes over to other options with no connection closed; never rejects. Where it cannot, nothing has changed. */
  apply(options: ProxyOptions): Promise<Applied>;
  /** Drains up to the drain timeout, reports a last time, and ends. A second call joins the first. */
  stop(): Promise<void>;
}

/** Starts a proxy on this thread; throws ListenError or FileError with nothing left open. */
export function startProxy(options: ProxyOptions, { dial, ...deps }: ProxyDeps): RunningProxy {
  const bootId = newBootId();
  const seal = new ReportSeal(options, false);
  const trust = options.control && new ControlTrust(options.control);
  const engine = startEngine(options, { via: viaName(bootId), reusePort: false, dial });
  const identity = identify(options, deps, engine.addr, bootId);
  return takeOrders(run(options, engine, identity, seal, deps), options, identity, trust);
}

/**
 * Starts a proxy on as many threads as its options say, which share its port, where the system can
 * balance connections between them; elsewhere says so and uses one. Rejects with ListenError or FileError.
 */
export async function startProxyThreads(
  options: ProxyOptions,
  deps: Naming & ControlDeps,
  module: WorkerModule,
): Promise<RunningProxy> {
  if (options.workers === 1) return startProxy(options, deps);
  if (Deno.build.os !== "linux") {
    getLogger(["rustproxy", "proxy"]).warn(
      "--workers needs a system that balances connections between listeners of one port, " +
        "as Linux does: using one worker",
    );
    return startProxy(options, deps);
  }
  const seal = new ReportSeal(options, false);
  const trust = options.control && new ControlTrust(options.control);
  const bootId = newBootId();
  const workers = await startWorkers(options, viaName(bootId), module);
  const identity = identify(options, deps, workers.addr, bootId);
  workers.report(identity);
  return takeOrders(run(options, workers, identity, seal, deps), options, identity, trust);
}

/** Lets the manager give orders, where it may, to the last: the connection to it ends behind everything else. */
function takeOrders(
  proxy: RunningProxy,
  { control }: ProxyOptions,
  { proxy_id: proxyId, boot_id: bootId, version }: Identity,
  trust: ControlTrust | null,
): RunningProxy {
  if (!control || !trust) return proxy;
  const { commands } = proxy;
  const execute = (command: Command) => proxy.execute(command);
  const client = new ControlClient(control.manager, trust, {
    ...{ proxyId, bootId, version, commands, execute },
  });
  client.start();
  return {
    ...{ proxyId, commands, execute },
    get addr() {
      return proxy.addr;
    },
    apply: (options) => proxy.apply(options),
    stop: () => proxy.stop().finally(() => client.stop()),
  };
}

function run(
  options: ProxyOptions,
  serving: Serving,
  identity: Identity,
  seal: ReportSeal,
  deps: ControlDeps,
): RunningProxy {
  const proxy = new Running(options, serving, identity, seal, deps);
  const log = getLogger(["rustproxy", "proxy"]);
  log.info(`${options.mode} proxy listening on ${listenText(serving.addr)}`, {
    proxy_id: identity.proxy_id,
    workers: options.workers > 1 ? options.workers : undefined,
    target: options.targets.map(formatAddress).join(","),
    tls: options.tls ? true : undefined,
    access: describeAccess(options.mode, options.access),
    dns: options.dns?.servers.map(({ name }) => name).join(","),
    stats_to: options.statsTo ? formatAddress(options.statsTo) : undefined,
    sealed: options.statsTo && seal.isOn ? true : undefined,
  });
  proxy.warnIfOpen();
  return proxy;
}
