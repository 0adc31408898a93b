/** The parameters by which connections are looked for, those that live as those that have ended. */
import { z } from "@hono/zod-openapi";
import { AddressError } from "../../proxy/net/address.ts";
import { parseCidr } from "../../proxy/net/cidr.ts";
import { CONNECTION_STATES } from "../../proxy/stats/report.ts";
import { MAX_PATTERN } from "../../proxy/glob.ts";

const MAX_NETWORKS = 16;

/** A parameter that is a pattern for some text. */
const pattern = (what: string) =>
  z.string().max(MAX_PATTERN).optional().openapi({
    description: `${what}; * stands for anything, and case does not matter`,
  });

/** A parameter that is a list of networks, parsed. */
const networks = z.string().max(1_000).transform((text, context) => {
  try {
    const parts = text.split(",");
    if (parts.length <= MAX_NETWORKS) return parts.map(parseCidr);
    context.addIssue(`expected at most ${MAX_NETWORKS}`);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    context.addIssue(error.message);
  }
  return z.NEVER;
}).openapi({ type: "string", description: "addresses and networks: 192.0.2.1,2001:db8::/32" });

/** A parameter that is a list of states. */
const states = z.string().max(100).transform((text) => text.split(","))
  .pipe(z.array(z.enum(CONNECTION_STATES)))
  .openapi({
    type: "string",
    description: `of ${CONNECTION_STATES.join(", ")}, with commas between`,
  });

/** All of them. */
export const filterParameters = {
  proxy: pattern("the proxy's id"),
  client: networks.optional(),
  user: pattern("the user's name"),
  target: pattern("the target as host:port"),
  reason: pattern("why it ended"),
  state: states.optional(),
};
