import { hashPassword } from "./scrypt_hash.ts";

/** Where a password is typed, or comes from a program. */
export interface Terminal {
  read(buffer: Uint8Array): Promise<number | null>;
  isTerminal(): boolean;
  setRaw(raw: boolean): void;
  /** Says something to whoever types. */
  say(text: string): void;
}

/** Why no password was read; one line. */
export class PasswordError extends Error {
  override name = "PasswordError";
}

const MAX_BYTES = 255;
const CTRL_C = 3;
const CTRL_D = 4;
const BACKSPACES = [8, 127];
const LINE_ENDS = [10, 13];

/**
 * The hash of a password that is read from the standard input: typed twice and not shown on a terminal, else
 * the only line. Throws PasswordError.
 */
export async function hashTypedPassword(terminal: Terminal = standardInput()): Promise<string> {
  const password = terminal.isTerminal() ? await typed(terminal) : await onlyLine(terminal);
  if (password.length === 0 || password.length > MAX_BYTES) {
    throw new PasswordError(`Cannot hash the password: expected 1 to ${MAX_BYTES} bytes`);
  }
  return await hashPassword(password);
}

function standardInput(): Terminal {
  return {
    read: (buffer) => Deno.stdin.read(buffer),
    isTerminal: () => Deno.stdin.isTerminal(),
    setRaw: (raw) => Deno.stdin.setRaw(raw),
    say: (text) => Deno.stderr.writeSync(new TextEncoder().encode(text)),
  };
}

async function onlyLine(terminal: Terminal): Promise<Uint8Array> {
  // Enough to see that there is too much.
  const buffer = new Uint8Array(MAX_BYTES + 3);
  let length = 0;
  while (length < buffer.length) {
    const read = await terminal.read(buffer.subarray(length));
    if (read === null) break;
    length += read;
  }
  const text = buffer.subarray(0, length);
  const end = text.findIndex((byte) => LINE_ENDS.includes(byte));
  if (end < 0) return text;
  const more = text.subarray(end).some((byte) => !LINE_ENDS.includes(byte));
  if (more) throw new PasswordError("Cannot hash the password: expected one line");
  return text.slice(0, end);
}

async function typed(terminal: Terminal): Promise<Uint8Array> {
  terminal.setRaw(true);
  try {
    const keys = new Keys(terminal);
    const [first, second] = [await keys.line("Password: "), await keys.line("Once more: ")];
    if (first.toBase64() === second.toBase64()) return first;
    throw new PasswordError("Cannot hash the password: it was not typed the same twice");
  } finally {
    terminal.setRaw(false);
  }
}

/** What is typed on a raw terminal. */
class Keys {
  #left: number[] = [];

  constructor(readonly terminal: Terminal) {}

  /** A line without its end; nothing of it is shown. */
  async line(prompt: string): Promise<Uint8Array> {
    this.terminal.say(prompt);
    const bytes: number[] = [];
    for (;;) {
      const byte = await this.#next();
      if (byte === null || byte === CTRL_D || LINE_ENDS.includes(byte)) break;
      if (byte === CTRL_C) {
        this.terminal.say("\n");
        throw new PasswordError("Cannot hash the password: it was not typed to the end");
      }
      if (BACKSPACES.includes(byte)) dropCharacter(bytes);
      // One beyond shows that it is too long.
      else if (bytes.length <= MAX_BYTES) bytes.push(byte);
    }
    this.terminal.say("\n");
    return Uint8Array.from(bytes);
  }

  async #next(): Promise<number | null> {
    if (this.#left.length === 0) {
      const buffer = new Uint8Array(256);
      const read = await this.terminal.read(buffer);
      if (read === null) return null;
      this.#left = [...buffer.subarray(0, read)];
    }
    return this.#left.shift()!;
  }
}

/** Drops the last character, which may have several bytes in UTF-8. */
function dropCharacter(bytes: number[]): void {
  while ((bytes.pop()! & 0xc0) === 0x80);
}
