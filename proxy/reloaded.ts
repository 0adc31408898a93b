import { getLogger, type Logger } from "@logtape/logtape";

/** Why a file that a flag names cannot be used; one line, which does not repeat what the file holds. */
export class FileError extends Error {
  override name = "FileError";
}

/** A file that a flag names. */
export interface NamedFile {
  flag: string;
  path: string;
}

/** What a file holds, and how to complain of it. */
export interface FileContent {
  bytes: Uint8Array;
  error(message: string): FileError;
}

export interface ReloadedSpec<T> {
  files: readonly NamedFile[];
  /** Makes the value of the files' contents; throws what {@link FileContent.error} gives. */
  parse(contents: FileContent[]): T;
  /** True where another thread follows the same files and says what happens to them. */
  silent?: boolean;
  /** Who says what happens to them; the proxy unless it is told. */
  by?: "proxy" | "manager";
}

const CHECK_MS = 1000;
const MAX_BYTES = 4 << 20;

/**
 * A value made of files, and made anew when they change: read in place or replaced by others of the
 * same name. What cannot be used leaves the value as it was, with a warning.
 */
export class Reloaded<T> {
  value: T;
  /** Goes up with each new value. */
  version = 0;
  /** Called after each new value. */
  onChange: (() => void) | null = null;
  readonly #spec: ReloadedSpec<T>;
  readonly #log: Logger;
  /** How the files looked when they were read, and at the last check. */
  #read: string;
  #seen: string;
  #timer: ReturnType<typeof setInterval> | undefined;
  #checking = false;
  #warned = "";

  /** Reads the files; throws {@link FileError}. */
  constructor(spec: ReloadedSpec<T>) {
    this.#spec = spec;
    this.#log = getLogger(["rustproxy", spec.by ?? "proxy"]);
    this.#read = this.#seen = signature(spec.files.map((file) => attempt(file, Deno.statSync)));
    this.value = spec.parse(spec.files.map((file) => {
      checkStat(file, attempt(file, Deno.statSync));
      return content(file, attempt(file, Deno.readFileSync));
    }));
  }

  /** Looks after the files each second from now on, until it is closed. */
  watch(): this {
    this.#timer ??= setInterval(() => this.check(), CHECK_MS);
    return this;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /**
   * Looks whether the files have changed, and reads them if so: only once they look the same in two
   * checks running, since a file may be seen half written, or a key before its certificate. Never throws.
   */
  async check(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    try {
      const now = await this.#look();
      const stays = now === this.#seen;
      this.#seen = now;
      if (stays && now !== this.#read) await this.#reload(now);
    } finally {
      this.#checking = false;
    }
  }

  /** Reads the files now, whether they have changed or not; returns what is wrong with them, or null. */
  async reload(): Promise<string | null> {
    await this.#reload(this.#seen = await this.#look());
    return this.#warned || null;
  }

  #warn(message: string): void {
    if (!this.#spec.silent && message !== this.#warned) this.#log.warn(message);
    this.#warned = message;
  }

  async #look(): Promise<string> {
    const infos = this.#spec.files.map(({ path }) => Deno.stat(path).catch(() => null));
    return signature(await Promise.all(infos));
  }

  async #reload(now: string): Promise<void> {
    const before = this.#read;
    const names = this.#spec.files.map(({ flag, path }) => `${flag} ${path}`).join(", ");
    try {
      const contents = await Promise.all(this.#spec.files.map(read));
      this.value = this.#spec.parse(contents);
    } catch (error) {
      // The files are to blame, or else the system is, and the next check tries again.
      if (error instanceof FileError) this.#read = now;
      const message = error instanceof FileError
        ? oneLine(error.message)
        : `Cannot read ${names}: ${error}`;
      this.#warn(`${message}; what was read before stays in use`);
      return;
    }
    this.#read = now;
    this.#warned = "";
    this.version++;
    if (!this.#spec.silent) {
      this.#log.info(`Read again${now === before ? "" : ", since it has changed"}: ${names}`);
    }
    this.onChange?.();
  }
}

/** An entry of the log is one line, whatever is wrong with a file. */
function oneLine(message: string): string {
  return message.replace(":\n", ": ").replaceAll("\n", "; ");
}

async function read(file: NamedFile): Promise<FileContent> {
  try {
    checkStat(file, await Deno.stat(file.path));
    return content(file, await Deno.readFile(file.path));
  } catch (error) {
    throw known(file, error);
  }
}

function attempt<R>(file: NamedFile, action: (path: string) => R): R {
  try {
    return action(file.path);
  } catch (error) {
    const reason = known(file, error);
    throw reason instanceof FileError ? reason : fileError(file, (error as Error).message);
  }
}

function checkStat(file: NamedFile, { isFile, size }: Deno.FileInfo): void {
  if (!isFile) throw fileError(file, "expected a file");
  if (size > MAX_BYTES) throw fileError(file, `expected at most ${MAX_BYTES >> 20} MiB`);
}

function content(file: NamedFile, bytes: Uint8Array): FileContent {
  return { bytes, error: (message) => fileError(file, message) };
}

function known(file: NamedFile, error: unknown): unknown {
  if (error instanceof Deno.errors.NotFound) return fileError(file, "there is no such file");
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return fileError(file, "it may not be read");
  }
  return error;
}

function fileError({ flag, path }: NamedFile, message: string): FileError {
  return new FileError(`Cannot use ${flag} ${JSON.stringify(path)}: ${message}`);
}

/** Tells a file from a changed one, and from another of its name. */
function signature(infos: (Deno.FileInfo | null)[]): string {
  return infos.map((info) =>
    info && [info.mtime?.getTime(), info.ctime?.getTime(), info.size, info.ino].join(" ")
  ).join("\n");
}
