import { type ForeignServer, haveServer, startServer } from "./foreign_server.ts";

/** True if haproxy is on PATH; otherwise says what is skipped. */
export function haveHaproxy(): boolean {
  return haveServer("haproxy", "HAProxy");
}

/** Starts HAProxy; `lines` gives the frontend's lines for the address that it is to bind. */
export function startHaproxy(lines: (address: string) => string[]): Promise<ForeignServer> {
  return startServer({
    command: "haproxy",
    name: "HAProxy",
    config: (address) => [
      "global",
      "  maxconn 100",
      "defaults",
      "  mode tcp",
      "  timeout connect 5s",
      "  timeout client 30s",
      "  timeout server 30s",
      ...lines(address),
    ],
    args: (file) => ["-db", "-f", file],
  });
}
