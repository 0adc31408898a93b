import {
  type Connection,
  connectionSchema,
  type ProxySummary,
  proxySummarySchema,
} from "./model.ts";

/** The columns of a list in CSV: the fields of its rows, in the order of the contract. */
export const CONNECTION_COLUMNS = Object.keys(connectionSchema.shape) as (keyof Connection)[];
export const PROXY_COLUMNS = Object.keys(proxySummarySchema.shape) as (keyof ProxySummary)[];
