import { getLogger } from "@logtape/logtape";
import type { Level, LogSettings } from "../log.ts";
import type { RunningManager } from "../manager/mod.ts";
import type { ManagerOptions } from "../manager/options.ts";
import { cut } from "../proxy/control/answer.ts";
import type { CommandResult } from "../proxy/control/commands.ts";
import { changeable, isSame } from "../proxy/control/differences.ts";
import type { ControlDeps, RunningProxy } from "../proxy/mod.ts";
import type { ProxyOptions } from "../proxy/options.ts";
import { ConfigError } from "./open.ts";
import type { Config } from "./read.ts";

/** What a household is made of. */
export interface HouseholdDeps {
  startManager(options: ManagerOptions): Promise<RunningManager>;
  startProxy(options: ProxyOptions, deps: ControlDeps): Promise<RunningProxy>;
  /** The configuration as it is now; throws ConfigError. */
  read(): Config;
  /** Sets how much the program logs. */
  setLogLevel(level: Level): void;
  /** What the command line says of the log, which goes before the file. */
  log: LogSettings;
  /** Told when the last proxy was told to stop, and nothing else is there. */
  onStop(): void;
}

/** A proxy that runs. */
interface Member {
  proxy: RunningProxy;
  /** As the file has it, as far as that holds. */
  options: ProxyOptions;
}

/** What a reload has done, and what it could not. */
interface Outcome {
  done: string[];
  restart: string[];
  failed: string[];
}

/** The manager and the proxies of one file, in one process. */
export class Household {
  manager: RunningManager | null = null;
  readonly proxies = new Map<string, Member>();
  readonly #deps: HouseholdDeps;
  readonly #log = getLogger(["rustproxy", "config"]);
  /** Proxies that have been told to stop, and drain. */
  readonly #leaving = new Set<Promise<void>>();
  #config: Config;
  /** In which form it logs, to the end. */
  readonly #format: LogSettings["format"];
  #stopping: Promise<void> | null = null;
  #lastReload: Promise<unknown> = Promise.resolve();

  private constructor(config: Config, deps: HouseholdDeps) {
    this.#config = config;
    this.#format = config.log.format;
    this.#deps = deps;
  }

  /** Starts all that the configuration has; rejects with what a part could not, with nothing left running. */
  static async start(config: Config, deps: HouseholdDeps): Promise<Household> {
    const household = new Household(config, deps);
    try {
      // The manager first, so that it hears of each proxy's start.
      if (config.manager) household.manager = await deps.startManager(config.manager);
      for (const [name, options] of config.proxies) await household.#add(name, options);
    } catch (error) {
      await household.stop();
      throw error;
    }
    return household;
  }

  /** Reads the configuration again and applies what has changed; one that is wrong changes nothing. Never rejects. */
  reload(): Promise<CommandResult> {
    const turn = this.#lastReload.then(() => this.#reload());
    this.#lastReload = turn.catch(() => {});
    return turn;
  }

  /** Drains and ends everything, the manager last. A second call joins the first. */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  async #stop(): Promise<void> {
    // A reload that is under way would start what nobody stops.
    await this.#lastReload;
    for (const name of [...this.proxies.keys()]) this.#remove(name);
    await Promise.all(this.#leaving);
    await this.manager?.stop();
  }

  async #reload(): Promise<CommandResult> {
    if (this.#stopping) return { ok: false, detail: "it stops" };
    let next: Config;
    try {
      next = this.#deps.read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const problems = error.message.split("\n");
      for (const problem of problems) this.#log.error(problem);
      const detail = problems.length === 1 ? problems[0] : `${problems[0]}, and more: see its log`;
      this.#log.error("The configuration is wrong, and what was read before stays in use");
      return { ok: false, detail: cut(`${detail}; nothing has changed`) };
    }
    const outcome: Outcome = { done: [], restart: [], failed: [] };
    this.#applyLog(next, outcome);
    this.#applyManager(next, outcome);
    await this.#applyProxies(next, outcome);
    this.#config = next;
    return this.#tell(outcome);
  }

