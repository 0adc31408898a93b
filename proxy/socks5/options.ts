import { z } from "zod";
import { secondsFlag } from "../flags.ts";

/** What `--mode socks5` needs to know beside what every mode does. */
export interface SocksOptions {
  /** Whether clients of SOCKS4 and 4a are served too. */
  socks4: boolean;
  /** Seconds after which a UDP association on which nothing moves ends. */
  udpTimeout: number;
}

/** The flags that are for `--mode socks5` alone, as they come from the command line. */
export const socksFlags = {
  socks4: z.literal(true).optional(),
  udpTimeout: secondsFlag("--udp-timeout", 1, 86_400).optional(),
};

type Flags = z.infer<z.ZodObject<typeof socksFlags>>;

/** The options that the flags make in this mode, or the sentence that says what is wrong with them. */
export function socksOptions(mode: string, flags: Flags): SocksOptions | string {
  if (mode !== "socks5") {
    if (flags.socks4) return `--socks4 is for --mode socks5, not for --mode ${mode}`;
    if (flags.udpTimeout) return `--udp-timeout is for --mode socks5, not for --mode ${mode}`;
  }
  return { socks4: flags.socks4 ?? false, udpTimeout: flags.udpTimeout ?? 60 };
}
