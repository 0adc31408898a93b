/** The dashboard for Grafana over what /metrics gives. */
import { type Line, LINES, type Panel } from "./grafana_lines.ts";

const SOURCE = { type: "prometheus", uid: "${DS_PROMETHEUS}" };
const WIDTH = 24;

/** A dashboard that Grafana imports; it asks for the Prometheus to read from. */
export function grafanaDashboard(): { title: string } & Record<string, unknown> {
  return {
    __inputs: [{
      name: "DS_PROMETHEUS",
      label: "Prometheus",
      description: "Where the manager's /metrics are",
      type: "datasource",
      pluginId: "prometheus",
      pluginName: "Prometheus",
    }],
    __requires: [{ type: "datasource", id: "prometheus", name: "Prometheus", version: "1.0.0" }],
    title: "RustProxy",
    uid: "rustproxy-fleet",
    tags: ["rustproxy"],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: "10s",
    time: { from: "now-1h", to: "now" },
    templating: { list: [PROXY_VARIABLE] },
    panels: LINES.flatMap((line, at) => placed(line, LINES.slice(0, at))).map(numbered),
  };
}

const PROXY_QUERY = "label_values(rustproxy_proxy_up, proxy_id)";
const PROXY_VARIABLE = {
  name: "proxy",
  label: "Proxy",
  type: "query",
  datasource: SOURCE,
  definition: PROXY_QUERY,
  query: { query: PROXY_QUERY, refId: "proxies" },
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  allValue: ".*",
  current: { selected: true, text: ["All"], value: ["$__all"] },
};

function placed({ height, panels }: Line, above: Line[]) {
  const y = above.reduce((sum, line) => sum + line.height, 0);
  return panels.map((panel, i) => {
    const left = Math.floor(i * WIDTH / panels.length);
    const right = Math.floor((i + 1) * WIDTH / panels.length);
    return { ...toPanel(panel), gridPos: { x: left, y, w: right - left, h: height } };
  });
}

function toPanel({ title, description, kind, unit, targets }: Panel) {
  return {
    title,
    description,
    type: kind === "state" ? "stat" : kind,
    datasource: SOURCE,
    fieldConfig: { defaults: { unit }, overrides: [] },
    options: kind !== "timeseries"
      ? {
        reduceOptions: { calcs: ["lastNotNull"] },
        colorMode: "none",
        textMode: kind === "state" ? "name" : "auto",
      }
      : { tooltip: { mode: "multi", sort: "desc" }, legend: { displayMode: "list" } },
    targets: targets.map(({ expr, legend }, i) => ({
      datasource: SOURCE,
      refId: String.fromCharCode(65 + i),
      expr,
      legendFormat: legend,
      // What was so earlier in the time shown is no state of now.
      ...(kind === "state" && { instant: true, range: false }),
    })),
  };
}

function numbered<P extends object>(panel: P, i: number) {
  return { id: i + 1, ...panel };
}
