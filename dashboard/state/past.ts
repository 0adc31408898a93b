/** The manager's history as samples, and how live ones follow on it. Pure. */
import type { HistoryReply } from "../../manager/api/model_history.ts";
import { GAP_MS, gapAt, type Sample, type Series } from "./series.ts";

/** Of steps as short as reports, the last ones wait for theirs: seconds. */
const UNSETTLED = 10;
const SHORT_STEP = 30;
/** The step that runs tells something once so many seconds of it have passed. */
const LEAST_PART = 20;

/** A moment of the manager's clock, in Unix seconds, as this machine's milliseconds. */
export function toLocal(time: number, clockOffset: number): number {
  return time * 1000 - clockOffset;
}

/** From when to when a step lasted, in Unix seconds; null while it is too young to tell anything. */
export function lengthOf(
  time: number,
  { step, to }: Pick<HistoryReply, "step" | "to">,
): { end: number; middle: number; seconds: number } | null {
  const end = Math.min(time + step, to);
  const seconds = end - time;
  if (step <= SHORT_STEP ? end > to - UNSETTLED : seconds < Math.min(step, LEAST_PART)) return null;
  return { end, middle: (time + end) / 2, seconds };
}

/** A reply's points as samples, each in the middle of its step, with gaps where steps are missing. */
export function toSeries(reply: HistoryReply, clockOffset: number): Series {
  const samples: Sample[] = [];
  let before: number | null = null;
  for (const { time, bytes_sent, bytes_received, active } of reply.points) {
    const part = lengthOf(time, reply);
    if (part === null) continue;
    if (before !== null && time - before > 1.5 * reply.step) {
      samples.push(gapAt(toLocal(before + reply.step, clockOffset)));
    }
    before = time;
    samples.push({
      at: toLocal(part.middle, clockOffset),
      sent: bytes_sent / part.seconds,
      received: bytes_received / part.seconds,
      active,
      proxies: null,
    });
  }
  return samples;
}

/** Samples that are more than two steps older than the live ones that follow are apart from them. */
function isApart(past: Sample, live: Sample, stepMs: number): boolean {
  return live.at - past.at > 2 * stepMs + GAP_MS;
}

/**
 * The past with the live samples that came after it, which are as coarse as the past where its steps
 * are long; a gap where both do not meet.
 */
export function joinLive(past: Series, live: Series, step: number): Series {
  const last = past.at(-1);
  if (last === undefined) return live;
  const stepMs = step * 1000;
  const rest = coarsen(live.filter(({ at }) => at > last.at), stepMs);
  const first = rest[0];
  if (first === undefined) return past;
  const apart = isApart(last, first, stepMs) ? [gapAt(last.at + stepMs)] : [];
  return [...past, ...apart, ...rest];
}

/** One sample for each step, the mean of its own; gaps stay. */
export function coarsen(series: Series, stepMs: number): Series {
  if (stepMs <= GAP_MS) return series;
  const steps: Sample[][] = [];
  let begin = -Infinity;
  for (const sample of series) {
    const isGap = sample.sent === null;
    if (isGap || sample.at >= begin + stepMs) {
      begin = isGap ? -Infinity : sample.at;
      steps.push([sample]);
    } else steps[steps.length - 1].push(sample);
  }
  return steps.map(meanOf);
}

function meanOf(samples: readonly Sample[]): Sample {
  const mean = (name: "at" | "sent" | "received" | "active") => {
    const values = samples.flatMap((sample) => sample[name] ?? []);
    return values.length === 0 ? null : values.reduce((sum, n) => sum + n, 0) / values.length;
  };
  const [{ proxies }] = samples;
  return {
    ...{ at: mean("at")!, sent: mean("sent"), received: mean("received") },
    ...{ active: mean("active"), proxies },
  };
}
