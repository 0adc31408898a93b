import { errorCode, Failure } from "./failure.ts";

/** Opens a UDP socket on a free port; throws {@link Failure} where descriptors have run out, or the address cannot be had. */
export function openUdp(hostname: string): Deno.DatagramConn {
  try {
    return Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  } catch (error) {
    const code = errorCode(error);
    if (code === "EMFILE" || code === "ENFILE") throw new Failure("no_descriptors");
    throw new Failure("network_unreachable", `cannot open a UDP socket on ${hostname}: ${error}`);
  }
}

/** Why a datagram could not be sent, as a token. */
export function sendFailure(error: unknown): string {
  if (error instanceof Failure) return error.reason;
  switch (errorCode(error)) {
    case "EMSGSIZE":
      return "too_large";
    case "ENETUNREACH":
    case "EHOSTUNREACH":
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
      return "network_unreachable";
    default:
      return "send_failed";
  }
}
