import type { z } from "zod";
import { type Command, commandSchema } from "../../proxy/control/commands.ts";
import { rateFlag } from "../../proxy/rate.ts";
import type { Labels } from "../../proxy/stats/labels_record.ts";

/** What is asked of the manager. */
export type CtlTask =
  | { kind: "help" }
  /** Something to read. */
  | { kind: "show"; view: View; path: string }
  /** Commands, one after the other, to the same proxies. */
  | { kind: "order"; commands: Command[] } & Recipients;

/** To whom an order goes, as the API has it. */
export type Recipients = { proxies: string[] | "all" } | { labels: Labels };
export type View = "list" | "status" | "proxies" | "connections";

/** `--ctl help`. */
export const CTL_HELP =
  `rustproxy --ctl <command>, of a manager at --manager-addr (127.0.0.1:13337):

  list                                  the proxies that take orders
  status                                the fleet as one
  proxies                               every proxy that is known
  connections [proxy] [key=value...]    connections; keys: client, target, user, state, reason, limit
  show <proxies>                        limits, rules, blocks, and whether they accept
  close <proxies> <id...>               close these connections
  close <proxies> key=value...          close all that fit; keys: client, target, user, state,
                                        idle and older (seconds); or the word everything
  drain | resume <proxies>              listen no longer, and again
  pause | unpause <proxies>             accept nothing for a while, and again
  stop <proxies>                        end the proxies, as SIGTERM does
  limits <proxies> key=value...         keys: max-connections, max-connections-per-client,
                                        accept-rate, idle-timeout, bandwidth,
                                        bandwidth-per-connection; the value none lifts a limit
  access <proxies> key=value...         all rules from now on, in their order; keys: allow, deny,
                                        allow-target, deny-target; close=yes ends what they no
                                        longer allow; the word none is no rules
  backend <proxies> enable|disable|drain|remove <host:port>
  backend <proxies> weight|add <host:port> <weight>
  block <proxies> <address> [seconds]   take nothing from a client, 600 seconds unless told
  unblock <proxies> <address>
  log-level <proxies> debug|info|warning|error
  reload <proxies>                      read configuration and files again

<proxies> are ids with commas between, or all; with --label env=prod (repeatable) they are left
out, and those that have the labels are meant, which proxies shows too. --json prints what the
manager says, --yes closes without asking, --timeout <seconds> waits longer for the proxies than 10
seconds. Who asks is told by --user and RUSTPROXY_PASSWORD or --password-file, or by RUSTPROXY_TOKEN
or --token-file.

Exit codes: 0 all was done, 1 it was not everywhere, 2 wrong use.`;

type Parsed = CtlTask | string;

/** The words behind `--ctl`, or the sentence that says what is wrong with them. */
export function parseCtlWords([name, ...words]: readonly string[], labels?: Labels): Parsed {
  switch (name) {
    case "help":
      return words.length === 0 ? { kind: "help" } : tooMany(name, words);
    case "list":
    case "status":
    case "proxies":
      if (words.length > 0) return tooMany(name, words);
      if (labels && name !== "proxies") return withLabel(name);
      return { kind: "show", view: name, path: PATHS[name] + queryOf(labels) };
    case "connections":
      return labels ? withLabel(name) : connections(words);
  }
  const make = Object.hasOwn(ORDERS, name) ? ORDERS[name] : null;
  if (!make) {
    const names = ["list", "status", "proxies", "connections", ...Object.keys(ORDERS), "help"];
    return `Cannot use --ctl ${JSON.stringify(name)}: expected one of ${names.join(", ")}`;
  }
  const [target, ...behind] = words;
  if (!labels && (!target || target.includes("="))) {
    return `--ctl ${name} needs the ids of proxies with commas between, or all, or --label`;
  }
  const to: Recipients | string = labels ? { labels } : proxiesOf(target);
  if (typeof to === "string") return `Cannot use --ctl ${name}: ${to}`;
  const told = make(labels ? words : behind);
  if (typeof told === "string") return `Cannot use --ctl ${name}: ${told}`;
  const commands: Command[] = [];
  for (const each of told) {
    const { data, error } = commandSchema.safeParse(each);
    if (!data) return `Cannot use --ctl ${name}: ${sentenceOf(error.issues[0])}`;
    commands.push(data);
  }
  return { kind: "order", ...to, commands };
}

function proxiesOf(text: string): Recipients | string {
  if (text === "all") return { proxies: text };
  const proxies = text.split(",");
  const wrong = proxies.find((id) => !/^[A-Za-z0-9._-]{1,128}$/.test(id));
  return wrong === undefined ? { proxies } : `${JSON.stringify(wrong)} is no id of a proxy`;
}

// What the schema says by itself does not name the value.
function sentenceOf({ code, path, message }: z.core.$ZodIssue): string {
  return code === "custom" ? message : `${path.join(".")}: ${message}`;
}

const PATHS = { list: "/api/control", status: "/api/stats", proxies: "/api/proxies" };

function queryOf(labels: Labels = {}): string {
  const texts = Object.entries(labels).map(([name, value]) => ["label", `${name}=${value}`]);
  return texts.length > 0 ? `?${new URLSearchParams(texts)}` : "";
}

function withLabel(name: string): string {
  return `Cannot use --label with --ctl ${name}: expected an order, or proxies`;
}

function tooMany(name: string, [first]: readonly string[]): string {
  return `Cannot use ${JSON.stringify(first)} with --ctl ${name}: expected nothing behind it`;
}

