import { Gate, type Verdict } from "./access/gate.ts";
import { resolverFor } from "./dns/resolver.ts";
import { type Address, formatAddress, isIpLiteral } from "./net/address.ts";
import { errorCode } from "./net/failure.ts";
import type { ProxyOptions } from "./options.ts";

/** What `--check-access` asks: `client` is an IP address, unmapped. */
export interface AccessQuestion {
  options: Pick<ProxyOptions, "mode" | "access" | "dns">;
  client: string;
  target: Address;
}

/** What to print, and the exit code: 0 for allowed, 1 for denied. */
export interface AccessAnswer {
  text: string;
  code: 0 | 1;
}

/** Says what a proxy with these options makes of a client and a target, and which rule says so. */
export async function checkAccess(
  { options, client, target }: AccessQuestion,
  resolver = resolverFor(options.dns),
): Promise<AccessAnswer> {
  const gate = new Gate(options.access);
  const ofClient = gate.judgeClient(client);
  const ofTarget = options.mode === "tcp"
    ? { "": { allow: true, text: "--mode tcp goes to its --target" } }
    : await judgeTarget(gate, client, target, resolver.resolve);
  const allowed = ofClient.allow && Object.values(ofTarget).some(({ allow }) => allow);
  resolver.close();
  const lines = [
    line(`client ${client}`, ofClient),
    ...Object.entries(ofTarget).map(([at, verdict]) =>
      line(`target ${formatAddress(target)}${at}`, verdict)
    ),
    allowed ? "allowed" : "denied",
  ];
  return { text: lines.join("\n"), code: allowed ? 0 : 1 };
}

function line(what: string, { allow, text }: Verdict): string {
  return `${what}: ${allow ? "allowed" : "denied"}, ${text}`;
}

/** The verdict on the target, or on each of its addresses. */
async function judgeTarget(
  gate: Gate,
  client: string,
  { host, port }: Address,
  resolve: (host: string) => Promise<string[]>,
): Promise<Record<string, Verdict>> {
  if (isIpLiteral(host)) return { "": gate.judgeTarget(client, host, host, port) };
  const byName = gate.judgeName(host, port);
  if (byName) return { "": byName };
  try {
    const ips = await resolve(host);
    if (ips.length === 0) return { "": { allow: false, text: "it has no address" } };
    const verdicts = ips.map((ip) => [` at ${ip}`, gate.judgeTarget(client, host, ip, port)]);
    return Object.fromEntries(verdicts);
  } catch (error) {
    return { "": { allow: false, text: `it cannot be looked up: ${errorCode(error) || error}` } };
  }
}
