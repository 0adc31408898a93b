import { z } from "zod";
import { formatManagerUrl, type ManagerUrl } from "../../proxy/control/manager_url.ts";
import { managerUrlFlag } from "../../proxy/control/options.ts";
import { secondsFlag } from "../../proxy/flags.ts";
import { labelFlag } from "../../proxy/labels.ts";
import { type CtlTask, parseCtlWords } from "./words.ts";

/** What the program does in a terminal, and with which manager. */
export interface CtlOptions {
  task: CtlTask;
  manager: ManagerUrl;
  /** Who asks, where the manager wants to know. */
  login: CtlLogin | null;
  /** A file with the authority of the manager's certificate, beside those that are trusted anyway. */
  ca: string | null;
  /** Print what the manager says, as it says it. */
  json: boolean;
  /** Do not ask before many connections are closed. */
  yes: boolean;
  /** Seconds to wait for the proxies. */
  timeout: number;
}

/** A secret as it is given, or the file that holds it. */
export type Secret = { text: string } | { flag: string; file: string };
export type CtlLogin = { kind: "password"; user: string; secret: Secret } | {
  kind: "token";
  secret: Secret;
};

/** The environment variables that are read, beside the manager's address. */
export const CTL_VARIABLES = {
  ctlUserEnv: "RUSTPROXY_USER",
  ctlPasswordEnv: "RUSTPROXY_PASSWORD",
  ctlTokenEnv: "RUSTPROXY_TOKEN",
};

const DEFAULT_MANAGER = "127.0.0.1:13337";

const file = (flag: string) => z.string().min(1, `Cannot use ${flag} "": expected a file`);

const flagsSchema = z.object({
  ctl: z.array(z.string()).min(1),
  managerAddr: managerUrlFlag("--manager-addr (or RUSTPROXY_MANAGER)").optional(),
  user: z.string().regex(/^[^:\p{Cc}]{1,200}$/u, "Cannot use --user: expected a name").optional(),
  passwordFile: file("--password-file").optional(),
  tokenFile: file("--token-file").optional(),
  ctlUserEnv: z.string().optional(),
  ctlPasswordEnv: z.string().optional(),
  ctlTokenEnv: z.string().optional(),
  controlCa: file("--control-ca").optional(),
  label: labelFlag.optional(),
  json: z.boolean().default(false),
  yes: z.boolean().default(false),
  timeout: secondsFlag("--timeout", 0.1, 60).default(10),
});

/** Flags as text → what is to be done; the ZodError's issues are whole sentences. */
export const ctlOptionsSchema = flagsSchema.transform((flags, context): CtlOptions => {
  const { json, yes, timeout, controlCa: ca = null } = flags;
  const task = parseCtlWords(flags.ctl, flags.label);
  const manager = flags.managerAddr ?? managerUrlFlag("").parse(DEFAULT_MANAGER);
  const login = loginOf(flags);
  const wrong = [task, login].find((part) => typeof part === "string") ??
    (ca !== null && !manager.tls
      ? `--control-ca needs a manager with TLS, but ${formatManagerUrl(manager)} has none`
      : undefined);
  if (typeof task === "string" || typeof login === "string" || wrong !== undefined) {
    context.addIssue(wrong as string);
    return z.NEVER;
  }
  return { task, manager, login, ca, json, yes, timeout };
});

type Flags = z.infer<typeof flagsSchema>;

/** The command line goes before the environment; a token, where one is given, before a password. */
function loginOf(flags: Flags): CtlLogin | null | string {
  const { passwordFile, tokenFile, ctlPasswordEnv, ctlTokenEnv } = flags;
  if (tokenFile !== undefined && (flags.user !== undefined || passwordFile !== undefined)) {
    return "Cannot use --token-file with --user or --password-file: expected one way to log in";
  }
  if (tokenFile !== undefined) {
    return { kind: "token", secret: { flag: "--token-file", file: tokenFile } };
  }
  const user = flags.user ?? (flags.ctlUserEnv || undefined);
  if (user === undefined || (flags.user === undefined && ctlTokenEnv)) {
    if (passwordFile !== undefined) return "--password-file needs --user";
    return ctlTokenEnv ? { kind: "token", secret: { text: ctlTokenEnv } } : null;
  }
  if (passwordFile !== undefined) {
    return { kind: "password", user, secret: { flag: "--password-file", file: passwordFile } };
  }
  if (ctlPasswordEnv) return { kind: "password", user, secret: { text: ctlPasswordEnv } };
  return "--user needs RUSTPROXY_PASSWORD or --password-file";
}
