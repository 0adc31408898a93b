/** What the dashboard for Grafana shows of what /metrics gives. */

const OF_PROXY = '{proxy_id=~"$proxy"}';

interface Target {
  expr: string;
  legend: string;
}

/** A panel; one of kind `state` shows the names of its series instead of their values. */
export interface Panel {
  title: string;
  description: string;
  kind: "stat" | "state" | "timeseries";
  unit: string;
  targets: Target[];
}

/** A line of panels that share its width. */
export interface Line {
  height: number;
  panels: Panel[];
}

const one = (
  kind: Panel["kind"],
  title: string,
  unit: string,
  description: string,
  ...targets: Target[]
): Panel => ({ title, description, kind, unit, targets });
const expr = (expr: string, legend = ""): Target => ({ expr, legend });
const rate = (metric: string) => `rate(${metric}[$__rate_interval])`;
const perProxy = (metric: string) => `sum by (proxy_id) (${rate(metric + OF_PROXY)})`;
const both = (sent: string, received: string) => [
  expr(sent, "sent"),
  expr(`-${received}`, "received"),
];

/** From top to bottom. */
export const LINES: Line[] = [
  {
    height: 4,
    panels: [
      one(
        "stat",
        "Proxies up",
        "short",
        "Proxies that report.",
        expr('sum(rustproxy_proxies{status=~"online|stale"})'),
      ),
      one(
        "stat",
        "Proxies gone",
        "short",
        "Offline or stopped.",
        expr('sum(rustproxy_proxies{status=~"offline|stopped"})'),
      ),
      one(
        "stat",
        "Active connections",
        "short",
        "Of the whole fleet.",
        expr("rustproxy_fleet_active_connections"),
      ),
      one(
        "stat",
        "Sent",
        "Bps",
        "From clients to targets.",
        expr(rate("rustproxy_fleet_sent_bytes_total")),
      ),
      one(
        "stat",
        "Received",
        "Bps",
        "From targets to clients.",
        expr(rate("rustproxy_fleet_received_bytes_total")),
      ),
    ],
  },
  {
    height: 8,
    panels: [
      one(
        "timeseries",
        "Fleet traffic",
        "Bps",
        "Sent above, received below.",
        ...both(
          rate("rustproxy_fleet_sent_bytes_total"),
          rate("rustproxy_fleet_received_bytes_total"),
        ),
      ),
      one(
        "timeseries",
        "Connections a second",
        "short",
        "Taken on, failed and refused by rules, of the whole fleet.",
        expr(rate("rustproxy_fleet_connections_total"), "taken on"),
        expr(rate("rustproxy_fleet_failed_connections_total"), "failed"),
        expr(rate("rustproxy_fleet_rejected_connections_total"), "rejected"),
      ),
    ],
  },
  {
    height: 8,
    panels: [
      one(
        "timeseries",
        "Traffic by proxy",
        "Bps",
        "Sent and received together.",
        expr(
          `${perProxy("rustproxy_proxy_sent_bytes_total")} + ` +
            perProxy("rustproxy_proxy_received_bytes_total"),
          "{{proxy_id}}",
        ),
      ),
      one(
        "timeseries",
        "Active connections by proxy",
        "short",
        "Open now.",
        expr(`rustproxy_proxy_active_connections${OF_PROXY}`, "{{proxy_id}}"),
      ),
      one(
        "timeseries",
        "Failed connections by proxy",
        "short",
        "A second.",
        expr(perProxy("rustproxy_proxy_failed_connections_total"), "{{proxy_id}}"),
      ),
    ],
  },
  {
    height: 8,
    panels: [
      one(
        "timeseries",
        "Reports",
        "short",
        "Datagrams a second, and those dropped, by reason.",
        expr(rate("rustproxy_ingest_datagrams_total"), "received"),
        expr(
          `sum by (reason) (${rate("rustproxy_ingest_dropped_total")})`,
          "dropped: {{reason}}",
        ),
      ),
      one(
        "timeseries",
        "Reports lost",
        "percentunit",
        "Share of a proxy's datagrams that did not arrive in a minute.",
        expr(`rustproxy_proxy_report_loss_ratio${OF_PROXY} > 0`, "{{proxy_id}}"),
      ),
      one(
        "timeseries",
        "HTTP requests",
        "reqps",
        "By status; and clients turned away, by reason.",
        expr(`sum by (code) (${rate("rustproxy_http_requests_total")})`, "{{code}}"),
        expr(`sum by (reason) (${rate("rustproxy_http_refused_total")}) > 0`, "{{reason}}"),
      ),
    ],
  },
  {
    height: 8,
    panels: [
      one(
        "timeseries",
        "Event loop delay",
        "s",
        "How late the manager's event loop is: nineteen of twenty samples, and the mean.",
        expr(
          `histogram_quantile(0.95, ${rate("rustproxy_manager_event_loop_delay_seconds_bucket")})`,
          "95 %",
        ),
        expr(
          `${rate("rustproxy_manager_event_loop_delay_seconds_sum")} / ` +
            rate("rustproxy_manager_event_loop_delay_seconds_count"),
          "mean",
        ),
      ),
      one(
        "timeseries",
        "Memory",
        "bytes",
        "Of the manager's process.",
        expr(
          "process_resident_memory_bytes * on (job, instance) rustproxy_manager_info",
          "resident",
        ),
        expr("rustproxy_manager_heap_used_bytes", "heap"),
      ),
      one(
        "timeseries",
        "Processor",
        "percentunit",
        "Cores that the manager uses.",
        expr(
          `${rate("process_cpu_seconds_total")} * on (job, instance) rustproxy_manager_info`,
          "cores",
        ),
      ),
      one(
        "timeseries",
        "Viewers and connections",
        "short",
        "Dashboards over WebSocket, and all HTTP connections.",
        expr("rustproxy_manager_viewers", "viewers"),
        expr("rustproxy_http_connections", "HTTP connections"),
      ),
    ],
  },
  {
    height: 6,
    panels: [
      one(
        "state",
        "History",
        "short",
        "Whether the fleet is being remembered: on, opening, failed or off.",
        expr("rustproxy_history_state == 1", "{{state}}"),
      ),
      one(
        "timeseries",
        "History not written",
        "short",
        "Rows a second that were dropped, and batches, by kind.",
        expr(`sum by (kind) (${rate("rustproxy_history_dropped_total")})`, "{{kind}}"),
      ),
    ],
  },
];
