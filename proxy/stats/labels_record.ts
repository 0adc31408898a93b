/** The labels of a proxy, such as env=prod, and how it reports them, as a part of the contract in report.ts. */
import { z } from "zod";

/** Labels that one proxy has at most. */
export const MAX_LABELS = 16;

/** A label's value by its name. */
export type Labels = Readonly<Record<string, string>>;

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/;
const VALUE = /^(?! )[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,64}(?<! )$/u;

export const LABEL_NAME_EXPECTED =
  "expected a name of 1 to 32 characters from A-Za-z0-9_.-, with a letter or _ in front";
export const LABEL_VALUE_EXPECTED =
  "expected a value of 1 to 64 printable characters, with no space at either end";

export const labelNameSchema = z.string({ error: () => LABEL_NAME_EXPECTED })
  .regex(NAME, { error: () => LABEL_NAME_EXPECTED })
  // That would be no entry of an object, but what it is made from.
  .refine((name) => name !== "__proto__", { error: LABEL_NAME_EXPECTED });
export const labelValueSchema = z.string({ error: () => LABEL_VALUE_EXPECTED })
  // A pattern in an editor's schema knows no classes of characters.
  .min(1, { error: () => LABEL_VALUE_EXPECTED, abort: true })
  .refine((value) => VALUE.test(value), { error: LABEL_VALUE_EXPECTED });

/** Labels that are looked for, of which there must be one. */
export const labelsSchema = z.record(labelNameSchema, labelValueSchema).refine(
  (labels) => isCount(Object.keys(labels).length, 1),
  { error: `expected 1 to ${MAX_LABELS} labels` },
);

/**
 * Some of the labels: `set` is one more with each change of them in a boot, `of` says how many there are
 * in all. What is known of one set holds until all of the next one is known.
 */
export const labelsPartSchema = z.object({
  set: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  of: z.number().int().min(0).max(MAX_LABELS),
  some: z.record(labelNameSchema, labelValueSchema)
    .refine((some) => isCount(Object.keys(some).length, 0)),
});
export type LabelsPart = z.infer<typeof labelsPartSchema>;

function isCount(labels: number, least: number): boolean {
  return labels >= least && labels <= MAX_LABELS;
}

/** Characters of names and values that go into one part, which is to fit beside a long summary. */
const PART_LENGTH = 100;

/** The parts that tell all of the labels; at least one. */
export function labelsParts(set: number, labels: Labels): LabelsPart[] {
  const all = Object.entries(labels);
  const parts: [string, string][][] = [[]];
  let length = 0;
  for (const entry of all) {
    const own = entry[0].length + entry[1].length;
    if (length > 0 && length + own > PART_LENGTH) {
      parts.push([]);
      length = 0;
    }
    length += own;
    parts.at(-1)!.push(entry);
  }
  return parts.map((some) => ({ set, of: all.length, some: Object.fromEntries(some) }));
}

/** True if a proxy with these labels has all of the wanted ones. */
export function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

/** `name=value` as a label, or what is wrong with it. */
export function parseLabel(text: string): [name: string, value: string] | string {
  const at = text.indexOf("=");
  if (at < 0) return "expected name=value";
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  if (!labelNameSchema.safeParse(name).success) return LABEL_NAME_EXPECTED;
  return VALUE.test(value) ? [name, value] : LABEL_VALUE_EXPECTED;
}

/** Labels as people read them. */
export function labelsText(labels: Labels): string {
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(" ");
}
