/** What a running proxy tells of what it was told, or started with: as orders would set it. Pure. */
import { z } from "zod";

/** The most that rules and blocks take of an answer, in bytes: a message to a manager holds 64 KiB. */
const MAX_ACCESS_BYTES = 32 * 1024;
const MAX_BLOCKS_BYTES = 24 * 1024;

const limit = z.number().min(0).nullable();

/** A client's address or network that is blocked, and for how long. */
const blockSchema = z.object({ ip: z.string(), seconds_left: z.number().min(0) });

/** As a `set_limits` that changes nothing would have them: null is no limit. */
const limitsSchema = z.object({
  max_connections: limit,
  max_connections_per_client: limit,
  accept_rate: limit,
  idle_timeout: limit,
  bandwidth: limit,
  bandwidth_per_connection: limit,
});

export const shownSchema = z.object({
  /** `paused`: those that come wait; `drained`: nobody listens. */
  accepting: z.enum(["yes", "paused", "drained"]),
  log_level: z.enum(["debug", "info", "warning", "error"]),
  limits: limitsSchema,
  /** Rules as `set_access` takes them, in their order, … */
  access: z.array(z.string()),
  /** … and how many more there are that found no room. */
  access_left_out: z.int().min(0),
  blocks: z.array(blockSchema),
  blocks_left_out: z.int().min(0),
});
export type Shown = z.infer<typeof shownSchema>;
export type Block = z.infer<typeof blockSchema>;

/** All of it, as far as an answer can hold it. */
export function boundShown(
  { access, blocks, ...rest }: Omit<Shown, "access_left_out" | "blocks_left_out">,
): Shown {
  const rules = within(access, MAX_ACCESS_BYTES);
  const blocked = within(blocks, MAX_BLOCKS_BYTES);
  return {
    ...rest,
    access: rules,
    access_left_out: access.length - rules.length,
    blocks: blocked,
    blocks_left_out: blocks.length - blocked.length,
  };
}

/** As many of the first as fit into so many bytes of JSON. */
function within<T>(list: readonly T[], bytes: number): T[] {
  const encoder = new TextEncoder();
  let left = bytes;
  const end = list.findIndex((each) => {
    left -= encoder.encode(JSON.stringify(each)).length + 1;
    return left < 0;
  });
  return end < 0 ? [...list] : list.slice(0, end);
}
