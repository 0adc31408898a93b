import type { Hasher } from "../../proxy/auth/hasher.ts";
import type { PasswordHash } from "../../proxy/auth/htpasswd.ts";

/** Lines that Apache's htpasswd 2.4 wrote, and the passwords it was given. */
export const APACHE = {
  bcrypt: "ann:$2y$05$WAKw0u0Z9HS.Yc6Gut/HQuWFyOaLfL/bNamNVbWZJ7kMWJ5MPSUZ.",
  bcryptPassword: "correct horse",
  utf8: "bob:$2y$04$h4l.Qi.EJAPu2VJzlk8LHeA.bdHw2xBt4oaUsD8dqfZ12rnI/2xTy",
  utf8Password: "gr\xfc\xdfe",
  sha256: "carl:$5$rounds=1000$Dm0GKxMTghcK9Lly$WIEkn6LTlMQF0Ys5b/0n/k/qJWiD3zYLOuy1bAcr7ZC",
  sha256Password: "x y:z",
  sha512:
    "dora:$6$nzztHZJAKPcSOxhU$2Le0U76fQq5d2sN8T/vp7zDxQpi.r0hd7uAnz9gryf2d3RAUAALGHgXhkZdnOMPUrdjRYGSZ61vW2NYT55aY.1",
  sha512Password: "secret",
  apr1: "ann:$apr1$cggztvQM$j/hyWxuU2Nfmsyilre1b5.",
  sha1: "ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
  des: "ann:h13BDibpGFCSM",
  plain: "ann:secret",
} as const;

export const ALL_USERS = [APACHE.bcrypt, APACHE.utf8, APACHE.sha256, APACHE.sha512].join("\n") +
  "\n";

/** A file of users in a folder of its own; leaving its scope removes both. */
export class TempFile implements AsyncDisposable {
  readonly path: string;
  readonly #folder: string;

  constructor(content: string, name = "users") {
    this.#folder = Deno.makeTempDirSync();
    this.path = `${this.#folder}/${name}`;
    Deno.writeTextFileSync(this.path, content);
  }

  /** Replaces the file in one step, as careful programs do. */
  replace(content: string): void {
    Deno.writeTextFileSync(`${this.path}.new`, content);
    Deno.renameSync(`${this.path}.new`, this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** A hasher that a test answers for. */
export class ScriptedHasher implements Hasher {
  readonly jobs: { hash: PasswordHash; password: string; answer: (ok: boolean) => void }[] = [];
  closed = false;

  verify(hash: PasswordHash, password: Uint8Array): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.jobs.push({ hash, password: new TextDecoder().decode(password), answer: resolve });
    return promise;
  }

  close(): void {
    this.closed = true;
  }
}
