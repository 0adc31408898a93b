import { z } from "zod";
import { MAX_PATTERN } from "../../proxy/glob.ts";
import { METRIC_NAMES, type MetricName, METRICS, SUMMABLE } from "./metric.ts";
import { BASE, DEFAULT_RULES, type Rule, SEVERITIES } from "./rule.ts";
import { duration, quantity } from "./values.ts";
import { parseWindows, type Window, WINDOW_EXPECTED } from "./windows.ts";

const NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** A rule's or a webhook's name; it becomes a label. */
export const nameSchema = z.string({ error: () => NAME_EXPECTED })
  .regex(NAME, { error: () => NAME_EXPECTED });
const NAME_EXPECTED = "expected a name of 1 to 64 characters from A-Za-z0-9._-";

const windowSchema = z.string().transform((text, context): Window[] => {
  const windows = parseWindows(text);
  if (windows) return windows;
  context.addIssue(WINDOW_EXPECTED);
  return z.NEVER;
});

/** A `[[rule]]` as it stands in the file; one with the name of a default rule changes that one. */
export const ruleSchema = z.strictObject({
  name: nameSchema,
  metric: z.enum(METRIC_NAMES).optional(),
  severity: z.enum(SEVERITIES).optional(),
  scope: z.enum(["proxy", "fleet"]).optional(),
  threshold: quantity.optional(),
  clear: quantity.optional(),
  for: duration(0, 86_400).optional(),
  keep: duration(0, 86_400).optional(),
  window: duration(10, 3_600).optional(),
  at_least: z.int().min(1).max(1_000_000_000).optional(),
  proxies: z.array(z.string().min(1).max(MAX_PATTERN)).min(1).max(100).optional(),
  enabled: z.boolean().optional(),
  silenced: z.boolean().optional(),
  silence: z.array(windowSchema).min(1).max(50).optional(),
  description: z.string().max(300).optional(),
}).transform((given, context): Rule => {
  const problem = (key: keyof typeof given, message: string) => {
    context.addIssue({ code: "custom", path: [key], message, input: given[key] });
  };
  const before = DEFAULT_RULES.find(({ name }) => name === given.name);
  const metric = given.metric ?? before?.metric;
  if (metric === undefined) {
    problem("metric", `expected one of ${METRIC_NAMES.join(", ")}`);
    return z.NEVER;
  }
  const base = before?.metric === metric ? before : BASE;
  const rule = ruleOf(given, metric, base);
  check(given, rule, base !== BASE, problem);
  return rule;
});

type Given = z.input<typeof ruleSchema>;
type Parsed = Omit<Given, "threshold" | "clear" | "for" | "keep" | "window" | "silence"> & {
  threshold?: number;
  clear?: number;
  for?: number;
  keep?: number;
  window?: number;
  silence?: Window[][];
};

function ruleOf(given: Parsed, metric: MetricName, base: Omit<Rule, "name" | "metric">): Rule {
  const { kind, of } = METRICS[metric];
  const threshold = kind === "state" ? 0 : given.threshold ?? base.threshold;
  // Where only the threshold is moved, what is over moves with it.
  const clear = given.clear ?? (given.threshold === undefined ? base.clear : threshold);
  return {
    name: given.name,
    metric,
    severity: given.severity ?? base.severity,
    scope: of === "fleet" ? "fleet" : given.scope ?? base.scope,
    threshold,
    clear,
    forMs: given.for ?? base.forMs,
    keepMs: given.keep ?? base.keepMs,
    windowMs: given.window ?? base.windowMs,
    atLeast: given.at_least ?? base.atLeast,
    proxies: given.proxies ?? base.proxies,
    enabled: given.enabled ?? base.enabled,
    silence: given.silenced === true
      ? "always"
      : given.silenced === false
      ? "never"
      : given.silence?.flat() ?? base.silence,
    description: given.description ?? base.description,
  };
}

/** What must fit together. */
function check(
  given: Parsed,
  rule: Rule,
  isDefault: boolean,
  problem: (key: keyof Parsed, message: string) => void,
): void {
  const { kind, of } = METRICS[rule.metric];
  const only = (key: keyof Parsed, fits: boolean) => {
    if (given[key] !== undefined && !fits) {
      problem(key, `expected no ${key} with the metric ${rule.metric}`);
    }
  };
  only("threshold", kind !== "state");
  only("clear", kind !== "state");
  only("window", kind === "window");
  only("at_least", rule.metric === "error_rate");
  only("proxies", of !== "fleet");
  only("scope", SUMMABLE.includes(rule.metric));
  if (kind !== "state" && given.threshold === undefined && !isDefault) {
    problem("threshold", `expected a number, since nobody else knows what is too much`);
  }
  if (rule.clear > rule.threshold) {
    const key = given.clear === undefined ? "threshold" : "clear";
    problem(key, key === "clear" ? "expected at most the threshold" : "expected at least `clear`");
  }
  if (given.silenced && given.silence) {
    problem("silenced", "expected either silenced or silence");
  }
}
