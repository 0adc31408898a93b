import { z } from "zod";
import { countFlag, listFlag } from "../../proxy/flags.ts";
import { AddressError } from "../../proxy/net/address.ts";
import { type Cidr, parseCidr } from "../../proxy/net/cidr.ts";
import { tlsFlags, type TlsOptions, tlsOptions } from "../../proxy/tls/options.ts";

/** How a manager meets a network that it does not trust. */
export interface ExposureOptions {
  /** The files of its certificate; null for plain HTTP. */
  tls: TlsOptions | null;
  /** Seconds for which browsers are to come by TLS alone; null to say nothing. */
  hsts: number | null;
  /** Networks of reverse proxies, which are believed in what they tell of their clients. */
  trustedProxies: Cidr[];
  /** The path that all others are under, such as "/x"; "" for none. */
  basePath: string;
}

const YEAR = "31536000";
const MAX_HSTS = 315_360_000;
const MAX_NETWORKS = 256;

function parseNetwork(text: string): Cidr {
  const network = parseCidr(text);
  if (network.bits > 0) return network;
  throw new AddressError("expected networks of proxies, since everybody would be believed");
}

const basePath = z.string().transform((text, context) => {
  const path = text.replace(/\/$/, "");
  const steps = path.split("/").some((part) => part === "." || part === "..");
  if (/^(\/[A-Za-z0-9._~-]+)*$/.test(path) && !steps && path.length <= 200) return path;
  context.addIssue(
    `Cannot use --base-path ${JSON.stringify(text)}: expected a path such as /rustproxy`,
  );
  return z.NEVER;
});

export const exposureFlags = {
  ...tlsFlags,
  hsts: z.union([z.literal(true).transform(() => YEAR), z.string()])
    .pipe(countFlag("--hsts", 0, MAX_HSTS)).optional(),
  trustedProxy: z.array(listFlag("--trusted-proxy", MAX_NETWORKS, parseNetwork)).max(64).optional(),
  basePath: basePath.default(""),
};

type Flags = z.infer<z.ZodObject<typeof exposureFlags>>;

/** Flags → options, or the sentence that says what is wrong with them. */
export function exposureOptions(
  { tlsCert, tlsKey, hsts, trustedProxy = [], basePath }: Flags,
): ExposureOptions | string {
  const tls = tlsOptions({ tlsCert, tlsKey });
  if (typeof tls === "string") return tls;
  const trustedProxies = trustedProxy.flat();
  if (hsts !== undefined && tls === null && trustedProxies.length === 0) {
    return "--hsts needs --tls-cert and --tls-key, or --trusted-proxy for one in front that speaks TLS";
  }
  return { tls, hsts: hsts ?? null, trustedProxies, basePath };
}
