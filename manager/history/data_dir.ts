import { isAbsolute, join, posix, win32 } from "node:path";

/** A data directory that cannot be used; the message is one line. */
export class DataDirError extends Error {
  override name = "DataDirError";
}

const FILE = "history.db";

/**
 * Where a user's programs keep such things on this system (on Linux the XDG Base Directory
 * Specification's state directory); null where the environment does not tell.
 */
export function defaultDataDir(
  os: typeof Deno.build.os,
  env: (name: string) => string | undefined,
): string | null {
  if (os === "windows") {
    const local = env("LOCALAPPDATA");
    return local && win32.isAbsolute(local) ? win32.join(local, "rustproxy") : null;
  }
  const home = env("HOME");
  const own = home && posix.isAbsolute(home) ? home : null;
  if (os === "darwin") return own && posix.join(own, "Library", "Application Support", "rustproxy");
  const state = env("XDG_STATE_HOME");
  // The specification has relative paths ignored.
  if (state && posix.isAbsolute(state)) return posix.join(state, "rustproxy");
  return own && posix.join(own, ".local", "state", "rustproxy");
}

/**
 * The database's path in `dir`, where both exist from now on and are the user's alone: what clients
 * did is nobody else's business. Throws {@link DataDirError}.
 */
export function prepareDataDir(dir: string): string {
  const path = join(isAbsolute(dir) ? dir : join(Deno.cwd(), dir), FILE);
  try {
    // Parents that are missing are as the system makes them; the last one is private.
    Deno.mkdirSync(join(path, "..", ".."), { recursive: true });
    makePrivate(join(path, ".."));
    Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
  } catch (error) {
    throw new DataDirError(`Cannot use the data directory ${dir}: ${reason(error)}`, {
      cause: error,
    });
  }
  return path;
}

function makePrivate(dir: string): void {
  try {
    Deno.mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    if (!Deno.statSync(dir).isDirectory) throw new Error("it is not a directory");
  }
}

function reason(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotFound) return "no such directory";
  const text = error instanceof Error ? error.message : String(error);
  // What Deno appends names its own call.
  return text.replace(/(, \w+ '.*'|: \w+ '.*')$/s, "");
}
