/** A receiving socket's bytes that wait in the system, and the datagrams the system dropped; Linux only. */
export function socketState(port: number): { queued: number; drops: number } {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  for (const line of Deno.readTextFileSync("/proc/net/udp").split("\n").slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (!fields[1]?.endsWith(local)) continue;
    return { queued: parseInt(fields[4].split(":")[1], 16), drops: Number(fields.at(-1)) };
  }
  throw new Error(`nothing listens on udp port ${port}`);
}
