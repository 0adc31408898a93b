import { Counter, Gauge, type Registry as PromRegistry } from "prom-client";

type Labels = Record<string, string>;
/** Sets a gauge, or adds to a counter. */
export type Series = (value: number, labels?: Labels) => void;

/** A value that goes up and down; its name is made the program's. */
export function gauge(
  prom: PromRegistry,
  name: string,
  help: string,
  labelNames: string[] = [],
): Series {
  const metric = new Gauge({ name: `rustproxy_${name}`, help, labelNames, registers: [prom] });
  return (value, labels = {}) => metric.set(labels, value);
}

/** A count since the start; its name is made the program's. */
export function counter(
  prom: PromRegistry,
  name: string,
  help: string,
  labelNames: string[] = [],
): Series {
  const metric = new Counter({ name: `rustproxy_${name}`, help, labelNames, registers: [prom] });
  return (value, labels = {}) => metric.inc(labels, value);
}
