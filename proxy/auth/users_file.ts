import { Reloaded } from "../reloaded.ts";
import { HtpasswdError, parseHtpasswd, type PasswordHash } from "./htpasswd.ts";

/** The users of `--auth-file`, which follow the file. */
export type UsersFile = Reloaded<Map<string, PasswordHash>>;

/** Reads the file; throws FileError, which names the line that is wrong. */
export function openUsersFile(path: string, silent = false): UsersFile {
  return new Reloaded({
    files: [{ flag: "--auth-file", path }],
    silent,
    parse([file]) {
      try {
        return parseHtpasswd(file.bytes);
      } catch (error) {
        throw error instanceof HtpasswdError ? file.error(error.message) : error;
      }
    },
  });
}
