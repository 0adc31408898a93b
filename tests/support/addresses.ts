/** A loopback address that nobody listens on. */
export function freeAddress(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `127.0.0.1:${listener.addr.port}`;
}

/** An address for a manager: its port + 1000 is free for UDP too. */
export function freeManagerAddress(): string {
  for (let attempt = 0; attempt < 100; attempt++) {
    using tcp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = tcp.addr;
    if (port > 64535) continue;
    try {
      Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: port + 1000 }).close();
      return `127.0.0.1:${port}`;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("Cannot find a free pair of ports");
}
