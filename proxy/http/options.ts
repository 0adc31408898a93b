import { z } from "zod";
import { listFlag } from "../flags.ts";
import { AddressError } from "../net/address.ts";
import { sizeFlag } from "../size.ts";

/** Ports from the first to the last. */
export type PortRange = [first: number, last: number];

/** What `--mode http` needs to know beside what every mode does. Sizes in bytes. */
export interface HttpRules {
  /** Of a request's head, and of a response's. */
  maxHeaderSize: number;
  /** Of a request's body; null is no limit. */
  maxBodySize: number | null;
  /** Where CONNECT may lead to; null is everywhere. */
  connectPorts: PortRange[] | null;
  /** Whether origins are told who the client is, by X-Forwarded-For and Forwarded. */
  forwarded: boolean;
}

const MAX_PORT_RANGES = 256;

function parsePorts(text: string): PortRange {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (first >= 1 && first <= last && last <= 65535) return [first, last];
  throw new AddressError("expected ports from 1 to 65535, such as 443 or 8000-8999");
}

/** The flags that are for `--mode http` alone, as they come from the command line. */
export const httpFlags = {
  maxHeaderSize: sizeFlag("--max-header-size", 1 << 10, 1 << 20).optional(),
  maxBodySize: sizeFlag("--max-body-size", 1, 2 ** 50).optional(),
  connectPorts: listFlag("--connect-ports", MAX_PORT_RANGES, parsePorts).optional(),
  forwarded: z.boolean().optional(),
};

type Flags = z.infer<z.ZodObject<typeof httpFlags>>;

/** The options that the flags make in this mode, or the sentence that says what is wrong with them. */
export function httpRules(mode: string, flags: Flags): HttpRules | string {
  const given = (Object.keys(httpFlags) as (keyof Flags)[]).find((name) =>
    flags[name] !== undefined
  );
  if (mode !== "http" && given) {
    const flag = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return `--${flag} is for --mode http, not for --mode ${mode}`;
  }
  return {
    maxHeaderSize: flags.maxHeaderSize ?? 64 << 10,
    maxBodySize: flags.maxBodySize ?? null,
    connectPorts: flags.connectPorts ?? null,
    forwarded: flags.forwarded ?? false,
  };
}
