import { getLogger } from "@logtape/logtape";
import { isOpenToAll } from "./access/describe.ts";
import { answerTo, refusal } from "./control/answer.ts";
import { limitsNow, optionsAfter } from "./control/changes.ts";
import {
  type Command,
  type CommandOf,
  type CommandResult,
  commandsOf,
  isReading,
} from "./control/commands.ts";
import { differences } from "./control/differences.ts";
import type { EngineOrder, Outcome } from "./control/outcome.ts";
import { boundShown } from "./control/shown.ts";
import { listenText } from "./identity.ts";
import { limitsRecord } from "./limits_record.ts";
import type { ProxyOptions } from "./options.ts";
import { type ReportPlan, Reports } from "./reports.ts";
import type { Serving } from "./serving.ts";
import type { ReportSeal } from "./stats/report_seal.ts";
import type { Identity } from "./stats/reporter.ts";
import { Turns } from "./turns.ts";

/** What the program does for a proxy that is told to; without one, such a command is refused. */
export interface ControlDeps {
  /** Told to stop: to do as for SIGTERM, which ends with {@link Running.stop}. Without it only the proxy stops. */
  onStop?(): void;
  /** Sets how much the program logs from now on. */
  setLogLevel?(level: CommandOf<"set_log_level">["level"]): void;
  /** Reads the configuration file again and applies what has changed. Without it there is no such file. */
  reload?(): Promise<CommandResult>;
}

/** What became of other options: the names of what has changed, or why nothing has. */
export interface Applied {
  applied: string[];
  error?: string;
}

/** Commands that a proxy which stops still follows. */
const TO_THE_END: ReadonlySet<Command["command"]> = new Set<Command["command"]>([
  "close_connection",
  "close_matching",
  "count_matching",
  "show",
  "stop",
]);

/** A proxy that serves and reports, and can be told things. */
export class Running {
  readonly proxyId: string;
  readonly #serving: Serving;
  readonly #seal: ReportSeal;
  readonly #deps: ControlDeps;
  readonly #log = getLogger(["rustproxy", "proxy"]);
  readonly #reports: Reports | null;
  #options: ProxyOptions;
  #stopping: Promise<void> | null = null;
  readonly #turns = new Turns();

