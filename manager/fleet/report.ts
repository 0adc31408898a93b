import { type BackendRecord, decodeBackend } from "../../proxy/stats/backend_record.ts";
import {
  type ConnectionRecord,
  type Datagram,
  decodeRecord,
  type Summary,
} from "../../proxy/stats/report.ts";
import type { LabelsPart } from "../../proxy/stats/labels_record.ts";
import type { LimitsRecord } from "../../proxy/stats/limits_record.ts";

/** What a proxy says about itself as a whole; `seq` is null where its reports are not numbered. */
export type ProxyState = Omit<Summary, "v" | "seq"> & { seq: number | null };

/** One report as the registry takes it, whichever form it arrived in. */
export interface Report {
  proxy: ProxyState;
  connections: ConnectionRecord[];
  /** True if `connections` lists all there are, so that one that is missing has gone. */
  complete: boolean;
  /** Failed and rejected connections of this boot by reason. */
  reasons: Record<string, number>;
  /** Backends of a tcp proxy; those that are missing have not changed. */
  backends: BackendRecord[];
  /** Null where the report does not tell them. */
  limits: LimitsRecord | null;
  /** Null where the report tells none of them. */
  labels: LabelsPart | null;
}

/** The report that a datagram of `proxy/stats/report.ts` carries. */
export function fromDatagram(datagram: Datagram): Report {
  if (datagram.kind === "detail") {
    const { v: _, kind: __, reasons, backends, limits = null, labels = null, ...proxy } = datagram;
    const told = { reasons, backends: backends.map(decodeBackend), limits, labels };
    return { proxy, connections: [], complete: false, ...told };
  }
  const { v: _, kind: __, connections, ...proxy } = datagram;
  return {
    proxy,
    connections: connections.map(decodeRecord),
    complete: false,
    reasons: {},
    backends: [],
    limits: null,
    labels: null,
  };
}
