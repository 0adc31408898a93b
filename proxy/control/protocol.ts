/**
 * What a proxy and its manager say to each other over the control channel: JSON, a message a frame. Pure.
 *
 * The proxy connects and says `hello`; the manager proves that it has the key with its `challenge`, the proxy
 * with its `proof`, and after `welcome` there are commands and their results. Each side closes with a code of
 * {@link CLOSE_REASONS} where the other does not keep to that.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { resultSchema } from "./commands.ts";

/** The version of the protocol; what differs in it is not understood by the other side. */
export const PROTOCOL = 1;
/** Where the manager's HTTP side has the channel, below its base path. */
export const CONTROL_PATH = "/control";
/** The largest message to a proxy, in bytes; to the manager it is what its HTTP side takes. */
export const MAX_ORDER_BYTES = 128 * 1024;

/** Why either side ends the connection; a code of RFC 6455, section 7.4.2, that only these two know. */
export const CLOSE_REASONS = {
  4400: "bad_message",
  4401: "wrong_key",
  4408: "too_slow",
  4409: "replaced",
  4413: "message_too_big",
  4426: "unknown_version",
} as const;
export type CloseReason = (typeof CLOSE_REASONS)[keyof typeof CLOSE_REASONS];

/** The code that says this. */
export function closeCodeOf(reason: CloseReason): number {
  const codes = Object.keys(CLOSE_REASONS).map(Number) as (keyof typeof CLOSE_REASONS)[];
  return codes.find((code) => CLOSE_REASONS[code] === reason)!;
}

const bytes32 = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, "expected 32 bytes in base64");

/** Of a hello of any version. */
export const anyHelloSchema = z.looseObject({ type: z.literal("hello"), v: z.number().int() });

/** A command's id: what repeats one is known by it. */
export const orderIdSchema = z.string().regex(
  /^[A-Za-z0-9._-]{1,64}$/,
  "expected 1 to 64 characters from A-Za-z0-9._-",
);

/** What a proxy says first. */
export const helloSchema = z.object({
  type: z.literal("hello"),
  v: z.literal(PROTOCOL),
  proxy_id: z.string().regex(/^[A-Za-z0-9._-]{1,128}$/),
  boot_id: z.string().regex(/^[0-9a-f]{32}$/),
  /** Of the program. */
  version: z.string().max(64),
  /** Which key it has, as `controlKeyId` names it. */
  key_id: z.string().regex(/^[0-9a-f]{8}$/),
  nonce: bytes32,
  /** The commands that it knows. */
  commands: z.array(z.string().regex(/^[a-z_]{1,32}$/)).max(64),
});
export type Hello = z.infer<typeof helloSchema>;

/** What else a proxy says: its proof, and later the results of commands. */
export const fromProxySchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("proof"), proof: bytes32 }),
  z.object({
    type: z.literal("result"),
    id: orderIdSchema,
    result: resultSchema,
    /** It was not tried: the proxy does not know such a command, or has too many of them. */
    refused: z.boolean().optional(),
  }),
]);
export type FromProxy = z.infer<typeof fromProxySchema>;
/** The answer to a command. */
export type Answer = Extract<FromProxy, { type: "result" }>;

/** What the manager says. */
export const fromManagerSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("challenge"), nonce: bytes32, proof: bytes32 }),
  z.object({ type: z.literal("welcome") }),
  z.object({
    type: z.literal("command"),
    id: orderIdSchema,
    /** Judged by itself, so that one that only a newer proxy knows is an answer and no broken connection. */
    command: z.looseObject({ command: z.string().max(32) }),
  }),
]);
export type FromManager = z.infer<typeof fromManagerSchema>;

/** What tells a command from every other one, at a length of its own: what is remembered of it. */
export function digestOf(command: { command: string }): string {
  return createHash("sha256").update(JSON.stringify(command)).digest("base64");
}

/** The message in a frame's text, or null where it is none of these. */
export function readMessage<T>(schema: z.ZodType<T>, text: string | null): T | null {
  try {
    return schema.safeParse(JSON.parse(text ?? "")).data ?? null;
  } catch {
    return null;
  }
}
