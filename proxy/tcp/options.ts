import { z } from "zod";
import { countFlag, listFlag, secondsFlag, wordFlag } from "../flags.ts";
import { formatAddress } from "../net/address.ts";
import { PROXY_VERSIONS, type ProxyVersion } from "../net/proxy_protocol.ts";
import { MAX_TARGETS, parseTarget, repeatedTarget, type Target } from "./target.ts";

export const ALGORITHMS = ["roundrobin", "random", "leastconn", "hash"] as const;
/** How a backend is chosen. */
export type Algorithm = (typeof ALGORITHMS)[number];

export const CHECKS = ["tcp", "http"] as const;

/** What is asked of the backends, and how often. Times in seconds. */
export interface HealthcheckOptions {
  kind: (typeof CHECKS)[number];
  interval: number;
  /** For one check as a whole. */
  timeout: number;
  /** What `http` asks for; 2xx and 3xx are healthy. */
  path: string;
  /** Successes in a row that bring a backend up, and failures that take it down. */
  rise: number;
  fall: number;
}

/** What `--mode tcp` needs to know beside what every mode does. */
export interface BalanceOptions {
  /** Empty in the other modes. */
  targets: Target[];
  lb: Algorithm;
  /** On how many further backends a connection is tried. */
  retries: number;
  healthcheck: HealthcheckOptions | null;
  /** The header that tells backends who the client is; null for none. */
  proxyProtocol: ProxyVersion | null;
}

const targetsFlag = listFlag("--target", MAX_TARGETS, parseTarget).superRefine((list, context) => {
  const repeated = repeatedTarget(list);
  if (repeated) {
    const name = formatAddress(repeated);
    context.addIssue(`Cannot use --target ${name} twice: expected each once, name=3 gives it more`);
  }
});

const pathFlag = z.string().regex(/^\/[!-~]{0,1023}$/, {
  error: ({ input }) =>
    `Cannot use --healthcheck-path ${JSON.stringify(input)}: expected a path such as /health`,
});

/** The flags that are for `--mode tcp` alone, as they come from the command line. */
export const balanceFlags = {
  target: targetsFlag.optional(),
  lb: wordFlag("--lb", ALGORITHMS).optional(),
  retries: countFlag("--retries", 0, MAX_TARGETS).optional(),
  // Bare, as the original had it, it is true.
  healthcheck: z.preprocess(
    (value) => value === true ? "tcp" : value,
    wordFlag("--healthcheck", CHECKS).optional(),
  ),
  healthcheckInterval: secondsFlag("--healthcheck-interval", 0.1, 3600).optional(),
  healthcheckTimeout: secondsFlag("--healthcheck-timeout", 0.1, 3600).optional(),
  healthcheckPath: pathFlag.optional(),
  rise: countFlag("--rise", 1, 100).optional(),
  fall: countFlag("--fall", 1, 100).optional(),
  proxyProtocol: wordFlag("--proxy-protocol", PROXY_VERSIONS).optional(),
};

type Flags = z.infer<z.ZodObject<typeof balanceFlags>>;

const CHECK_FLAGS = [
  "healthcheckInterval",
  "healthcheckTimeout",
  "healthcheckPath",
  "rise",
  "fall",
] as const;

/** The options that the flags make in this mode, or the sentence that says what is wrong with them. */
export function balanceOptions(mode: string, flags: Flags): BalanceOptions | string {
  if (mode !== "tcp") {
    const name = (Object.keys(balanceFlags) as (keyof Flags)[]).find((name) =>
      flags[name] !== undefined
    );
    if (name) return `${given(name, flags)} is for --mode tcp, not for --mode ${mode}`;
  } else if (!flags.target) return "--mode tcp needs --target host:port";
  const orphan = CHECK_FLAGS.find((name) => flags[name] !== undefined);
  if (orphan && !flags.healthcheck) return `${given(orphan, flags)} needs --healthcheck`;
  if (flags.healthcheckPath && flags.healthcheck !== "http") {
    return "--healthcheck-path is for --healthcheck http";
  }
  return {
    targets: flags.target ?? [],
    lb: flags.lb ?? "roundrobin",
    retries: flags.retries ?? 3,
    healthcheck: flags.healthcheck
      ? {
        kind: flags.healthcheck,
        interval: flags.healthcheckInterval ?? 5,
        timeout: flags.healthcheckTimeout ?? 2,
        path: flags.healthcheckPath ?? "/",
        rise: flags.rise ?? 2,
        fall: flags.fall ?? 3,
      }
      : null,
    proxyProtocol: flags.proxyProtocol ?? null,
  };
}

/** The flag as the command line has it; a target with its value. */
function given(name: keyof Flags, flags: Flags): string {
  if (name === "target") return `--target ${flags.target!.map(formatAddress).join(",")}`;
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
