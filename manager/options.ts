import { z } from "zod";
import {
  type Address,
  AddressError,
  formatAddress,
  isHost,
  parseListen,
} from "../proxy/net/address.ts";
import { addressFlag } from "../proxy/flags.ts";
import { authFlags, type AuthOptions, authOptions } from "./auth/options.ts";
import { type Bounds, boundsFlags } from "./bounds.ts";
import { statsAddressOf } from "../proxy/options.ts";
import { exposureFlags, type ExposureOptions, exposureOptions } from "./http/exposure_options.ts";
import { controlKeyFlags, type ControlKeyOptions, controlKeyOptions } from "./control/options.ts";
import { httpFlags, type HttpOptions, httpOptions } from "./http/options.ts";
import { keyFlags } from "../proxy/stats/key_options.ts";
import { type SealOptions, sealOptions } from "./sealed/options.ts";
import type { AlertConfig } from "./alerts/config.ts";
import { alertFlags } from "./alerts/options.ts";
import { historyFlags, type HistoryOptions, historyOptions } from "./history/options.ts";

export { DEFAULT_RETENTION } from "./history/options.ts";

/** What a manager needs to know to start. */
export interface ManagerOptions extends Bounds, SealOptions, ExposureOptions {
  /** Where API and dashboard are served. */
  listen: Address;
  /** Where reports arrive over UDP. */
  statsListen: Address;
  /** Host names, beside loopback names and IP literals, under which the manager may be asked for. */
  publicHosts: string[];
  /** Bounds of the HTTP side other than the usual ones. */
  http?: HttpOptions;
  /** Who may use the manager; null for everybody. */
  auth: AuthOptions | null;
  /** The keys of proxies that take orders; null where none are given. */
  control?: ControlKeyOptions | null;
  /** Where the past is kept; null for nowhere. */
  history: HistoryOptions | null;
  /** Rules for alerts, or a file of them; null for the default ones. */
  alerts: string | AlertConfig | null;
}

const DEFAULT_LISTEN = "127.0.0.1:13337";

const publicHost = z.string().transform((text, context) => {
  if (isHost(text)) return text.toLowerCase();
  context.addIssue(`Cannot parse --public-host ${JSON.stringify(text)}: expected a host name`);
  return z.NEVER;
});

const flagsSchema = z.object({
  listen: addressFlag("--listen", parseListen).default(parseListen(DEFAULT_LISTEN)),
  statsListen: addressFlag("--stats-listen", parseListen).optional(),
  publicHost: z.array(publicHost).max(64, "Cannot use --public-host more than 64 times").default(
    [],
  ),
  ...boundsFlags,
  ...keyFlags,
  ...controlKeyFlags,
  ...httpFlags,
  ...exposureFlags,
  ...historyFlags,
  ...authFlags,
  ...alertFlags,
});

/** Flags as text → options of a manager; the ZodError's issues are whole sentences. */
export const managerOptionsSchema = flagsSchema.transform((flags, context): ManagerOptions => {
  const { listen, statsListen: given, publicHost: publicHosts, statsRate, maxProxies } = flags;
  const { alerts = null } = flags;
  const keys = sealOptions(flags);
  const past = historyOptions(flags);
  const exposure = exposureOptions(flags);
  const auth = authOptions(flags);
  const control = controlKeyOptions(flags);
  for (const wrong of [keys, past, exposure, auth, control]) {
    if (typeof wrong === "string") context.addIssue(wrong);
  }
  if (typeof keys === "string" || typeof past === "string") return z.NEVER;
  if (typeof exposure === "string" || typeof auth === "string") return z.NEVER;
  if (typeof control === "string") return z.NEVER;
  try {
    // Port 0 is any free one, for both; nobody could guess the second from the first.
    const statsListen = given ?? (listen.port === 0 ? listen : statsAddressOf(listen));
    const http = httpOptions(flags);
    return {
      ...{ listen, statsListen, publicHosts, http, statsRate, maxProxies, history: past, auth },
      ...{ ...keys, ...exposure, alerts, control },
    };
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    context.addIssue(`Cannot use --listen ${formatAddress(listen)}: ${error.message}`);
    return z.NEVER;
  }
});
