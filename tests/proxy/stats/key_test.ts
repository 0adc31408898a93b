import { strict as assert } from "node:assert";
import { Buffer } from "node:buffer";
import { keyLines, newStatsKey, parseStatsKey } from "../../../proxy/stats/key.ts";
import { KEYS } from "../../support/sealed.ts";

Deno.test("newStatsKey makes keys that parseStatsKey takes, each another", () => {
  const keys = Array.from({ length: 1000 }, newStatsKey);
  assert.equal(new Set(keys).size, keys.length);
  for (const key of keys) assert.deepEqual(parseStatsKey(key)?.toBase64(), key);
});

const base64 = (text: string) => Buffer.from(text, "latin1").toString("base64");
const refused: [title: string, text: string][] = [
  ["nothing", ""],
  ["a pass phrase", "correct horse battery staple"],
  ["a pass phrase of the right length", "correcthorsebatterystaplecorrecthorsebatter="],
  ["a pass phrase in base64", base64("Correct horse battery staple 123")],
  ["a byte over and over", base64("\0".repeat(32))],
  ["a pattern", base64("\x01\x82\xa3\xf4".repeat(8))],
  ["31 bytes", base64("\xf7\x03".repeat(15) + "\x99")],
  ["33 bytes", Buffer.from([...Buffer.from(KEYS[0], "base64"), 1]).toString("base64")],
  ["a key with no equals sign", KEYS[0].slice(0, -1)],
  ["a key and a line feed", `${KEYS[0]}\n`],
  ["a key and a space", `${KEYS[0]} `],
  ["a key in hex", Buffer.from(KEYS[0], "base64").toString("hex")],
  ["a key in base64url", `-${KEYS[0].slice(1)}`],
  ["bits behind the last byte", `${KEYS[0].slice(0, 42)}J=`],
];
for (const [title, text] of refused) {
  Deno.test(`parseStatsKey refuses ${title}`, () => assert.equal(parseStatsKey(text), null));
}

Deno.test("keyLines leaves out comments and empty lines, and counts them", () => {
  const file = new TextEncoder().encode("# keys\r\n\n  a \r\n\t# b\nc = d\n");
  assert.deepEqual(keyLines(file), [{ text: "a", number: 3 }, { text: "c = d", number: 5 }]);
  assert.deepEqual(keyLines(new Uint8Array()), []);
});
