/**
 * Clients of a proxy, in a process of their own for their descriptors: `telemetry_clients.ts PORT COUNT BUSY` opens
 * COUNT connections, prints a line, and sends a byte back and forth on BUSY of them each second, until it is ended.
 */
import { echoByte } from "./load.ts";

const WAVE = 100;
const STEPS = 20;

const [port, count, busy] = Deno.args.map(Number);
const held: Deno.Conn[] = [];
while (held.length < count) {
  const wave = Array.from({ length: Math.min(WAVE, count - held.length) }, async () => {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await echoByte(conn);
    return conn;
  });
  held.push(...await Promise.all(wave));
}
console.log("ready");

for (let step = 0;; step = (step + 1) % STEPS) {
  const pause = new Promise((resolve) => setTimeout(resolve, 1000 / STEPS));
  const some = held.slice(0, busy).filter((_, i) => i % STEPS === step);
  await Promise.all([pause, ...some.map(echoByte)]);
}
