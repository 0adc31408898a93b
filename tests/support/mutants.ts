import fc from "fast-check";

/** Any JSON value, as it was parsed. */
type Json = unknown;

/** Values that a schema, an object or a page may stumble over, each as JSON text. */
const HOSTILE = [
  ...[
    "null",
    "true",
    "[]",
    "{}",
    '""',
    "0",
    "-0",
    "-1",
    "0.5",
    "1e-300",
    "1e308",
    "1e999",
    "-1e999",
  ],
  ...["9007199254740991", "9007199254740992", "1e21", "253402300800", "1e11", "1e12", '"NaN"'],
  ...['"Infinity"', '"-1"', '"__proto__"', '"constructor"', '"toString"', '"\\u0000"', '"\\ud800"'],
  ...['"\\u202e"', '"<img src=x onerror=alert(1)>"', '"${7*7}"', '"%00"', '"../../etc"'],
  ...['{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}'],
  ...['{"toString":1,"valueOf":2,"toJSON":3}', '{"length":1e9}', "[[[[[[[[]]]]]]]]", "[null]"],
  ...["[" + "0,".repeat(3000) + "0]", `"${"a".repeat(65)}"`, `"${"x".repeat(20_000)}"`],
  ...["[".repeat(30_000) + "]".repeat(30_000), `{${'"k":{'.repeat(500)}${"}".repeat(501)}`],
];
const KEYS = [
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "then", "toJSON", ""],
  ...["v", "kind", "seq", "connections", "reasons", "backends", "limits", "active_connections"],
];

/** Stands in a text for what JSON.stringify cannot write. */
const HOLE = "@hole@";

const spoiled = (bytes: Uint8Array<ArrayBuffer>) =>
  fc.tuple(
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
    fc.option(fc.nat(), { freq: 2 }),
    fc.option(fc.tuple(fc.nat(), fc.nat(200)), { freq: 3 }),
  ).map(([flips, cut, doubled]) => {
    let result = cut === null ? bytes.slice() : bytes.slice(0, cut % (bytes.length + 1));
    for (const [at, byte] of flips) if (result.length > 0) result[at % result.length] = byte;
    if (doubled !== null) {
      const at = doubled[0] % (result.length + 1);
      const piece = result.subarray(at, at + doubled[1]);
      const [head, tail] = [result.subarray(0, at), result.subarray(at)];
      result = new Uint8Array([...head, ...piece, ...tail]);
    }
    return result;
  });

const fields = (value: Json) =>
  fc.array(fc.tuple(fc.nat(), fc.constantFrom(...HOSTILE)), { minLength: 1, maxLength: 3 })
    .map((changes) => {
      let text = JSON.stringify(value);
      for (const [nth, hostile] of changes) text = replaced(text, nth, hostile);
      return text;
    });

const extraKeys = (value: Json) =>
  fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom(...HOSTILE), fc.nat(), fc.boolean())
    .map(([key, hostile, nth, first]) => {
      const text = JSON.stringify(value);
      const member = `${JSON.stringify(key)}:${hostile}`;
      const opens = [...text.matchAll(/\{/g)].map(({ index }) => index + 1);
      const at = opens[nth % opens.length];
      if (!first) return `${text.slice(0, -1)},${member}}`;
      const comma = text[at] === "}" ? "" : ",";
      return text.slice(0, at) + member + comma + text.slice(at);
    });

/** The text with its nth value, of all that are nested in it, replaced by another. */
function replaced(text: string, nth: number, by: string): string {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  const places: [holder: Record<string, Json>, key: string][] = [];
  // Without recursion, for some are nested deeply.
  for (const holders = [value]; holders.length > 0 && places.length < 5000;) {
    const holder = holders.pop();
    if (typeof holder !== "object" || holder === null) continue;
    for (const [key, child] of Object.entries(holder)) {
      places.push([holder as Record<string, Json>, key]);
      holders.push(child);
    }
  }
  if (places.length === 0) return text;
  const [holder, key] = places[nth % places.length];
  Object.defineProperty(holder, key, { value: HOLE, enumerable: true });
  try {
    return JSON.stringify(value).replace(`"${HOLE}"`, () => by);
  } catch {
    // It is nested too deeply to be written, though not to be read.
    return text;
  }
}

const encoder = new TextEncoder();

/** Datagrams that were once these, with bytes changed, cut and doubled, and fields replaced and added. */
export function mutants(valid: readonly Uint8Array<ArrayBuffer>[]) {
  const arbitraries = valid.flatMap((bytes) => {
    const value = JSON.parse(new TextDecoder().decode(bytes));
    const texts = fc.oneof(fields(value), extraKeys(value), extraKeys(value).chain(textFields));
    return [spoiled(bytes), texts.map((text) => encoder.encode(text))];
  });
  return fc.oneof(...arbitraries);
}

function textFields(text: string) {
  return fc.tuple(fc.nat(), fc.constantFrom(...HOSTILE)).map(([nth, by]) =>
    replaced(text, nth, by)
  );
}
