import { getLogger } from "@logtape/logtape";
import { describeAccess, isOpenToAll } from "./access/describe.ts";
import {
  type Command,
  type CommandName,
  type CommandResult,
  commandsOf,
} from "./control/commands.ts";
import { type Serving, startEngine } from "./engine.ts";
import { OptionFiles } from "./files.ts";
import { identify, listenText, type Naming, newBootId, viaName } from "./identity.ts";
import { limitsRecord } from "./limits_record.ts";
import { formatAddress } from "./net/address.ts";
import type { Dial } from "./net/dial.ts";
import type { ProxyOptions } from "./options.ts";
import { ReportSeal } from "./stats/report_seal.ts";
import { type Identity, Reporter } from "./stats/reporter.ts";
import { DatagramSender } from "./stats/sender.ts";
import { startWorkers, type WorkerModule } from "./workers.ts";

export { machineName } from "./identity.ts";
export { FileError } from "./reloaded.ts";

export interface ProxyDeps extends Naming {
  /** Connects to targets; the real one unless a test brings its own. */
  dial?: Dial;
}

export interface RunningProxy {
  addr: Deno.NetAddr;
  proxyId: string;
  /** What it can be told. */
  commands: readonly CommandName[];
  /** Does as it is told; never rejects. A command that comes again does no harm. */
  execute(command: Command): Promise<CommandResult>;
  /** Drains up to the drain timeout, reports a last time, and ends. A second call joins the first. */
  stop(): Promise<void>;
}

/** Starts a proxy on this thread; throws ListenError or FileError with nothing left open. */
export function startProxy(options: ProxyOptions, { dial, ...naming }: ProxyDeps): RunningProxy {
  const bootId = newBootId();
  const seal = new ReportSeal(options, false);
  const engine = startEngine(options, { via: viaName(bootId), reusePort: false, dial });
  return run(options, engine, identify(options, naming, engine.addr, bootId), seal);
}

/**
 * Starts a proxy on as many threads as its options say, which share its port, where the system can
 * balance connections between them; elsewhere says so and uses one. Rejects with ListenError or FileError.
 */
export async function startProxyThreads(
  options: ProxyOptions,
  naming: Naming,
  module: WorkerModule,
): Promise<RunningProxy> {
  if (options.workers === 1) return startProxy(options, naming);
  if (Deno.build.os !== "linux") {
    getLogger(["rustproxy", "proxy"]).warn(
      "--workers needs a system that balances connections between listeners of one port, " +
        "as Linux does: using one worker",
    );
    return startProxy(options, naming);
  }
  // The workers read them too; here, what is wrong with them can be told in a line.
  const files = new OptionFiles(options, false);
  const seal = new ReportSeal(options, false);
  const bootId = newBootId();
  const workers = await startWorkers(options, viaName(bootId), module);
  files.watch();
  const identity = identify(options, naming, workers.addr, bootId);
  workers.report(identity);
  const proxy = run(options, workers, identity, seal);
  return { ...proxy, stop: () => proxy.stop().finally(() => files.close()) };
}

/** Reports of what serves, until it is stopped. */
function run(
  options: ProxyOptions,
  serving: Serving,
  identity: Identity,
  seal: ReportSeal,
): RunningProxy {
  const log = getLogger(["rustproxy", "proxy"]);
  const name = listenText(serving.addr);
  const reporting = options.statsTo && startReporter(options, serving, identity, seal);
  log.info(`${options.mode} proxy listening on ${name}`, {
    proxy_id: identity.proxy_id,
    workers: options.workers > 1 ? options.workers : undefined,
    target: options.targets.map(formatAddress).join(","),
    tls: options.tls ? true : undefined,
    access: describeAccess(options.mode, options.access),
    dns: options.dns?.servers.map(({ name }) => name).join(","),
    stats_to: options.statsTo ? formatAddress(options.statsTo) : undefined,
    sealed: reporting && seal.isOn ? true : undefined,
  });
  if (isOpenToAll(options, serving.addr.hostname)) {
    log.warn(
      `The ${options.mode} proxy on ${name} is open to everybody who reaches it: ` +
        "--auth or --allow says who may use it",
    );
  }
  const stop = async () => {
    await serving.drain();
    await reporting?.reporter.drain();
    await serving.end();
    await reporting?.reporter.stop();
    reporting?.sender.close();
    seal.close();
    log.info(`${options.mode} proxy on ${name} stopped`);
  };
  let stopping: Promise<void> | null = null;
  return {
    addr: serving.addr,
    proxyId: identity.proxy_id,
    commands: commandsOf(options.mode),
    execute: ({ command }) => Promise.resolve({ ok: false, detail: `${command} is not there yet` }),
    stop: () => stopping ??= stop(),
  };
}

function startReporter(
  options: ProxyOptions,
  serving: Serving,
  identity: Identity,
  seal: ReportSeal,
) {
  const sender = new DatagramSender(options.statsTo!);
  const reporter = new Reporter(serving.source, identity, {
    interval: options.reportInterval,
    bandwidth: options.reportBandwidth * (serving.reportShare ?? 1),
    ...seal.sending(identity.boot_id, (bytes) => sender.send(bytes)),
    backends: () => serving.backends(),
    limits: () => limitsRecord(options),
    figures: serving.figures,
  });
  seal.watch();
  reporter.start();
  return { reporter, sender };
}
