import type { Buffers } from "./bytes.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Link } from "./link.ts";
import type { Refusal } from "./refusals.ts";
import type { TextFrames } from "./server_socket.ts";
import type { TlsFront } from "./tls.ts";

/** What all links of a front share. */
export interface LinkDeps {
  deadlines: Deadlines;
  /** Null for plain connections. */
  tls: TlsFront | null;
  /** Milliseconds of a clock that does not run backwards. */
  now: () => number;
  /** Connects to the server behind; the link is known by the local port from then on. */
  dial: (link: Link) => Promise<Deno.TcpConn>;
  refuse: (refusal: Refusal) => void;
  buffers: Buffers;
  frames: TextFrames;
  /** The largest message from a WebSocket client, in bytes. */
  maxMessage: number;
}
