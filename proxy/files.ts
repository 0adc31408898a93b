import { openUsersFile, type UsersFile } from "./auth/users_file.ts";
import { type CertificateFiles, openCertificate } from "./tls/certificate.ts";
import type { ProxyOptions } from "./options.ts";

/** The files that a proxy's options name, read, and followed once they are watched. */
export class OptionFiles {
  readonly users: UsersFile | null;
  readonly certificate: CertificateFiles | null;

  /** Throws FileError for a file that cannot be used; `silent` where another thread tells of changes. */
  constructor(options: ProxyOptions, silent: boolean) {
    this.users = options.authFile === null ? null : openUsersFile(options.authFile, silent);
    this.certificate = options.tls && openCertificate(options.tls, { silent });
  }

  watch(): void {
    this.users?.watch();
    this.certificate?.watch();
  }

  close(): void {
    this.users?.close();
    this.certificate?.close();
  }
}
