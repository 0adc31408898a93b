/**
 * How a proxy and its manager show each other that they have the same key, which never leaves either. Pure.
 *
 *     proof = HMAC-SHA256(key of the side, JSON of [side, version, proxy_id, boot_id, proxy's nonce, manager's nonce])
 *     key of the side = HKDF-SHA256(master key, no salt, info = "rustproxy control 1 " + side)
 *
 * Both nonces are of this connection alone, so that no proof serves in another; each side has a key of its
 * own, so that none serves the other way.
 */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { PROTOCOL } from "./protocol.ts";

const BYTES = 32;

/** Which end of the channel. */
export type Side = "proxy" | "manager";

/** What a proof is about. */
export interface Meeting {
  proxyId: string;
  bootId: string;
  /** Base64, as they went over the channel. */
  proxyNonce: string;
  managerNonce: string;
}

/** 32 random bytes in base64. */
export function newNonce(): string {
  return randomBytes(BYTES).toString("base64");
}

/** Four bytes in hex by which a key is found again, and which tell nothing of it. */
export function controlKeyId(master: Uint8Array): string {
  return createHmac("sha256", master).update("rustproxy control key id").digest("hex").slice(0, 8);
}

/** What this side sends, in base64. */
export function proofOf(master: Uint8Array, side: Side, meeting: Meeting): string {
  return mac(master, side, meeting).toString("base64");
}

/** Whether this is what the side would send that has the key; takes as long for any other. */
export function isProof(
  proof: string,
  master: Uint8Array,
  side: Side,
  meeting: Meeting,
): boolean {
  const given = Uint8Array.fromBase64(proof);
  return given.length === BYTES && timingSafeEqual(given, mac(master, side, meeting));
}

function mac(master: Uint8Array, side: Side, meeting: Meeting) {
  const { proxyId, bootId, proxyNonce, managerNonce } = meeting;
  const key = hkdfSync("sha256", master, "", `rustproxy control ${PROTOCOL} ${side}`, BYTES);
  return createHmac("sha256", new Uint8Array(key))
    .update(JSON.stringify([side, PROTOCOL, proxyId, bootId, proxyNonce, managerNonce]))
    .digest();
}
