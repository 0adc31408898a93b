import { openUsersFile, type UsersFile } from "./auth/users_file.ts";
import { type CertificateFiles, openCertificate } from "./tls/certificate.ts";
import type { ProxyOptions } from "./options.ts";

type Named = Pick<ProxyOptions, "authFile" | "tls">;

/** The files that a proxy's options name, read, and followed once they are watched. */
export class OptionFiles {
  readonly users: UsersFile | null;
  readonly certificate: CertificateFiles | null;
  readonly #named: Named;

  /**
   * Throws FileError for a file that cannot be used; `silent` where another thread tells of changes. What
   * `former` files hold of those that are still named is taken over.
   */
  constructor({ authFile, tls }: Named, silent: boolean, former?: OptionFiles) {
    this.#named = { authFile, tls };
    const before = former ? former.#named : null;
    if (authFile === null) this.users = null;
    else if (authFile === before?.authFile) this.users = former!.users;
    else this.users = openUsersFile(authFile, silent);
    if (tls === null) this.certificate = null;
    else if (tls.cert === before?.tls?.cert && tls.key === before.tls.key) {
      this.certificate = former!.certificate;
    } else this.certificate = openCertificate(tls, { silent });
  }

  watch(): void {
    for (const file of this.#all) file.watch();
  }

  /** Reads them now; returns what is wrong with those that stay as they were. */
  async reload(): Promise<string[]> {
    const problems = await Promise.all(this.#all.map((file) => file.reload()));
    return problems.filter((problem) => problem !== null);
  }

  /** Follows them no longer, except for those that `next` has taken over. */
  close(next?: OptionFiles): void {
    const kept = next ? next.#all : [];
    for (const file of this.#all) if (!kept.includes(file)) file.close();
  }

  get #all(): (UsersFile | CertificateFiles)[] {
    return [this.users, this.certificate].filter((file) => file !== null);
  }
}
