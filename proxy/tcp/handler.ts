import { type Address, formatAddress } from "../net/address.ts";
import type { BufferPool } from "../net/buffer.ts";
import type { Dial } from "../net/dial.ts";
import { relay } from "../net/relay.ts";
import type { Handler } from "../net/session.ts";

/** Makes the handler of `--mode tcp`: every connection goes to the one target. */
export function createTcpHandler(target: Address, dial: Dial, pool: BufferPool): Handler {
  const name = formatAddress(target);
  return async (session) => {
    session.record.setTarget(name);
    const upstream = await dial(target, session);
    session.connected(upstream);
    return await relay(session, upstream, pool);
  };
}
