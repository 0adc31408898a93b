/** Prints the bytes that one record of the collector takes, as the mean of COUNT: `telemetry_heap.ts COUNT`, with --expose-gc. */
import { Collector } from "../../proxy/stats/collector.ts";

const count = Number(Deno.args[0]);
const { gc } = globalThis as unknown as { gc: () => void };

function used(): number {
  gc();
  return Deno.memoryUsage().heapUsed;
}

const before = used();
const collector = new Collector();
for (let i = 0; i < count; i++) {
  const record = collector.open(`192.0.${i >> 8}.${i & 255}`, 1024 + i);
  record.setTarget(`host-${i}.example:443`);
  record.state = "active";
  record.bytes_sent = i * 1000;
  record.last_activity = Date.now() / 1000;
}
const bytes = (used() - before) / count;
// The records are in use until here.
if (collector.live.size !== count) throw new Error("records are missing");
console.log(bytes);
