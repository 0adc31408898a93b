import { X509Certificate } from "node:crypto";
import { Reloaded } from "../reloaded.ts";
import { openKeyFile } from "../stats/key_file.ts";
import type { ControlOptions } from "./options.ts";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const MAX_AUTHORITIES = 1_000;

/** By what a proxy knows its manager: the key, and the authority of its certificate; files are followed. */
export class ControlTrust {
  readonly #key: Reloaded<Uint8Array> | { value: Uint8Array };
  readonly #ca: Reloaded<string[]> | null;

  /** Throws FileError for a file that cannot be used. */
  constructor({ key, keyFile, ca }: ControlOptions) {
    this.#key = keyFile === null
      ? { value: key! }
      : openKeyFile("--control-key-file", keyFile, false);
    this.#ca = ca === null ? null : openAuthorities("--control-ca", ca);
  }

  get key(): Uint8Array {
    return this.#key.value;
  }

  /** In PEM. */
  get caCerts(): string[] {
    return this.#ca?.value ?? [];
  }

  watch(): void {
    if (this.#key instanceof Reloaded) this.#key.watch();
    this.#ca?.watch();
  }

  close(): void {
    if (this.#key instanceof Reloaded) this.#key.close();
    this.#ca?.close();
  }
}

/** The certificates in the file that `flag` names, each in PEM; throws FileError. */
export function openAuthorities(flag: string, path: string): Reloaded<string[]> {
  return new Reloaded({
    files: [{ flag, path }],
    parse([{ bytes, error }]) {
      const found: string[] = new TextDecoder().decode(bytes).match(CERTIFICATE) ?? [];
      if (found.length === 0) throw error("expected a certificate in PEM");
      if (found.length > MAX_AUTHORITIES) {
        throw error(`expected at most ${MAX_AUTHORITIES} certificates`);
      }
      if (!found.every(isCertificate)) throw error("expected certificates that can be read");
      return found;
    },
  });
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
