import { LIVE_SECONDS } from "../../state/range.ts";
import { SPARK, sparkPath } from "../../state/spark.ts";
import type { Sample, Series } from "../../state/series.ts";
import { useStore } from "../../state/store.ts";

/** How a figure went over the last minutes; for the eye alone, since the figure stands beside it. */
export function Sparkline({ series, of, color = "text-muted" }: {
  series: Series;
  of: Exclude<keyof Sample, "at">;
  color?: string;
}) {
  const now = useStore().now.value;
  const points = series.map((sample) => ({ at: sample.at, value: sample[of] }));
  const { width, height } = SPARK;
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      class={`h-6 w-full ${color}`}
      aria-hidden="true"
    >
      <path
        d={sparkPath(points, now - LIVE_SECONDS * 1000, now)}
        fill="none"
        stroke="currentColor"
        stroke-width="1.5"
        stroke-linejoin="round"
        vector-effect="non-scaling-stroke"
      />
    </svg>
  );
}
