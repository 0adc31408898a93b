import { z } from "zod";

/** The files that make a proxy speak TLS to its clients. */
export interface TlsOptions {
  /** A certificate and what leads from it to a root, in PEM. */
  cert: string;
  key: string;
}

const file = (flag: string) => z.string().min(1, `Cannot use ${flag} "": expected a file`);

export const tlsFlags = {
  tlsCert: file("--tls-cert").optional(),
  tlsKey: file("--tls-key").optional(),
};

type Flags = z.infer<z.ZodObject<typeof tlsFlags>>;

/** The options that the flags make, null without any, or the sentence that says what is wrong with them. */
export function tlsOptions({ tlsCert: cert, tlsKey: key }: Flags): TlsOptions | null | string {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert !== undefined) return "--tls-cert needs --tls-key";
  return key === undefined ? null : "--tls-key needs --tls-cert";
}