const CONNECTION_KEYS = ["client", "target", "user", "state", "reason", "limit"];

function connections(words: readonly string[]): Parsed {
  const isNamed = words.length > 0 && !words[0].includes("=");
  const pairs = keyValues(isNamed ? words.slice(1) : words, CONNECTION_KEYS);
  if (typeof pairs === "string") return `Cannot use --ctl connections: ${pairs}`;
  const query = new URLSearchParams([["active", "true"], ...pairs]);
  if (isNamed) query.set("proxy", words[0]);
  return { kind: "show", view: "connections", path: `/api/connections?${query}` };
}

/** Words of `key=value`, or what is wrong with them. */
function keyValues(words: readonly string[], keys: readonly string[]): [string, string][] | string {
  const pairs: [string, string][] = [];
  for (const word of words) {
    const at = word.indexOf("=");
    const key = word.slice(0, Math.max(0, at));
    if (!keys.includes(key)) {
      return `expected key=value with one of ${keys.join(", ")}, found ${JSON.stringify(word)}`;
    }
    pairs.push([key, word.slice(at + 1)]);
  }
  return pairs;
}

/** Commands as they may be, judged by their schema, or what is wrong with the words. */
type Make = (words: readonly string[]) => { command: string; [name: string]: unknown }[] | string;

const plain = (command: string): Make => (words) =>
  words.length === 0
    ? [{ command }]
    : `expected nothing behind it, found ${JSON.stringify(words[0])}`;

/** A command that takes so many words, by their names. */
const fixed = (command: string, names: readonly string[]): Make => (words) =>
  words.length === names.length
    ? [{ command, ...Object.fromEntries(names.map((name, i) => [name, words[i]])) }]
    : `expected ${names.map((name) => `<${name}>`).join(" ")}`;

const ORDERS: Record<string, Make> = {
  show: plain("show"),
  close,
  drain: plain("drain"),
  resume: plain("resume"),
  pause: plain("pause_accepting"),
  unpause: plain("resume_accepting"),
  stop: plain("stop"),
  limits,
  access,
  backend,
  block,
  unblock: fixed("unblock_client", ["ip"]),
  "log-level": fixed("set_log_level", ["level"]),
  reload: plain("reload"),
};

const FILTER_KEYS: Record<string, string> = {
  ...{ client: "client", target: "target", user: "user", state: "state" },
  ...{ idle: "idle_s", older: "older_s" },
};

function close(words: readonly string[]) {
  if (words.length === 0) return "expected ids of connections, key=value, or the word everything";
  if (words.length === 1 && words[0] === "everything") {
    return [{ command: "close_matching", filter: {} }];
  }
  if (words.every((word) => /^\d{1,15}$/.test(word))) {
    return words.map((word) => ({ command: "close_connection", id: Number(word) }));
  }
  const pairs = keyValues(words, Object.keys(FILTER_KEYS));
  if (typeof pairs === "string") return pairs;
  const filter: Record<string, unknown> = {};
  for (const [key, value] of pairs) {
    filter[FILTER_KEYS[key]] = FILTER_KEYS[key].endsWith("_s") ? numberOf(value) : value;
  }
  return [{ command: "close_matching", filter }];
}

const COUNTS = ["max-connections", "max-connections-per-client", "accept-rate", "idle-timeout"];
const RATES = ["bandwidth", "bandwidth-per-connection"];

function limits(words: readonly string[]) {
  const pairs = keyValues(words, [...COUNTS, ...RATES]);
  if (typeof pairs === "string") return pairs;
  if (pairs.length === 0) return "expected key=value";
  const told: Record<string, unknown> = {};
  for (const [key, text] of pairs) {
    const rate = RATES.includes(key) ? rateFlag(key).safeParse(text) : null;
    if (rate && text !== "none" && !rate.success) return rate.error.issues[0].message;
    told[key.replaceAll("-", "_")] = text === "none" ? null : rate ? rate.data : numberOf(text);
  }
  return [{ command: "set_limits", ...told }];
}

function access(words: readonly string[]) {
  if (words.length === 0) return "expected rules, or the word none";
  const pairs = keyValues(words.length === 1 && words[0] === "none" ? [] : words, [
    ...["allow", "deny", "allow-target", "deny-target", "close"],
  ]);
  if (typeof pairs === "string") return pairs;
  const answer = pairs.find(([key]) => key === "close")?.[1];
  if (answer !== undefined && answer !== "yes" && answer !== "no") {
    return "expected close=yes or no";
  }
  const rules = pairs.filter(([key]) => key !== "close").map(([key, value]) => `--${key} ${value}`);
  return [{ command: "set_access", rules, ...(answer === "yes" ? { close: true } : {}) }];
}

function backend([action, name, weight, ...more]: readonly string[]) {
  if (name === undefined || more.length > 0) return "expected <action> <host:port>";
  const weighted = weight === undefined ? {} : { weight: numberOf(weight) };
  return [{ command: "backend", action, name, ...weighted }];
}

const BLOCK_SECONDS = "600";

function block([ip, seconds = BLOCK_SECONDS, ...more]: readonly string[]) {
  if (ip === undefined || more.length > 0) return "expected <address> [seconds]";
  return [{ command: "block_client", ip, seconds: numberOf(seconds) }];
}

/** NaN, which no schema takes, for what is no number in digits. */
function numberOf(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
}
