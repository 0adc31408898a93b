/**
 * Preloaded into the program under measurement: tells the port in its own address, once a second, for how long the
 * event loop was not free at most, in ms.
 */
const port = Number(new URL(import.meta.url).searchParams.get("port"));
const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
const TICK_MS = 1;

let last = performance.now();
let longest = 0;
const timers = [
  setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - TICK_MS);
    last = now;
  }, TICK_MS),
  setInterval(async () => {
    const bytes = new TextEncoder().encode(String(longest));
    longest = 0;
    await socket.send(bytes, { transport: "udp", hostname: "127.0.0.1", port });
  }, 1000),
];
// The program itself begins once nothing of this is waited for.
for (const timer of timers) Deno.unrefTimer(timer);
