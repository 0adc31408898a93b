import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  deriveKey,
  isSealed,
  keyIdOf,
  readHeader,
  SEAL_OVERHEAD,
  Sealer,
  unseal,
} from "../../../proxy/stats/seal.ts";
import { bytesOf, keyOf, KEYS, sealByWebCrypto, VECTORS } from "../../support/sealed.ts";

const BOOT = "000102030405060708090a0b0c0d0e0f";
const utf8 = (text: string) => new TextEncoder().encode(text);

for (const { title, key, boot_id, seq, key_id, boot_key, report, sealed } of VECTORS.good) {
  Deno.test(`Sealer makes, and unseal opens, ${title}`, async () => {
    const master = bytesOf(key);
    assert.equal(new Sealer(master, boot_id).seal(utf8(report), seq).toBase64(), sealed);
    const datagram = bytesOf(sealed);
    assert.ok(isSealed(datagram));
    const keyId = parseInt(key_id, 16);
    assert.equal(keyIdOf(master), keyId);
    assert.deepEqual(readHeader(datagram), { keyId, bootId: boot_id, seq });
    assert.equal(deriveKey(master, boot_id).toHex(), boot_key);
    assert.deepEqual(unseal(datagram, deriveKey(master, boot_id)), utf8(report));
    const other = await sealByWebCrypto(master, boot_id, BigInt(seq), utf8(report));
    assert.equal(other.toBase64(), sealed, "WebCrypto makes another");
  });
}

Deno.test("Sealer's reports of any length come back, and grow by the overhead", () => {
  const key = deriveKey(keyOf(KEYS[0]), BOOT);
  const sealer = new Sealer(keyOf(KEYS[0]), BOOT);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), fc.maxSafeNat(), (report, seq) => {
    const sealed = sealer.seal(report, seq);
    assert.equal(sealed.length, report.length + SEAL_OVERHEAD);
    // As it lies in a receiver's buffer.
    const buffer = new Uint8Array(sealed.length + 7);
    buffer.set(sealed, 3);
    const datagram = buffer.subarray(3, 3 + sealed.length);
    const header = readHeader(datagram);
    assert.deepEqual(header, { keyId: keyIdOf(keyOf(KEYS[0])), bootId: BOOT, seq });
    assert.deepEqual(unseal(datagram, key), report);
  }));
});

Deno.test("Sealer uses another nonce for each seq, and another key for each boot and master key", () => {
  const report = new Uint8Array(64);
  const sealed = [
    new Sealer(keyOf(KEYS[0]), BOOT).seal(report, 0),
    new Sealer(keyOf(KEYS[0]), BOOT).seal(report, 1),
    new Sealer(keyOf(KEYS[0]), BOOT.replace("0f", "10")).seal(report, 0),
    new Sealer(keyOf(KEYS[1]), BOOT).seal(report, 0),
  ];
  const ciphertexts = sealed.map((bytes) => bytes.slice(32).toHex());
  assert.equal(new Set(ciphertexts).size, sealed.length);
});

Deno.test("unseal opens nothing that was changed in any bit, cut or made longer", () => {
  const key = deriveKey(keyOf(KEYS[0]), BOOT);
  const sealed = new Sealer(keyOf(KEYS[0]), BOOT).seal(utf8("{}"), 3);
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = sealed.slice();
    changed[bit >> 3] ^= 1 << (bit & 7);
    assert.equal(unseal(changed, key), null, `bit ${bit}`);
  }
  for (let length = SEAL_OVERHEAD; length < sealed.length; length++) {
    assert.equal(unseal(sealed.slice(0, length), key), null, `${length} bytes`);
  }
  assert.equal(unseal(new Uint8Array([...sealed, 0]), key), null);
  assert.equal(unseal(sealed, deriveKey(keyOf(KEYS[1]), BOOT)), null);
});

Deno.test("isSealed and readHeader tell what a datagram is before any key is known", () => {
  const sealed = new Sealer(keyOf(KEYS[0]), BOOT).seal(new Uint8Array(), 3);
  for (const clear of ["", "R", "RP", "rps", '{"v":1}', " {}", "RPs\x01"]) {
    assert.equal(isSealed(utf8(clear)), false, clear);
  }
  const table: [Uint8Array, string][] = [
    [utf8("RPS"), "unknown_version"],
    [utf8("RPS\x00"), "unknown_version"],
    [utf8("RPS\x02").subarray(), "unknown_version"],
    [sealed.slice(0, SEAL_OVERHEAD - 1), "bad_seal"],
  ];
  for (const [datagram, reason] of table) {
    assert.ok(isSealed(datagram));
    assert.equal(readHeader(datagram), reason);
  }
  const beyond = sealed.slice();
  beyond[24] = 0xff;
  assert.equal(readHeader(beyond), "bad_seal");
});
