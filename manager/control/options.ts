import type { z } from "zod";
import { CONTROL_KEY_NAMES, type controlKeyFlags } from "../../proxy/control/options.ts";
import { givenKeys } from "../../proxy/stats/key_options.ts";
import type { StatsKey } from "../sealed/keys.ts";
import { MAX_GIVEN } from "../sealed/options.ts";

export { controlKeyFlags } from "../../proxy/control/options.ts";

/** The keys of proxies that take orders: given as such, or a file of them. */
export interface ControlKeyOptions {
  keys: StatsKey[];
  file: string | null;
}

type Flags = z.infer<z.ZodObject<typeof controlKeyFlags>>;

/** A manager's options, null where it gives no orders, or the sentence that says what is wrong; it repeats no key. */
export function controlKeyOptions(flags: Flags): ControlKeyOptions | null | string {
  const { controlKey, controlKeyFile, controlKeyEnv } = flags;
  const texts = { given: controlKey, file: controlKeyFile, env: controlKeyEnv };
  const given = givenKeys(texts, CONTROL_KEY_NAMES);
  if (typeof given === "string") return given;
  const { keys, file } = given;
  if (keys.length > MAX_GIVEN) {
    return `Cannot use more than ${MAX_GIVEN} control keys: expected a --control-key-file`;
  }
  if (keys.length === 0 && file === null) return null;
  return { keys: keys.map((key) => ({ key, boundTo: null })), file };
}
