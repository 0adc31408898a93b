import { useState } from "preact/hooks";
import { TrafficCanvas } from "../../chart/traffic_canvas.tsx";
import { momentOf } from "../../chart/tooltip.tsx";
import { type Traffic, useTraffic } from "../../chart/use_traffic.ts";
import { useFormat } from "../../state/format.ts";
import { peaks, stacked } from "../../state/frame.ts";
import { drawn, moved, type Span, zoomed } from "../../state/range.ts";
import type { Series } from "../../state/series.ts";
import { managerNow, useStore } from "../../state/store.ts";
import { type ChartView, parseView, rangeQuery, zoomQuery } from "../../state/view.ts";
import { words } from "../../words/words.ts";
import { ChartNote } from "./chart_note.tsx";
import { BandLegend, DirectionLegend } from "./legend.tsx";
import { PastNote } from "./past_note.tsx";
import { RangePicker } from "./range_picker.tsx";
import { Segments } from "./segments.tsx";
import { ValueTable } from "./value_table.tsx";
import { ZoomButtons } from "./zoom_buttons.tsx";

const MODES = ["total", "stacked", "lines"] as const;

/** The traffic chart of the fleet or of a proxy, with all that changes what it shows. */
export function TrafficPanel({ proxyId, recent, received, sent, silent = false }: {
  /** Null for the fleet. */
  proxyId: string | null;
  /** The last minutes. */
  recent: Series;
  /** The present rates in bytes a second, where there are any. */
  received?: number;
  sent?: number;
  /** Nothing is to be expected for the moment. */
  silent?: boolean;
}) {
  const store = useStore();
  const format = useFormat();
  const [hasTable, setTable] = useState(false);
  const view = parseView(store.route.value.query);
  const traffic = useTraffic(proxyId, view, recent);
  const { frame, span, past } = traffic;
  const now = managerNow(store);
  const { clockOffset } = store.fleet.value;
  const toManager = (ms: number) => (ms + clockOffset) / 1000;
  const zoomTo = (to: Span | null) => store.go(zoomQuery(to));
  const isByProxy = proxyId === null && view.mode !== "total";
  return (
    <section aria-label={words.chart.title} class="rounded-lg border border-line bg-surface">
      <Controls view={view} traffic={traffic} isFleet={proxyId === null} />
      <div class="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 px-4 pb-1">
        {isByProxy
          ? <BandLegend frame={frame} colors={traffic.colors} />
          : <DirectionLegend received={received} sent={sent} />}
        <div class="ml-auto flex items-center gap-1">
          <button
            type="button"
            aria-expanded={hasTable}
            class="h-7 rounded px-2 text-xs text-muted hover:bg-raised hover:text-ink"
            onClick={() => setTable(!hasTable)}
          >
            {words.chart.values}
          </button>
          <ZoomButtons
            zoomed={view.zoom !== null}
            atEnd={span.to >= now - 1}
            onZoom={(by) => zoomTo(zoomed(span, by, (span.from + span.to) / 2, now))}
            onMove={(by) => zoomTo(moved(span, by, now))}
            onReset={() => zoomTo(null)}
          />
        </div>
      </div>
      <PastNote past={past} />
      <div class="relative px-2 pb-2 sm:px-3">
        <TrafficCanvas
          frame={frame}
          mode={isByProxy ? view.mode : "total"}
          from={traffic.from}
          to={traffic.to}
          colors={traffic.colors}
          label={describe(traffic, format)}
          onSelect={(from, to) => {
            const selected = drawn(toManager(from), toManager(to));
            if (selected) zoomTo(selected);
          }}
          onZoom={(by, about) => zoomTo(zoomed(span, by, toManager(about), now))}
          onReset={() => view.zoom && zoomTo(null)}
        />
        <ChartNote traffic={traffic} view={view} silent={silent} isByProxy={isByProxy} />
      </div>
      {hasTable && <ValueTable frame={frame} />}
    </section>
  );
}

function Controls(
  { view, traffic, isFleet }: { view: ChartView; traffic: Traffic; isFleet: boolean },
) {
  const store = useStore();
  const format = useFormat();
  const { chart } = words;
  const { from, to } = traffic.span;
  const unit = format.rateScale.factor === 8 ? chart.bits : chart.bytes;
  return (
    <div class="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 pt-3 pb-2">
      <h2 class="min-w-0 font-semibold">
        {chart.title}{" "}
        <span class="ml-1 text-xs font-normal text-muted">
          {view.zoom === null
            ? chart.unit(unit)
            : chart.zoomedTo(momentOf(from * 1000, format), momentOf(to * 1000, format))}
        </span>
      </h2>
      <div class="flex flex-wrap items-center gap-2">
        {isFleet && (
          <Segments
            label={chart.show}
            options={MODES.map((mode) => {
              return { value: mode, word: chart.modes[mode], title: chart.modeNames[mode] };
            })}
            value={view.mode}
            onChange={(mode) => store.go({ by: mode === "total" ? "" : mode })}
          />
        )}
        <RangePicker range={view.range} onChange={(text) => store.go(rangeQuery(text))} />
      </div>
    </div>
  );
}

function describe({ frame, from, to }: Traffic, format: ReturnType<typeof useFormat>): string {
  const say = (bytes: number) => {
    const { value, unit } = format.rate(bytes);
    return `${value} ${unit}`;
  };
  const peak = peaks(stacked(frame));
  const { chart } = words;
  const span = chart.zoomedTo(momentOf(from, format), momentOf(to, format));
  return chart.describe(span, say(peak.received), say(peak.sent));
}
