/** What the thread runs that checks passwords against their hashes, one after the other. */
import type { PasswordHash } from "./htpasswd.ts";
import { verifyPassword } from "./verify.ts";

export interface HashJob {
  id: number;
  hash: PasswordHash;
  password: Uint8Array;
}

export interface HashResult {
  id: number;
  ok: boolean;
}

interface HashPort {
  onmessage: ((event: MessageEvent<HashJob>) => void) | null;
  postMessage(message: HashResult): void;
}

const port = self as unknown as HashPort;
port.onmessage = ({ data: { id, hash, password } }) => {
  port.postMessage({ id, ok: verifyPassword(hash, password) });
};
