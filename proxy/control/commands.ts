/** What a running proxy can be told, and what it answers; the same on both sides of the control channel. Pure. */
import { z } from "zod";
import { MAX_RULES, parseAccess } from "../access/options.ts";
import { MAX_PATTERN } from "../glob.ts";
import { AddressError } from "../net/address.ts";
import { parseCidr } from "../net/cidr.ts";
import { MAX_WEIGHT, parseTarget } from "../tcp/target.ts";
import { shownSchema } from "./shown.ts";

/** The longest text that is taken as an address, a backend's name or a rule. */
const MAX_TEXT = 300;
const MAX_SECONDS = 1e9;
/** The longest time that a client's address is blocked for: 30 days. */
const MAX_BLOCK_SECONDS = 30 * 86_400;
/** The highest limit on connections. */
export const MAX_CONNECTIONS = 1_000_000;
const MAX_DETAIL = 1000;

/** A text that `parse` throws no AddressError for. */
const parsed = (what: string, parse: (text: string) => unknown) =>
  z.string().max(MAX_TEXT).superRefine((text, context) => {
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
      context.addIssue(`Cannot parse ${what} ${JSON.stringify(text)}: ${error.message}`);
    }
  });

const network = (what: string) => parsed(what, parseCidr);
const pattern = z.string().min(1).max(MAX_PATTERN);
const seconds = z.number().min(0).max(MAX_SECONDS);

/** Connections that have all of these properties; without any, all connections. */
export const filterSchema = z.strictObject({
  /** An address, or a network as address/bits. */
  client: network("client").optional(),
  /** As the connection's record has it; `*` stands for anything. */
  target: pattern.optional(),
  /** `*` stands for anything. */
  user: pattern.optional(),
  state: z.enum(["connecting", "active"]).optional(),
  /** Nothing has moved for at least so many seconds. */
  idle_s: seconds.optional(),
  /** Accepted at least so many seconds ago. */
  older_s: seconds.optional(),
});
export type ConnectionFilter = z.infer<typeof filterSchema>;

const connections = z.int().min(1).max(MAX_CONNECTIONS).nullable().optional();
const bytesPerSecond = z.number().min(1e3).max(1e12).nullable().optional();

/** What is left out stays as it is; null lifts a limit. */
const limits = {
  max_connections: connections,
  max_connections_per_client: connections,
  /** New connections a second of one client address. */
  accept_rate: connections,
  /** Seconds. */
  idle_timeout: z.number().min(0).max(1_000_000).nullable().optional(),
  /** Bytes a second of the whole proxy, each way. */
  bandwidth: bytesPerSecond,
  /** Bytes a second of one connection, each way. */
  bandwidth_per_connection: bytesPerSecond,
};

const rules = z.array(z.string().max(MAX_TEXT)).max(MAX_RULES).superRefine((values, context) => {
  const access = parseAccess(values);
  if (typeof access === "string") context.addIssue(access);
});

export const BACKEND_ACTIONS = ["enable", "disable", "drain", "weight", "add", "remove"] as const;

const backend = z.strictObject({
  command: z.literal("backend"),
  action: z.enum(BACKEND_ACTIONS),
  /** `host:port`. */
  name: parsed("name", parseTarget).refine((name) => !name.includes("="), {
    error: "expected host:port, with its weight apart",
  }),
  /** For `weight`, and for `add`, where it is 1 unless told. */
  weight: z.int().min(1).max(MAX_WEIGHT).optional(),
}).superRefine(({ action, weight }, context) => {
  if (action === "weight" && weight === undefined) {
    context.addIssue({ code: "custom", path: ["weight"], message: "weight needs a weight" });
  }
  if (action !== "weight" && action !== "add" && weight !== undefined) {
    context.addIssue({ code: "custom", path: ["weight"], message: `${action} takes no weight` });
  }
});

const plain = <const Name extends string>(command: Name) =>
  z.strictObject({ command: z.literal(command) });

/** One order to a proxy. */
export const commandSchema = z.discriminatedUnion("command", [
  /** Closes one connection; `id` is the number that the proxy's reports give it. */
  z.strictObject({ command: z.literal("close_connection"), id: z.int().min(1) }),
  /** Closes exactly those that fit, and says how many; … */
  z.strictObject({ command: z.literal("close_matching"), filter: filterSchema }),
  /** … says how many that would be now. */
  z.strictObject({ command: z.literal("count_matching"), filter: filterSchema }),
  /** Tells the rules, blocks and limits that hold; changes nothing. */
  plain("show"),
  /** Listens no longer, and lets what runs finish. */
  plain("drain"),
  /** Listens again on the same port. */
  plain("resume"),
  /** Drains and ends, as SIGTERM does. */
  plain("stop"),
  /** Takes no connection; the port stays open, and those that come wait in the system's queue. */
  plain("pause_accepting"),
  plain("resume_accepting"),
  z.strictObject({ command: z.literal("set_limits"), ...limits }),
  z.strictObject({
    command: z.literal("set_access"),
    /** All rules from now on, such as `--allow 10.0.0.0/8` or `--deny-target *.test`, in their order. */
    rules,
    /** Ends connections that the rules no longer allow; others than new ones stay without it. */
    close: z.boolean().optional(),
  }),
  backend,
  /** Takes no connection from an address or a network for a time, and closes those that it has. */
  z.strictObject({
    command: z.literal("block_client"),
    ip: network("ip"),
    seconds: z.number().min(1).max(MAX_BLOCK_SECONDS),
  }),
  z.strictObject({ command: z.literal("unblock_client"), ip: network("ip") }),
  z.strictObject({
    command: z.literal("set_log_level"),
    level: z.enum(["debug", "info", "warning", "error"]),
  }),
  /** Reads the configuration and the files that it names again. */
  plain("reload"),
]);

export type Command = z.infer<typeof commandSchema>;
export type CommandName = Command["command"];
export type CommandOf<Name extends CommandName> = Extract<Command, { command: Name }>;

/** Every command's name, in the order of the schema. */
export const COMMANDS: readonly CommandName[] = commandSchema.options.map(
  ({ shape }) => shape.command.value,
);

/** Those that change nothing: harmless however often they come, and nothing that anybody has to answer for. */
export function isReading(command: string): boolean {
  return command === "count_matching" || command === "show";
}

/** The commands that a proxy of this mode understands. */
export function commandsOf(mode: string): CommandName[] {
  return COMMANDS.filter((name) => name !== "backend" || mode === "tcp");
}

/** What became of a command; a newer proxy may say more of it. */
export const resultSchema = z.object({
  ok: z.boolean(),
  /** One sentence: what was done, or why not. */
  detail: z.string().max(MAX_DETAIL),
  /** Connections that were closed, or would be. */
  count: z.int().min(0).optional(),
  /** What `show` asked for. */
  shown: shownSchema.optional(),
});
export type CommandResult = z.infer<typeof resultSchema>;
