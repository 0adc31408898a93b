import type { Grant } from "../auth/auth.ts";
import type { Principal } from "../auth/principal.ts";
import type { HttpClient } from "../http/client.ts";

/** What a request brings beside itself. */
export interface ManagerEnv {
  /** No client where a test asks without a port. */
  Bindings: { client?: HttpClient };
  /** Who asks, as far as known; set before any route is reached. */
  Variables: {
    principal: Principal | null;
    /** Until when that holds; null where nobody has logged in. */
    grant: Grant | null;
    /** The code of the error that is the answer. */
    error?: string;
  };
}
