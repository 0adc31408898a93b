import { formatManagerUrl, type ManagerUrl } from "../../proxy/control/manager_url.ts";
import { tlsReason } from "../../proxy/control/tls_reason.ts";
import { openAuthorities } from "../../proxy/control/trust.ts";
import { Reloaded } from "../../proxy/reloaded.ts";
import type { CtlOptions, Secret } from "./options.ts";

/** The manager cannot be asked, or says no; one line. */
export class CtlError extends Error {
  override name = "CtlError";
}

const MAX_MESSAGE = 500;
/** For the way there and back, beside the time that the proxies have. */
const MARGIN_MS = 15_000;

/** The manager's API, as whoever has logged in. */
export class ManagerApi implements Disposable {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #client: Deno.HttpClient;
  readonly #timeoutMs: number;

  /** Throws FileError for a file that cannot be used. */
  constructor({ manager, login, ca, timeout }: CtlOptions) {
    this.#url = formatManagerUrl(manager);
    this.#timeoutMs = 1000 * timeout + MARGIN_MS;
    this.#headers = { accept: "application/json" };
    if (login?.kind === "token") {
      this.#headers.authorization = `Bearer ${secretOf(login.secret)}`;
    } else if (login) {
      const text = `${login.user}:${secretOf(login.secret)}`;
      this.#headers.authorization = `Basic ${new TextEncoder().encode(text).toBase64()}`;
    }
    const caCerts = ca === null ? [] : openAuthorities("--control-ca", ca).value;
    this.#client = Deno.createHttpClient({ caCerts, proxy: manager.tls ? undefined : to(manager) });
  }

  /** What it says; throws CtlError. */
  async get(path: string): Promise<unknown> {
    return await this.#ask(path, {});
  }

  /** The same where something is to be done. */
  async post(path: string, body: unknown): Promise<unknown> {
    const headers = { "content-type": "application/json" };
    return await this.#ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  /** What it says is nothing that a manager says. */
  notUnderstood(): CtlError {
    return new CtlError(`What answers at ${this.#url} is no manager, or one of another version`);
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  async #ask(path: string, init: RequestInit): Promise<unknown> {
    let reply: Response;
    let text: string;
    try {
      reply = await fetch(this.#url + path, {
        ...init,
        headers: { ...this.#headers, ...init.headers as Record<string, string> },
        signal: AbortSignal.timeout(this.#timeoutMs),
        // Whoever is logged in is so with this manager, and with nobody that it names.
        redirect: "error",
        client: this.#client,
      });
      text = await reply.text();
    } catch (error) {
      throw new CtlError(`Cannot reach the manager at ${this.#url}: ${causeOf(error)}`);
    }
    const body = jsonOf(text);
    if (reply.ok && typeof body === "object" && body !== null) return body;
    if (reply.ok) throw this.notUnderstood();
    const { message = "it gives no reason" } =
      (body as { error?: { message?: string } } | undefined)?.error ?? {};
    if (reply.status === 401) {
      throw new CtlError(
        `The manager asks who you are: --user with RUSTPROXY_PASSWORD, or RUSTPROXY_TOKEN (${message})`,
      );
    }
    throw new CtlError(
      `The manager at ${this.#url} says no (${reply.status}): ${
        String(message).slice(0, MAX_MESSAGE)
      }`,
    );
  }
}

/** Straight there: a proxy that the environment names would get everything in clear, passwords too. */
function to({ host, port }: ManagerUrl): Deno.Proxy {
  return { transport: "tcp", hostname: host.includes(":") ? `[${host}]` : host, port };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function causeOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return "no answer in time";
  const { cause, message } = error as Error;
  const text = cause instanceof Error ? cause.message : message;
  // Some of it names the address again, which the line has already.
  return tlsReason(text.replace(/^.*?client error \(\w+\): /, "")).slice(0, 300);
}

function secretOf(secret: Secret): string {
  if ("text" in secret) return secret.text;
  return new Reloaded({
    files: [{ flag: secret.flag, path: secret.file }],
    parse([{ bytes, error }]) {
      const line = new TextDecoder().decode(bytes).split("\n", 1)[0].trim();
      if (line === "") throw error("its first line is empty");
      return line;
    },
  }).value;
}
