/**
 * Sealed reports: datagrams that only those who have the key can read, make or change. Pure.
 *
 *     offset  size
 *          0     3  "RPS", with which no JSON begins
 *          3     1  version, 1
 *          4     4  key id: the first bytes of HMAC-SHA256(master key, "rustproxy stats key id")
 *          8    16  boot_id
 *         24     8  seq, an unsigned integer, big-endian
 *         32     n  the report, encrypted by AES-256-GCM
 *     32 + n    16  tag
 *
 * The key of AES is HKDF-SHA256(master key, salt = boot_id, info = "rustproxy stats 1"), its nonce four
 * zero bytes and seq, its additional data the first 32 bytes. `boot_id` and `seq` are the report's own; no
 * seq is used twice in a boot, and so no nonce with one key.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";

const MAGIC = [0x52, 0x50, 0x53];
const VERSION = 1;
const KEY_BYTES = 32;
const HEADER_BYTES = 32;
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";
const TAG = { authTagLength: TAG_BYTES };

/** By how many bytes a report grows when it is sealed. */
export const SEAL_OVERHEAD = HEADER_BYTES + TAG_BYTES;
/** What stands in clear before a sealed report. */
export interface SealHeader {
  /** Which key it was sealed with; several may have the same. */
  keyId: number;
  /** In hex, as in reports. */
  bootId: string;
  seq: number;
}

/** Four bytes by which a key is found again, and which tell nothing of it. */
export function keyIdOf(master: Uint8Array): number {
  return createHmac("sha256", master).update("rustproxy stats key id").digest().readUInt32BE(0);
}

/** The key of one boot's reports. */
export function deriveKey(master: Uint8Array, bootId: string): Uint8Array {
  const salt = Uint8Array.fromHex(bootId);
  return new Uint8Array(hkdfSync("sha256", master, salt, "rustproxy stats 1", KEY_BYTES));
}

/** Seals the reports of one boot of a proxy. */
export class Sealer {
  readonly #key: Uint8Array;
  /** All of it but seq. */
  readonly #header: Uint8Array;

  constructor(master: Uint8Array, bootId: string) {
    this.#key = deriveKey(master, bootId);
    this.#header = new Uint8Array(HEADER_BYTES);
    this.#header.set([...MAGIC, VERSION]);
    new DataView(this.#header.buffer).setUint32(4, keyIdOf(master));
    this.#header.set(Uint8Array.fromHex(bootId), 8);
  }

  /** The report as it is sent; `seq` must be the report's own, and no other report's of this boot. */
  seal(report: Uint8Array, seq: number): Uint8Array<ArrayBuffer> {
    const sealed = new Uint8Array(report.length + SEAL_OVERHEAD);
    sealed.set(this.#header);
    new DataView(sealed.buffer).setBigUint64(24, BigInt(seq));
    const cipher = createCipheriv(CIPHER, this.#key, nonceOf(sealed), TAG);
    cipher.setAAD(sealed.subarray(0, HEADER_BYTES));
    sealed.set(cipher.update(report), HEADER_BYTES);
    cipher.final();
    sealed.set(cipher.getAuthTag(), HEADER_BYTES + report.length);
    return sealed;
  }
}

/** True for what begins as sealed reports of any version do. */
export function isSealed(datagram: Uint8Array): boolean {
  return MAGIC.every((byte, i) => datagram[i] === byte);
}

/** The header of a datagram that {@link isSealed}, or why it has none. */
export function readHeader(datagram: Uint8Array): SealHeader | "unknown_version" | "bad_seal" {
  if (datagram[3] !== VERSION) return "unknown_version";
  if (datagram.length < SEAL_OVERHEAD) return "bad_seal";
  const view = new DataView(datagram.buffer, datagram.byteOffset);
  const seq = Number(view.getBigUint64(24));
  if (seq > Number.MAX_SAFE_INTEGER) return "bad_seal";
  return { keyId: view.getUint32(4), bootId: datagram.subarray(8, 24).toHex(), seq };
}

/** The report that a datagram with a good header holds; null if it was sealed with another key, or changed. */
export function unseal(datagram: Uint8Array, key: Uint8Array): Uint8Array | null {
  const end = datagram.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, nonceOf(datagram), TAG);
  decipher.setAAD(datagram.subarray(0, HEADER_BYTES));
  decipher.setAuthTag(datagram.subarray(end));
  const report = decipher.update(datagram.subarray(HEADER_BYTES, end));
  try {
    decipher.final();
  } catch {
    return null;
  }
  return new Uint8Array(report.buffer, report.byteOffset, report.length);
}

function nonceOf(datagram: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(12);
  nonce.set(datagram.subarray(24, HEADER_BYTES), 4);
  return nonce;
}
