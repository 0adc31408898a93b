import type { Command } from "../../proxy/control/commands.ts";
import type { OrderReply } from "../api/model_control.ts";
import { FileError } from "../../proxy/reloaded.ts";
import { CtlError, ManagerApi } from "./api.ts";
import type { CtlOptions } from "./options.ts";
import { showOrder, showShown, showView } from "./views.ts";
import { CTL_HELP, type View } from "./words.ts";

/** Where it writes, and whom it asks. */
export interface Terminal {
  print(text: string): void;
  complain(text: string): void;
  /** Null where nobody is there to answer. */
  confirm(question: string): boolean | null;
}

/** Asks the manager, or tells it what to do; the exit code. */
export async function runCtl(options: CtlOptions, terminal: Terminal): Promise<number> {
  const { task } = options;
  if (task.kind === "help") {
    terminal.print(CTL_HELP);
    return 0;
  }
  try {
    using api = new ManagerApi(options);
    if (task.kind === "order") return await order({ ...options, task }, api, terminal);
    const reply = await api.get(task.path);
    terminal.print(options.json ? JSON.stringify(reply, null, 2) : view(task.view, reply, api));
    return 0;
  } catch (error) {
    if (!(error instanceof CtlError || error instanceof FileError)) throw error;
    terminal.complain(error.message);
    return 1;
  }
}

function view(view: View, reply: unknown, api: ManagerApi): string {
  try {
    return showView(view, reply);
  } catch (error) {
    // What it says is believed as far as it fits.
    throw error instanceof TypeError ? api.notUnderstood() : error;
  }
}

async function give(command: string, body: unknown, api: ManagerApi): Promise<OrderReply> {
  const reply = await api.post(`/api/control/${command}`, body) as OrderReply;
  if (!Array.isArray(reply.results)) throw api.notUnderstood();
  return reply;
}

type OrderTask = Extract<CtlOptions["task"], { kind: "order" }>;

async function order(
  options: CtlOptions & { task: OrderTask },
  api: ManagerApi,
  terminal: Terminal,
): Promise<number> {
  const { task: { commands, kind: _, ...to }, json, timeout } = options;
  let code = 0;
  for (const told of commands) {
    if (!await mayDo(told, options, api, terminal)) return 1;
    const { command, ...params } = told;
    const body = { ...params, ...to, timeout };
    const reply = await give(command, body, api);
    terminal.print(
      json
        ? JSON.stringify(reply, null, 2)
        : told.command === "show"
        ? showShown(reply, to)
        : showOrder(reply, to),
    );
    const isDone = reply.results.every(({ outcome }) => outcome === "done");
    if (!isDone || reply.results.length === 0) code = 1;
  }
  return code;
}

/** Asks before many connections are closed, with how many exactly. */
async function mayDo(
  told: Command,
  { task: { kind: _, commands: __, ...to }, yes, timeout }: CtlOptions & { task: OrderTask },
  api: ManagerApi,
  terminal: Terminal,
): Promise<boolean> {
  if (told.command !== "close_matching" || yes) return true;
  const { filter } = told;
  const body = { filter, ...to, timeout };
  const reply = await give("count_matching", body, api);
  const { results } = reply;
  const counted = results.filter(({ outcome }) => outcome === "done");
  if (counted.length === 0) {
    terminal.complain("Closed nothing: no proxy says how many connections match");
    terminal.print(showOrder(reply, to));
    return false;
  }
  const count = counted.reduce((sum, { count = 0 }) => sum + count, 0);
  const fit = Object.entries(filter).map(([key, value]) => `${key}=${value}`).join(" ");
  const what = `${count} ${count === 1 ? "connection" : "connections"} of ${counted.length} ` +
    `${counted.length === 1 ? "proxy" : "proxies"}`;
  const missing = results.length - counted.length;
  const left = missing > 0 ? ` (${missing} more did not answer)` : "";
  const answer = terminal.confirm(`Close ${what}${left}, ${fit || "whatever they are"}?`);
  if (answer) return true;
  terminal.complain(
    answer === null
      ? `Closed nothing: ${what} match, and nobody is here to ask; expected --yes`
      : "Closed nothing",
  );
  return false;
}
