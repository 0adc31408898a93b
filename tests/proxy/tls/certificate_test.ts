import { strict as assert } from "node:assert";
import { generateKeyPairSync } from "node:crypto";
import { openCertificate } from "../../../proxy/tls/certificate.ts";
import { FileError } from "../../../proxy/reloaded.ts";
import { CertificateFolder, FIRST, SECOND } from "../../support/tls.ts";

Deno.test("openCertificate takes a certificate with its key, alone or before those of who signed it", async () => {
  await using folder = new CertificateFolder();
  const { tlsCert: cert, tlsKey: key } = folder.flags;
  assert.deepEqual(openCertificate({ cert, key }).value, FIRST);
  const chain = { cert: FIRST.cert + SECOND.cert, key: FIRST.key };
  folder.write(chain);
  assert.deepEqual(openCertificate({ cert, key }).value, chain);
});

const encrypted = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" },
}).privateKey;

const refused: [title: string, cert: string, key: string, message: RegExp][] = [
  ["no certificate", "junk", FIRST.key, /--tls-cert ".*cert.pem": expected a certificate in PEM$/],
  ["an empty file", "", FIRST.key, /--tls-cert ".*": expected a certificate in PEM$/],
  ["a key for a certificate", FIRST.key, FIRST.key, /--tls-cert ".*": expected a certificate in/],
  ["half a certificate", FIRST.cert.slice(0, 300), FIRST.key, /--tls-cert ".*": expected a certif/],
  [
    "a chain that breaks off",
    FIRST.cert + SECOND.cert.slice(0, 300),
    FIRST.key,
    /--tls-cert ".*": /,
  ],
  ["no key", FIRST.cert, "junk", /--tls-key ".*key.pem": expected a private key in PEM$/],
  ["a certificate for a key", FIRST.cert, FIRST.cert, /--tls-key ".*": expected a private key in/],
  ["another's key", FIRST.cert, SECOND.key, /--tls-key ".*": it is not the certificate's key$/],
  ["an encrypted key", FIRST.cert, encrypted, /--tls-key ".*": expected a key without a pass/],
];
for (const [title, cert, key, message] of refused) {
  Deno.test(`openCertificate refuses ${title} in one line`, async () => {
    await using folder = new CertificateFolder({ cert, key });
    const paths = { cert: folder.flags.tlsCert, key: folder.flags.tlsKey };
    assert.throws(() => openCertificate(paths), (error) => {
      assert.ok(error instanceof FileError, String(error));
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n|BEGIN|MII/);
      return true;
    });
  });
}
