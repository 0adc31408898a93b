import { durations, type Form, percentile, wrk } from "./clients.ts";
import { cpuLoad, type Load } from "./load.ts";

const WEB: Pick<Load, "target" | "needs"> = { target: "web", needs: ["nginx", "wrk"] };
const STEADY: Pick<Load, "target" | "needs"> = { target: "web", needs: ["nginx", "wrk", "h2load"] };

/** Small requests by 64 clients, on connections that stay and on new ones. */
export function webLoads(form: Form): Load[] {
  return [
    {
      ...WEB,
      name: "requests",
      unit: "/s",
      better: "more",
      measure: async (subject, context) => await wrk(subject, context, form) / context.seconds,
    },
    {
      ...WEB,
      name: "connections",
      unit: "/s",
      better: "more",
      measure: async (subject, context) =>
        await wrk(subject, context, form, true) / context.seconds,
    },
    cpuLoad(
      { ...WEB, name: "cpu-requests", unit: "s/100k" },
      100_000,
      (subject, context) => wrk(subject, context, form),
    ),
    cpuLoad(
      { ...WEB, name: "cpu-connections", unit: "s/10k" },
      10_000,
      (subject, context) => wrk(subject, context, form, true),
    ),
  ];
}

/** How long requests take that come steadily, at half of the first peer's best rate. */
export function latencyLoads(form: Form): Load[] {
  return [50, 99].map((percent) => ({
    ...STEADY,
    name: `latency-p${percent}`,
    unit: "ms",
    better: "less",
    steady: true,
    measure: async (subject, context) =>
      percentile(await durations(subject, context, form), percent / 100),
  }));
}