  #applyLog({ log }: Config, { done, restart }: Outcome): void {
    const { level } = this.#config.log;
    if (log.format !== this.#format && !this.#deps.log.format) restart.push("log_format");
    if (log.level === level || this.#deps.log.level) return;
    this.#deps.setLogLevel(log.level ?? "info");
    for (const { proxy } of this.proxies.values()) {
      // The threads of a proxy log by themselves.
      void proxy.execute({ command: "set_log_level", level: log.level ?? "info" });
    }
    done.push("log_level");
  }

  #applyManager({ manager: next }: Config, { done, restart, failed }: Outcome) {
    if (!this.manager || !next) {
      if (this.manager || next) restart.push("manager");
      return;
    }
    // It knows what holds, which is not what the file said before where that could not be applied.
    const { applied, restart: kept, error } = this.manager.apply(next);
    if (applied.length > 0) done.push(`manager (${applied.join(", ")})`);
    if (kept.length > 0) restart.push(`manager (${kept.join(", ")})`);
    if (error) failed.push(`manager: ${error}`);
  }

  async #applyProxies({ proxies: next }: Config, outcome: Outcome) {
    const { done, failed } = outcome;
    for (const [name, { proxy, options }] of [...this.proxies]) {
      // One of another mode is another proxy of the same name.
      if (next.get(name)?.mode === options.mode) continue;
      // Its port may be for another one now.
      await proxy.execute({ command: "drain" });
      this.#remove(name);
      done.push(`${name} (removed)`);
    }
    // Those that move give up their addresses before others begin.
    await this.#changeAll(next, outcome);
    for (const [name, options] of next) {
      if (this.proxies.has(name)) continue;
      try {
        await this.#add(name, options);
        done.push(`${name} (added)`);
      } catch (error) {
        failed.push(`${name}: ${(error as Error).message}`);
      }
    }
  }

  async #changeAll(next: Config["proxies"], { done, restart, failed }: Outcome): Promise<void> {
    let left = [...this.proxies];
    for (let before = Infinity; left.length < before;) {
      before = left.length;
      const errors: string[] = [];
      const again: typeof left = [];
      for (const [name, member] of left) {
        const wanted = changeable(member.options, next.get(name)!);
        const { applied, error } = isSame(member.options, wanted.options)
          ? { applied: [] }
          : await member.proxy.apply(wanted.options);
        if (error) {
          errors.push(`${name}: ${error}`);
          again.push([name, member]);
          continue;
        }
        member.options = wanted.options;
        if (applied.length > 0) done.push(`${name} (${applied.join(", ")})`);
        const kept = wanted.restart.map(keyName).join(", ");
        if (kept !== "") restart.push(`${name} (${kept})`);
      }
      // One may want an address that one behind it had until now.
      left = again;
      if (left.length === before) failed.push(...errors);
    }
  }

  #tell({ done, restart, failed }: Outcome): CommandResult {
    const parts = [
      done.length > 0 ? `changed ${done.join(", ")}` : "nothing has changed",
      ...restart.length > 0 ? [`a restart is needed for ${restart.join(", ")}`] : [],
      ...failed.length > 0 ? [`failed: ${failed.join("; ")}`] : [],
    ];
    const detail = parts.join("; ");
    const line = `Read the configuration again: ${detail}`;
    if (failed.length > 0) this.#log.error(line);
    else if (restart.length > 0) this.#log.warn(line);
    else this.#log.info(line);
    return { ok: failed.length === 0, detail: cut(detail) };
  }

  async #add(name: string, options: ProxyOptions): Promise<void> {
    const proxy = await this.#deps.startProxy(options, {
      setLogLevel: (level) => this.#deps.setLogLevel(level),
      reload: () => this.reload(),
      onStop: () => this.#told(name),
    });
    this.proxies.set(name, { proxy, options });
  }

  /** Its manager has told it to stop; the others go on. */
  #told(name: string): void {
    this.#remove(name);
    if (this.proxies.size === 0 && !this.manager) this.#deps.onStop();
  }

  #remove(name: string): void {
    const member = this.proxies.get(name);
    this.proxies.delete(name);
    if (!member) return;
    const leaving = member.proxy.stop().catch((error) => {
      this.#log.error(`Cannot stop ${name}: ${error}`);
    }).finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }
}

/** An option as a file has it. */
function keyName(option: string): string {
  if (option === "statsTo") return "manager_addr";
  return option.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
