import { openUsersFile, type UsersFile } from "./auth/users_file.ts";
import type { ProxyOptions } from "./options.ts";

/** The files that a proxy's options name, read, and followed once they are watched. */
export class OptionFiles {
  readonly users: UsersFile | null;

  /** Throws FileError for a file that cannot be used; `silent` where another thread tells of changes. */
  constructor(options: ProxyOptions, silent: boolean) {
    this.users = options.authFile === null ? null : openUsersFile(options.authFile, silent);
  }

  watch(): void {
    this.users?.watch();
  }

  close(): void {
    this.users?.close();
  }
}
