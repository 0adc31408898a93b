interface Kept {
  text: string;
  /** What is on its way to the database, and what is there. */
  sent: string | null;
  written: string | null;
}

/** Texts that other parts of the manager keep for its next run, by name; of each only the newest counts. */
export class KeptTexts {
  readonly #texts = new Map<string, Kept>();

  put(name: string, text: string): void {
    const known = this.#texts.get(name);
    if (known) known.text = text;
    else this.#texts.set(name, { text, sent: null, written: null });
  }

  /** Those that the database does not have. */
  unwritten(): Record<string, string> {
    const changed: Record<string, string> = {};
    for (const [name, kept] of this.#texts) {
      kept.sent = kept.text;
      if (kept.text !== kept.written) changed[name] = kept.text;
    }
    return changed;
  }

  /** Notes that what was not written is. */
  written(): void {
    for (const kept of this.#texts.values()) kept.written = kept.sent;
  }

  /** Notes that the database is another one. */
  rewrite(): void {
    for (const kept of this.#texts.values()) kept.written = null;
  }
}