  constructor(
    options: ProxyOptions,
    serving: Serving,
    identity: Identity,
    seal: ReportSeal,
    deps: ControlDeps,
  ) {
    this.proxyId = identity.proxy_id;
    this.#options = options;
    this.#serving = serving;
    this.#seal = seal;
    this.#deps = deps;
    const plan = this.#plan(options);
    this.#reports = plan && new Reports(plan, serving.source, identity, seal, {
      backends: () => serving.backends(),
      limits: () => limitsRecord(this.#options),
      labels: () => this.#options.labels,
      figures: serving.figures,
    });
  }

  get addr(): Deno.NetAddr {
    return this.#serving.addr;
  }

  get commands() {
    return commandsOf(this.#options.mode);
  }

  /** Does as it is told; never rejects. A command that comes again does no harm. */
  async execute(command: Command): Promise<CommandResult> {
    const result = await this.#try(command)
      .catch((error) => refusal(this.#failed(`The command ${command.command}`, error)));
    if (!isReading(command.command)) {
      const { ok, detail } = result;
      this.#log.info(`Told to ${command.command}: ${ok ? "" : "refused, "}${detail}`);
    }
    return result;
  }

  /**
   * Goes over to other options with no connection closed; never rejects. What cannot change while it runs
   * leaves all as it was.
   */
  apply(options: ProxyOptions): Promise<Applied> {
    return this.#turns.take(() => this.#apply(options))
      .catch((error) => ({ applied: [], error: this.#failed("A change of options", error) }));
  }

  /** Drains up to the drain timeout, reports a last time, and ends. A second call joins the first. */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  async #stop(): Promise<void> {
    await this.#turns.over();
    await this.#serving.drain();
    this.#reports?.drain();
    await this.#serving.end();
    await this.#reports?.stop();
    this.#seal.close();
    this.#log.info(`${this.#options.mode} proxy on ${listenText(this.addr)} stopped`);
  }

  /** Tells of what must not happen; returns what whoever asked is told. */
  #failed(what: string, error: unknown): string {
    this.#log.error(`${what} failed: ${(error as Error)?.stack ?? error}`);
    return "it failed: the proxy's log says why";
  }

  async #try(command: Command): Promise<CommandResult> {
    const name = command.command;
    if (!this.commands.includes(name)) {
      return refusal(`${name} is not for --mode ${this.#options.mode}`);
    }
    if (this.#stopping && !TO_THE_END.has(name)) return refusal("it stops");
    switch (name) {
      case "show":
        return await this.#show(command);
      case "stop":
        // Once the answer is on its way.
        setTimeout(() => this.#deps.onStop ? this.#deps.onStop() : this.stop());
        return answerTo(command, { error: "" });
      case "reload":
        return await this.#reload(command);
      case "set_log_level":
        if (!this.#deps.setLogLevel) return refusal("nobody here sets the log level");
        this.#deps.setLogLevel(command.level);
        return await this.#order(command, command);
      case "set_limits":
      case "set_access":
        return answerTo(command, await this.#change(command));
      case "backend":
        return answerTo(command, await this.#backend(command));
      case "drain":
      case "resume":
        return await this.#turns.take(async () => {
          const result = await this.#order(command, command);
          if (result.ok) this.#reports?.drain(name === "drain");
          return result;
        });
      case "close_connection":
      case "close_matching":
      case "count_matching":
        return await this.#order(command, command);
      default:
        return await this.#turns.take(() => this.#order(command, command));
    }
  }

  async #order(command: Command, order: EngineOrder): Promise<CommandResult> {
    return answerTo(command, await this.#serving.execute(order));
  }

  async #show(command: CommandOf<"show">): Promise<CommandResult> {
    const { error, shown } = await this.#serving.execute(command);
    if (!shown) return refusal(error);
    const { limits, access: { clients, targets } } = this.#options;
    const levels = ["debug", "info", "warning"] as const;
    const all = boundShown({
      ...shown,
      log_level: levels.find((level) => this.#log.isEnabledFor(level)) ?? "error",
      limits: limitsNow(limits),
      access: [...clients, ...targets],
    });
    return { ...answerTo(command, { error: "" }), shown: all };
  }

  #backend(command: CommandOf<"backend">): Promise<Outcome> {
    const order = ORDERS[command.action];
    if (!order) return this.#change(command);
    const { name } = command;
    return this.#turns.take(() => this.#serving.execute({ command: "order_backend", name, order }));
  }

  /** A command that is a change of options. */
  #change(command: CommandOf<"set_limits" | "set_access" | "backend">): Promise<Outcome> {
    return this.#turns.take(async () => {
      const options = optionsAfter(this.#options, command);
      if (typeof options === "string") return { error: options };
      const { error = "", applied } = await this.#apply(options);
      if (error) return { error };
      if (command.command === "set_access" && command.close) {
        return await this.#serving.execute({ command: "close_denied" });
      }
      return { error, note: applied.length > 0 ? "" : "as it was before" };
    });
  }

  async #reload(command: CommandOf<"reload">): Promise<CommandResult> {
    const { authFile, tls, statsKeyFile } = this.#options;
    const files = authFile !== null || tls !== null || statsKeyFile !== null;
    if (!files && !this.#deps.reload) return refusal("there is no file to read again");
    const { error } = await this.#serving.execute(command);
    const problem = error || await this.#seal.reload();
    if (problem) return refusal(`${problem}; what was read before stays in use`);
    return this.#deps.reload ? await this.#deps.reload() : answerTo(command, { error: "" });
  }

  async #apply(next: ProxyOptions): Promise<Applied> {
    if (this.#stopping) return { applied: [], error: "it stops" };
    const before = this.#options;
    const { changed, restart } = differences(before, next);
    if (restart.length > 0) {
      return { applied: [], error: `it needs a restart for another ${restart.join(", ")}` };
    }
    if (changed.length === 0) return { applied: [] };
    const wasOpen = isOpenToAll(before, this.addr.hostname);
    const { error } = await this.#serving.apply(next);
    if (error) return { applied: [], error };
    this.#options = next;
    if (!wasOpen) this.warnIfOpen();
    const plan = this.#plan(next);
    if (plan) this.#reports?.change(plan);
    this.#reports?.moved(listenText(this.addr));
    return { applied: changed };
  }

  /** Says so where everybody may use the proxy. */
  warnIfOpen(): void {
    if (!isOpenToAll(this.#options, this.addr.hostname)) return;
    this.#log.warn(
      `The ${this.#options.mode} proxy on ${listenText(this.addr)} is open to everybody who ` +
        "reaches it: --auth or --allow says who may use it",
    );
  }

  #plan({ statsTo, reportInterval: interval, reportBandwidth }: ProxyOptions): ReportPlan | null {
    const bandwidth = reportBandwidth * (this.#serving.reportShare ?? 1);
    return statsTo && { to: statsTo, interval, bandwidth };
  }
}

/** What becomes of a backend by actions that leave it one. */
const ORDERS: Partial<
  Record<CommandOf<"backend">["action"], "enabled" | "drained" | "disabled">
> = { enable: "enabled", disable: "disabled", drain: "drained" };
