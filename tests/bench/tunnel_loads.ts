import { tunnelBulk, tunnelRate } from "./clients.ts";
import { enter, type Entrance, handshake } from "./handshake.ts";
import { cpuLoad, echoByte, GIB, type Load, memoryLoad } from "./load.ts";

const WEB: Pick<Load, "target" | "needs"> = { target: "web", needs: ["nginx"] };

/** Tunnels that carry much, come often, or stay and do nothing. */
export function tunnelLoads(
  entrance: Entrance,
  names: { bulk: string; rate: string; memory: string },
): Load[] {
  return [
    ...[1, 8].map((streams): Load => ({
      ...WEB,
      name: `${names.bulk}-${streams}`,
      unit: "Gbit/s",
      better: "more",
      async measure(subject, context) {
        const { amount, seconds } = await tunnelBulk(subject, context, entrance, streams);
        return amount * 8 / seconds / 1e9;
      },
    })),
    {
      ...WEB,
      name: names.rate,
      unit: "/s",
      better: "more",
      async measure(subject, context) {
        const { amount, seconds } = await tunnelRate(subject, context, entrance);
        return amount / seconds;
      },
    },
    cpuLoad(
      { ...WEB, name: `cpu-${names.bulk}`, unit: "s/GiB" },
      GIB,
      async (subject, context) => (await tunnelBulk(subject, context, entrance, 1)).amount,
    ),
    cpuLoad(
      { ...WEB, name: `cpu-${names.rate}`, unit: "s/10k" },
      10_000,
      async (subject, context) => (await tunnelRate(subject, context, entrance)).amount,
    ),
    memoryLoad(names.memory, "hold", async (conn, { target }) => {
      await enter(conn, handshake(entrance, target));
      await echoByte(conn);
    }, 4000),
  ];
}
