import { strict as assert } from "node:assert";
import { FileError } from "../../../proxy/reloaded.ts";
import { MAX_DATAGRAM_BYTES } from "../../../proxy/stats/report.ts";
import { ReportSeal } from "../../../proxy/stats/report_seal.ts";
import { deriveKey, SEAL_OVERHEAD, unseal } from "../../../proxy/stats/seal.ts";
import { eventually } from "../../support/eventually.ts";
import { TempFile } from "../../support/htpasswd.ts";
import { boot } from "../../support/reports.ts";
import { keyOf, KEYS } from "../../support/sealed.ts";

const [A, B] = KEYS;
const BOOT = boot("c");
const REPORT = new TextEncoder().encode("report");
const NONE = { statsKey: null, statsKeyFile: null };

/** What a reporter of this seal sends, and whose key opens it. */
function sendingOf(seal: ReportSeal) {
  const sent: Uint8Array[] = [];
  const { send, maxBytes } = seal.sending(BOOT, (bytes) => {
    sent.push(bytes);
    return Promise.resolve();
  });
  let seq = 0;
  const next = async () => {
    await send(REPORT, seq++);
    return sent.at(-1)!;
  };
  const opens = (key: string, bytes: Uint8Array) =>
    unseal(bytes, deriveKey(keyOf(key), BOOT)) !== null;
  return { maxBytes, next, opens };
}

Deno.test("ReportSeal without a key sends reports as they are", async () => {
  const seal = new ReportSeal(NONE, false);
  const { maxBytes, next } = sendingOf(seal);
  assert.equal(seal.isOn, false);
  assert.equal(maxBytes, undefined);
  assert.deepEqual(await next(), REPORT);
});

Deno.test("ReportSeal seals each report within the size of a datagram", async () => {
  const seal = new ReportSeal({ ...NONE, statsKey: keyOf(A) }, false);
  const { maxBytes, next } = sendingOf(seal);
  assert.equal(seal.isOn, true);
  assert.equal(maxBytes, MAX_DATAGRAM_BYTES - SEAL_OVERHEAD);
  for (const seq of [0, 1, 2]) {
    const bytes = await next();
    assert.equal(bytes[31], seq);
    assert.deepEqual(unseal(bytes, deriveKey(keyOf(A), BOOT)), REPORT);
  }
});

Deno.test("ReportSeal follows the file that holds the key", async () => {
  await using file = new TempFile(`# the fleet's\n${A}\n`, "key");
  const seal = new ReportSeal({ ...NONE, statsKeyFile: file.path }, true);
  try {
    const { next, opens } = sendingOf(seal);
    assert.ok(opens(A, await next()));
    seal.watch();
    file.replace(B);
    await eventually("the new key is in use", async () => opens(B, await next()));
  } finally {
    seal.close();
  }
});

const EXPECTED = "expected 32 random bytes in base64, as rustproxy --print-key makes them";
const refused: [text: string, message: string][] = [
  ["", "expected one line with a key, found 0"],
  ["# none\n", "expected one line with a key, found 0"],
  [`${A}\n${B}\n`, "expected one line with a key, found 2"],
  ["# mine\nhunter2\n", `line 2: ${EXPECTED}`],
  [`edge-1 = ${A}`, `line 1: ${EXPECTED}`],
];
for (const [text, message] of refused) {
  Deno.test(`ReportSeal says "${message}" of a file`, async () => {
    await using file = new TempFile(text, "key");
    assert.throws(() => new ReportSeal({ ...NONE, statsKeyFile: file.path }, false), (error) => {
      assert.ok(error instanceof FileError);
      const name = `--stats-key-file ${JSON.stringify(file.path)}`;
      assert.equal(error.message, `Cannot use ${name}: ${message}`);
      return true;
    });
  });
}
