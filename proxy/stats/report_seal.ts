import type { Reloaded } from "../reloaded.ts";
import { openKeyFile } from "./key_file.ts";
import type { KeyOptions } from "./key_options.ts";
import { MAX_DATAGRAM_BYTES } from "./report.ts";
import type { ReporterOptions } from "./reporter.ts";
import { SEAL_OVERHEAD, Sealer } from "./seal.ts";

/** What a proxy's reports are sealed with: a key that is given, or the one in a file, which is followed. */
export class ReportSeal {
  readonly #given: Uint8Array | null;
  readonly #file: Reloaded<Uint8Array> | null;

  /** Throws FileError for a file that cannot be used; `silent` where another thread tells of changes. */
  constructor({ statsKey, statsKeyFile }: KeyOptions, silent: boolean) {
    this.#given = statsKey;
    this.#file = statsKeyFile === null
      ? null
      : openKeyFile("--stats-key-file", statsKeyFile, silent);
  }

  /** Whether there is a key. */
  get isOn(): boolean {
    return this.#given !== null || this.#file !== null;
  }

  /** How a reporter sends: through the seal, if there is a key. */
  sending(
    bootId: string,
    send: (bytes: Uint8Array) => Promise<void>,
  ): Pick<ReporterOptions, "send" | "maxBytes"> {
    const master = () => this.#file?.value ?? this.#given;
    let key = master();
    if (key === null) return { send };
    let sealer = new Sealer(key, bootId);
    return {
      maxBytes: MAX_DATAGRAM_BYTES - SEAL_OVERHEAD,
      send(bytes, seq) {
        const current = master()!;
        if (current !== key) sealer = new Sealer(key = current, bootId);
        return send(sealer.seal(bytes, seq));
      },
    };
  }

  /** Follows the file from now on, until it is closed. */
  watch(): void {
    this.#file?.watch();
  }

  /** Reads the file now; returns what is wrong with it, or null. */
  reload(): Promise<string | null> {
    return this.#file?.reload() ?? Promise.resolve(null);
  }

  close(): void {
    this.#file?.close();
  }
}
