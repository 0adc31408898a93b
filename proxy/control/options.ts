import { z } from "zod";
import { type Address, AddressError } from "../net/address.ts";
import { givenKeys, type KeyNames } from "../stats/key_options.ts";
import { formatManagerUrl, type ManagerUrl, managerUrlOf, parseManagerUrl } from "./manager_url.ts";

/** From whom a proxy takes orders. */
export interface ControlOptions {
  manager: ManagerUrl;
  /** The key, or the file that holds it. */
  key: Uint8Array | null;
  keyFile: string | null;
  /** A file with the authority of the manager's certificate, beside those that are trusted anyway. */
  ca: string | null;
}

/** The environment variable that stands for `--control-key`. */
export const CONTROL_KEY_VARIABLE = "RUSTPROXY_CONTROL_KEY";

export const CONTROL_KEY_NAMES: KeyNames = {
  flag: "--control-key",
  fileFlag: "--control-key-file",
  variable: CONTROL_KEY_VARIABLE,
};

const file = (flag: string) => z.string().min(1, `Cannot use ${flag} "": expected a file`);

/** A manager's HTTP address, as a flag of this name gives it. */
export function managerUrlFlag(flag: string) {
  return z.string().transform((text, context) => {
    try {
      return parseManagerUrl(text);
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
      context.addIssue(`Cannot use ${flag} ${JSON.stringify(text)}: ${error.message}`);
      return z.NEVER;
    }
  });
}

/** The flags of the key on either side; the last is the environment's, which the command line's go before. */
export const controlKeyFlags = {
  controlKey: z.union([z.string().transform((text) => [text]), z.array(z.string())]).optional(),
  controlKeyFile: file("--control-key-file").optional(),
  controlKeyEnv: z.string().optional(),
};

/** A proxy's flags of the control channel, as they come from the command line. */
export const controlFlags = {
  control: z.literal(true).optional(),
  controlAddr: managerUrlFlag("--control-addr").optional(),
  controlCa: file("--control-ca").optional(),
  ...controlKeyFlags,
};

type Flags = z.infer<z.ZodObject<typeof controlFlags>>;

/** A proxy's options, null where it takes no orders, or the sentence that says what is wrong; it repeats no key. */
export function controlOptions(
  flags: Flags,
  managerAddr?: Address,
): ControlOptions | null | string {
  if (!flags.control) {
    const alone = loneFlag(flags);
    return alone && `${alone} needs --control, without which a proxy takes no orders`;
  }
  const manager = flags.controlAddr ?? (managerAddr && managerUrlOf(managerAddr));
  if (!manager) return "--control needs --manager-addr or --control-addr";
  const { controlKey, controlKeyFile, controlKeyEnv, controlCa } = flags;
  const texts = { given: controlKey, file: controlKeyFile, env: controlKeyEnv };
  const given = givenKeys(texts, CONTROL_KEY_NAMES);
  if (typeof given === "string") return given;
  const { keys, file: keyFile } = given;
  if (keys.length === 0 && keyFile === null) {
    return `--control needs --control-key-file, ${CONTROL_KEY_VARIABLE} or --control-key`;
  }
  if (keys.length > 1) return "Cannot use more than one control key: expected a proxy's only key";
  if (controlCa !== undefined && !manager.tls) {
    return `--control-ca needs a manager with TLS, but ${formatManagerUrl(manager)} has none: ` +
      "--control-addr https://host:port names one";
  }
  return { manager, key: keys[0] ?? null, keyFile, ca: controlCa ?? null };
}

// The environment may hold a key for others: by itself it does not make a proxy take orders.
function loneFlag({ controlAddr, controlCa, controlKey, controlKeyFile }: Flags): string | null {
  if (controlAddr !== undefined) return "--control-addr";
  if (controlCa !== undefined) return "--control-ca";
  if (controlKey !== undefined) return "--control-key";
  return controlKeyFile === undefined ? null : "--control-key-file";
}
