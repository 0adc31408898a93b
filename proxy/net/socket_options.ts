/**
 * Options of a socket, set late: each costs microseconds, which a short connection has no use for.
 * A connection that has ended already does not tell so here, but at its next read or write.
 */

/** Sends at once what is written (TCP_NODELAY), instead of waiting for an acknowledgement before it. */
export function setNoDelay(conn: Deno.TcpConn): void {
  try {
    conn.setNoDelay(true);
  } catch {
    // EINVAL: the other side has reset it.
  }
}

/** Asks after the other side while nothing moves (SO_KEEPALIVE), so that one that vanished is noticed. */
export function setKeepAlive(conn: Deno.TcpConn): void {
  try {
    conn.setKeepAlive(true);
  } catch {
    // EINVAL, as above.
  }
}
