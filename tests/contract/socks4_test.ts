import { declareEnds } from "./ends.ts";
import { declareResets } from "./resets.ts";
import { SOCKS4A } from "./route.ts";

// Behind its handshake it is the tunnel that socks5 is held to the whole contract with.
declareEnds(SOCKS4A);
declareResets(SOCKS4A);
