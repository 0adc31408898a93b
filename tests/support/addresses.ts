/**
 * Ports that no system hands out by itself, as it does for port 0 and for connections: what is free now stays
 * so until whoever asked listens there, however much goes on beside. The usual ones of the program are below.
 */
const FIRST = 15_000;
const PORTS = 15_000;

/** A loopback address that nobody listens on. */
export function freeAddress(): string {
  return findFree(() => true);
}

/** An address for a manager: its port + 1000 is free for UDP too. */
export function freeManagerAddress(): string {
  return findFree((port) =>
    isFree(() => Deno.listenDatagram({ ...LOOPBACK, transport: "udp", port: port + 1000 }))
  );
}

const LOOPBACK = { hostname: "127.0.0.1" };

function findFree(isGood: (port: number) => boolean): string {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = FIRST + Math.floor(PORTS * Math.random());
    if (isFree(() => Deno.listen({ ...LOOPBACK, port })) && isGood(port)) {
      return `127.0.0.1:${port}`;
    }
  }
  throw new Error("Cannot find a free port");
}

function isFree(listen: () => { close(): void }): boolean {
  try {
    listen().close();
    return true;
  } catch (error) {
    // Windows keeps some ports for itself.
    const { AddrInUse, PermissionDenied } = Deno.errors;
    if (error instanceof AddrInUse || error instanceof PermissionDenied) return false;
    throw error;
  }
}
