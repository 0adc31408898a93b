import { createCredentialCheck, type CredentialCheck } from "../../proxy/auth/check.ts";
import type { Hasher } from "../../proxy/auth/hasher.ts";
import { type FileContent, Reloaded } from "../../proxy/reloaded.ts";
import { readLines } from "./lines.ts";
import type { AuthOptions } from "./options.ts";
import type { Role } from "./principal.ts";
import { HASH_EXPECTED, parseScryptHash, type ScryptHash } from "./scrypt_hash.ts";

/** Who may use the manager. */
export interface Account {
  name: string;
  role: Role;
  /** Another one as soon as the password or the role is another. */
  mark: string;
}

/** An account of a file. */
export interface FileAccount extends Account {
  hash: ScryptHash;
}

/** The accounts of a manager: those given, and those of a file, which is followed. */
export class Accounts {
  readonly #given: ReadonlyMap<string, Account>;
  readonly #file: Reloaded<Map<string, FileAccount>> | null;
  readonly #check: CredentialCheck;

  /** Reads the file; throws FileError. */
  constructor({ accounts, authFile }: AuthOptions, hasher: Hasher<FileAccount>) {
    this.#given = new Map(
      accounts.map(({ name, role, password }) => [
        name,
        { name, role, mark: `given ${role} ${password}` },
      ]),
    );
    this.#file = authFile === null ? null : this.#open(authFile);
    const plain = accounts.map(({ name: user, password }) => ({ user, password }));
    this.#check = createCredentialCheck(plain, this.#file, () => hasher)!;
  }

  /** The account as it is now. */
  get(name: string): Account | null {
    return this.#given.get(name) ?? this.#file?.value.get(name) ?? null;
  }

  /**
   * Whether the password is that account's. As much work for an account that is not there; a promise only
   * where a hash has to be computed. Rejects with Failure `auth_busy`.
   */
  verify(name: Uint8Array, password: Uint8Array, from: string): boolean | Promise<boolean> {
    return this.#check.check(name, password, from);
  }

  /** Follows the file from now on, until closed. */
  follow(): void {
    this.#file?.watch();
  }

  close(): void {
    this.#file?.close();
    this.#check.close();
  }

  #open(path: string): Reloaded<Map<string, FileAccount>> {
    return new Reloaded({
      files: [{ flag: "--auth-file", path }],
      parse: ([file]) => this.#parse(file),
      by: "manager",
    });
  }

  #parse(file: FileContent): Map<string, FileAccount> {
    const accounts = new Map<string, FileAccount>();
    for (const { number, name, role, secret } of readLines(file)) {
      const hash = parseScryptHash(secret);
      if (!hash) throw file.error(`line ${number}: ${HASH_EXPECTED}`);
      if (this.#given.has(name)) throw file.error(`line ${number}: --auth has the account too`);
      accounts.set(name, { name, role, mark: `${role} ${secret}`, hash });
    }
    if (accounts.size === 0) throw file.error("expected at least one account");
    return accounts;
  }
}
