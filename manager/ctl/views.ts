import type { Shown } from "../../proxy/control/shown.ts";
import type { FleetStats, ProxySummary } from "../api/model.ts";
import type { ConnectionsReply } from "../api/model_connections.ts";
import type { ControlReply, OrderReply } from "../api/model_control.ts";
import { labelsText } from "../../proxy/stats/labels_record.ts";
import { bytesText, durationText, formatTable } from "./table.ts";
import type { Recipients, View } from "./words.ts";

/** What the manager says of this view, for people. */
export function showView(view: View, reply: unknown): string {
  switch (view) {
    case "list":
      return showList(reply as ControlReply);
    case "status":
      return showStatus(reply as FleetStats);
    case "proxies":
      return showProxies(reply as ProxySummary[]);
    case "connections":
      return showConnections(reply as ConnectionsReply);
  }
}

/** What became of an order. */
export function showOrder({ results }: OrderReply, to: Recipients): string {
  if (results.length === 0) {
    return "labels" in to
      ? `No proxy is up that has ${labelsText(to.labels)}.`
      : "No proxy takes orders from this manager.";
  }
  return formatTable(
    ["PROXY", "OUTCOME", "COUNT", "DETAIL"],
    results.map(({ proxy_id, outcome, count, detail }) => [proxy_id, outcome, count ?? "", detail]),
  );
}

/** What proxies have told of themselves; of those that have not, why. */
export function showShown({ results, ...order }: OrderReply, to: Recipients): string {
  const told = results.flatMap(({ proxy_id, shown }) => shown ? [showOne(proxy_id, shown)] : []);
  const others = results.filter(({ shown }) => !shown);
  if (others.length > 0 || told.length === 0) {
    told.push(showOrder({ ...order, results: others }, to));
  }
  return told.join("\n\n");
}

function showOne(proxyId: string, { limits, access, blocks, ...shown }: Shown): string {
  const rows: [string, string][] = [["accepting", shown.accepting], ["log-level", shown.log_level]];
  for (const [key, value] of Object.entries(limits)) {
    const text = key.startsWith("bandwidth") && value !== null ? `${bytesText(value)}/s` : value;
    rows.push([key.replaceAll("_", "-"), `${text ?? "none"}`]);
  }
  for (const rule of access) rows.push(["rule", rule]);
  if (shown.access_left_out > 0) rows.push(["", `${shown.access_left_out} more rules`]);
  for (const { ip, seconds_left } of blocks) {
    rows.push(["blocked", `${ip}, ${durationText(seconds_left)} more`]);
  }
  if (shown.blocks_left_out > 0) rows.push(["", `${shown.blocks_left_out} more blocks`]);
  return formatTable([proxyId, ""], rows);
}

function showList({ enabled, proxies }: ControlReply): string {
  if (!enabled) return "This manager gives no orders: start it with --control-key-file.";
  if (proxies.length === 0) return "No proxy takes orders from this manager.";
  return formatTable(
    ["PROXY", "VERSION", "SINCE"],
    proxies.map((each) => [each.proxy_id, each.version, timeText(each.connected_since)]),
  );
}

function showStatus(stats: FleetStats): string {
  const { manager_version, manager_uptime, active_proxies, total_proxies } = stats;
  return formatTable(["FLEET", ""], [
    ["manager", `${manager_version}, up ${durationText(manager_uptime)}`],
    ["proxies", `${active_proxies} of ${total_proxies} active`],
    ["connections", `${stats.active_connections} open, ${stats.total_connections} in all`],
    ["failed", `${stats.failed_connections}`],
    ["rejected", `${stats.rejected_connections}`],
    ["sent", `${bytesText(stats.total_bytes_sent)}, ${bytesText(stats.rate_sent)}/s`],
    ["received", `${bytesText(stats.total_bytes_received)}, ${bytesText(stats.rate_received)}/s`],
  ]);
}

function showProxies(proxies: ProxySummary[]): string {
  if (proxies.length === 0) return "No proxy is known.";
  return formatTable(
    [
      ...["PROXY", "TYPE", "LISTENS", "STATUS", "ORDERS", "OPEN", "TOTAL", "SENT", "RECEIVED"],
      ...["UP", "LABELS"],
    ],
    proxies.map((each) => [
      ...[each.proxy_id, each.proxy_type, each.listen_addr],
      each.draining ? "draining" : each.status,
      each.controlled ? "yes" : "no",
      ...[each.active_connections, each.total_connections],
      ...[bytesText(each.total_bytes_sent), bytesText(each.total_bytes_received)],
      ...[durationText(each.uptime), labelsText(each.labels)],
    ]),
  );
}

function showConnections({ connections, left_out }: ConnectionsReply): string {
  if (connections.length === 0) return "No connection matches.";
  const table = formatTable(
    ["PROXY", "ID", "CLIENT", "TARGET", "USER", "STATE", "SENT", "RECEIVED", "SINCE"],
    connections.map((each) => [
      ...[each.proxy_id, each.id],
      each.client_ip.includes(":")
        ? `[${each.client_ip}]:${each.client_port}`
        : `${each.client_ip}:${each.client_port}`,
      ...[each.target, each.user, each.state],
      ...[bytesText(each.bytes_sent), bytesText(each.bytes_received), timeText(each.start_time)],
    ]),
  );
  return left_out > 0 ? `${table}\n${left_out} more; limit=1000 shows up to 1000` : table;
}

function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ") + "Z";
}
