import { fileProblemsOf } from "../proxy/check_files.ts";
import { openCertificate } from "../proxy/tls/certificate.ts";
import { openAlertFile } from "./alerts/config.ts";
import { Accounts } from "./auth/accounts.ts";
import { ScryptHasher } from "./auth/scrypt_hasher.ts";
import { Tokens } from "./auth/tokens.ts";
import type { ManagerOptions } from "./options.ts";
import { keysOf, openKeys } from "./sealed/keys.ts";

/** Reads the files that a manager's options name; returns a sentence for each that cannot be used. */
export function managerFileProblems(options: ManagerOptions): string[] {
  const { tls, control, alerts, auth } = options;
  return fileProblemsOf([
    () => openKeys(options),
    () => tls && openCertificate(tls, { by: "manager", silent: true }),
    () => control && keysOf(control.keys, control.file, "--control-key-file"),
    () => typeof alerts === "string" && openAlertFile(alerts),
    () => auth && new Accounts(auth, new ScryptHasher()).close(),
    () => auth?.tokenFile && new Tokens(auth.tokenFile),
  ]);
}
