import type { HttpClient } from "../http/client.ts";

/** What a request brings beside itself; no client where a test asks without a port. */
export interface ManagerEnv {
  Bindings: { client?: HttpClient };
}
