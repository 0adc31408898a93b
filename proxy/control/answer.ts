import type { Command, CommandResult } from "./commands.ts";
import type { Outcome } from "./outcome.ts";

/** No answer is longer, however many things went wrong. */
const MAX_DETAIL = 900;

/** What is answered to a command that was carried out like this. */
export function answerTo(command: Command, { error, note, count }: Outcome): CommandResult {
  if (error) return refusal(error);
  const said = sentence(command, count ?? 0);
  const detail = cut(note ? `${said}; ${note}` : said);
  const counts = count !== undefined && command.command !== "drain";
  return { ok: true, detail, ...counts && { count } };
}

/** What is answered to a command that was not. */
export function refusal(why: string): CommandResult {
  return { ok: false, detail: cut(why) };
}

/** As much of a sentence as an answer may hold; the log has the rest. */
export function cut(text: string): string {
  return text.length <= MAX_DETAIL ? text : `${text.slice(0, MAX_DETAIL)}…`;
}

function sentence(command: Command, count: number): string {
  const closed = count === 1 ? "1 connection closed" : `${count} connections closed`;
  switch (command.command) {
    case "close_connection":
      return count > 0 ? closed : `connection ${command.id} does not run`;
    case "close_matching":
      return closed;
    case "count_matching":
      return count === 1 ? "1 connection matches" : `${count} connections match`;
    case "show":
      return "told";
    case "drain":
      return "drains: it does not listen, and what runs may finish";
    case "resume":
      return "listens";
    case "stop":
      return "stops";
    case "pause_accepting":
      return "takes no connection; those that come wait";
    case "resume_accepting":
      return "takes connections";
    case "set_limits":
      return "limits set";
    case "set_access":
      return `${rules(command.rules.length)} set${command.close ? `; ${closed}` : ""}`;
    case "backend":
      return BACKEND[command.action](command.name, command.weight ?? 1);
    case "block_client":
      return `${command.ip} blocked for ${command.seconds} s; ${closed}`;
    case "unblock_client":
      return `${command.ip} not blocked`;
    case "set_log_level":
      return `log level ${command.level}`;
    case "reload":
      return "read again";
  }
}

function rules(n: number): string {
  return n === 1 ? "1 rule" : `${n} rules`;
}

const BACKEND: Record<
  (Command & { command: "backend" })["action"],
  (name: string, weight: number) => string
> = {
  enable: (name) => `${name} enabled`,
  disable: (name) => `${name} disabled: no new connections, no checks`,
  drain: (name) => `${name} drains: no new connections`,
  weight: (name, weight) => `${name} has weight ${weight}`,
  add: (name) => `${name} is a backend`,
  remove: (name) => `${name} is no backend any more; its connections may finish`,
};
