import { createPrivateKey, X509Certificate } from "node:crypto";
import { errorCode } from "../net/failure.ts";
import { type FileContent, Reloaded, type ReloadedSpec } from "../reloaded.ts";
import type { TlsOptions } from "./options.ts";
import { listenTls } from "./pair.ts";

/** A certificate with its chain, and its key, in PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** The certificate of `--tls-cert` and `--tls-key`, which follows the files. */
export type CertificateFiles = Reloaded<Certificate>;

/** Reads both files; throws FileError. Who says what happens to them is as {@link ReloadedSpec} has it. */
export function openCertificate(
  options: TlsOptions,
  { silent, by }: Pick<ReloadedSpec<Certificate>, "silent" | "by"> = {},
): CertificateFiles {
  return new Reloaded({
    files: [
      { flag: "--tls-cert", path: options.cert },
      { flag: "--tls-key", path: options.key },
    ],
    silent,
    by,
    parse: ([cert, key]) => parse(cert, key),
  });
}

function parse(certFile: FileContent, keyFile: FileContent): Certificate {
  const [cert, key] = [certFile, keyFile].map(({ bytes }) => new TextDecoder().decode(bytes));
  const first = tryTo(() => new X509Certificate(cert));
  if (!first) throw certFile.error("expected a certificate in PEM");
  if (key.includes("ENCRYPTED")) throw keyFile.error("expected a key without a pass phrase");
  const privateKey = tryTo(() => createPrivateKey(key));
  if (!privateKey) throw keyFile.error("expected a private key in PEM");
  if (!tryTo(() => first.checkPrivateKey(privateKey))) {
    throw keyFile.error("it is not the certificate's key");
  }
  try {
    // The last word has who will use them.
    listenTls({ cert, key }).close();
  } catch (error) {
    if (errorCode(error)) throw error;
    throw certFile.error((error as Error).message);
  }
  return { cert, key };
}

function tryTo<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}
