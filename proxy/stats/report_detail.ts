/** How `detail` datagrams are written, as report.ts has them. */
import { type BackendRecord, encodeBackend } from "./backend_record.ts";
import type { LabelsPart } from "./labels_record.ts";
import type { LimitsRecord } from "./limits_record.ts";
import { byteLength, MAX_DATAGRAM_BYTES, type Summary } from "./report.ts";

const encoder = new TextEncoder();

/** A part of what `detail` tells, as the list that it belongs to and its JSON. */
export type DetailItem = readonly [
  list: "reasons" | "backends" | "limits" | "labels",
  json: string,
];

/** All of it as the parts that {@link encodeDetailPart} takes. */
export function detailItems(
  reasons: Record<string, number>,
  backends: readonly BackendRecord[],
  limits: LimitsRecord | null = null,
  labels: readonly LabelsPart[] = [],
): DetailItem[] {
  const items: DetailItem[] = limits ? [["limits", `,"limits":${JSON.stringify(limits)}`]] : [];
  for (const part of labels) items.push(["labels", `,"labels":${JSON.stringify(part)}`]);
  for (const [reason, n] of Object.entries(reasons)) {
    items.push(["reasons", `${JSON.stringify(reason)}:${n}`]);
  }
  for (const backend of backends) items.push(["backends", JSON.stringify(encodeBackend(backend))]);
  return items;
}

/**
 * One `detail` datagram with as many of the items, from `from` on, as fit into `maxBytes`, but at least
 * one. Returns the bytes and the index of the first item that did not fit.
 */
export function encodeDetailPart(
  summary: Summary,
  items: readonly DetailItem[],
  from = 0,
  maxBytes = MAX_DATAGRAM_BYTES,
): { bytes: Uint8Array; next: number } {
  const head = JSON.stringify({ kind: "detail", ...summary }).slice(0, -1);
  const parts: Record<DetailItem[0], string[]> = {
    ...{ reasons: [], backends: [], limits: [], labels: [] },
  };
  let size = byteLength(head) + `,"reasons":{},"backends":[]}`.length;
  let next = from;
  for (; next < items.length; next++) {
    const [list, json] = items[next];
    // A datagram has one part of the labels.
    if (list === "labels" && parts.labels.length > 0) break;
    size += byteLength(json) + (parts[list].length > 0 ? 1 : 0);
    if (size > maxBytes && next > from) break;
    parts[list].push(json);
  }
  const lists = `"reasons":{${parts.reasons}},"backends":[${parts.backends}]`;
  const text = `${head},${lists}${parts.limits}${parts.labels}}`;
  return { bytes: encoder.encode(text), next };
}

/** `detail` datagrams that carry all of this between them, at least one. */
export function encodeDetail(
  nextSummary: () => Summary,
  reasons: Record<string, number>,
  backends: readonly BackendRecord[] = [],
  limits: LimitsRecord | null = null,
  labels: readonly LabelsPart[] = [],
  maxBytes = MAX_DATAGRAM_BYTES,
): Uint8Array[] {
  const datagrams: Uint8Array[] = [];
  const items = detailItems(reasons, backends, limits, labels);
  let next = 0;
  do {
    const part = encodeDetailPart(nextSummary(), items, next, maxBytes);
    datagrams.push(part.bytes);
    next = part.next;
  } while (next < items.length);
  return datagrams;
}
