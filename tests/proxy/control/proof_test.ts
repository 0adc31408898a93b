import { strict as assert } from "node:assert";
import {
  controlKeyId,
  isProof,
  type Meeting,
  newNonce,
  proofOf,
  type Side,
} from "../../../proxy/control/proof.ts";
import { keyOf, KEYS } from "../../support/sealed.ts";

const [KEY, OTHER] = KEYS.map(keyOf);
const MEETING: Meeting = {
  proxyId: "edge-1",
  bootId: "ab".repeat(16),
  proxyNonce: new Uint8Array(32).fill(1).toBase64(),
  managerNonce: new Uint8Array(32).fill(2).toBase64(),
};

/** The same as its description says it, by WebCrypto and with nothing of the program. */
async function byWebCrypto(master: Uint8Array, side: Side, meeting: Meeting): Promise<string> {
  const text = (characters: string) => new TextEncoder().encode(characters);
  const raw = new Uint8Array(master);
  const from = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveBits"]);
  const info = text(`rustproxy control 1 ${side}`);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  const bits = await crypto.subtle.deriveBits(hkdf, from, 256);
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bits, hmac, false, ["sign"]);
  const { proxyId, bootId, proxyNonce, managerNonce } = meeting;
  const said = JSON.stringify([side, 1, proxyId, bootId, proxyNonce, managerNonce]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, text(said))).toBase64();
}

Deno.test("proofOf is what its description says", async () => {
  for (const side of ["proxy", "manager"] as const) {
    const proof = proofOf(KEY, side, MEETING);
    assert.equal(proof, await byWebCrypto(KEY, side, MEETING));
    assert.ok(isProof(proof, KEY, side, MEETING));
  }
});

Deno.test("isProof refuses a proof of another key, side, proxy, boot or connection", () => {
  const proof = proofOf(KEY, "proxy", MEETING);
  const table: [key: Uint8Array, side: Side, meeting: Meeting][] = [
    [OTHER, "proxy", MEETING],
    [KEY, "manager", MEETING],
    [KEY, "proxy", { ...MEETING, proxyId: "edge-2" }],
    [KEY, "proxy", { ...MEETING, bootId: "cd".repeat(16) }],
    [KEY, "proxy", { ...MEETING, proxyNonce: newNonce() }],
    [KEY, "proxy", { ...MEETING, managerNonce: newNonce() }],
    [
      KEY,
      "proxy",
      { ...MEETING, proxyNonce: MEETING.managerNonce, managerNonce: MEETING.proxyNonce },
    ],
  ];
  for (const [key, side, meeting] of table) assert.equal(isProof(proof, key, side, meeting), false);
  const last = proof.startsWith("A") ? "B" : "A";
  for (const changed of [last + proof.slice(1), "", "AAAA"]) {
    assert.equal(isProof(changed, KEY, "proxy", MEETING), false);
  }
});

Deno.test("controlKeyId tells keys apart, and newNonce is new each time", () => {
  assert.match(controlKeyId(KEY), /^[0-9a-f]{8}$/);
  assert.notEqual(controlKeyId(KEY), controlKeyId(OTHER));
  assert.equal(new Set(Array.from({ length: 100 }, newNonce)).size, 100);
  assert.equal(Uint8Array.fromBase64(newNonce()).length, 32);
});
