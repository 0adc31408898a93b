/** Two certificates for localhost and 127.0.0.1, each of its own making, good until 2126; their keys protect nothing. */
const read = (name: string) => Deno.readTextFileSync(new URL(`tls/${name}`, import.meta.url));

export const FIRST = { cert: read("first.pem"), key: read("first.key") };
export const SECOND = { cert: read("second.pem"), key: read("second.key") };

/** Both files of a certificate, in a folder of their own; leaving its scope removes them. */
export class CertificateFolder implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();
  readonly flags = { tlsCert: `${this.folder}/cert.pem`, tlsKey: `${this.folder}/key.pem` };

  constructor(certificate = FIRST) {
    this.write(certificate);
  }

  /** Puts new files in the place of the old ones: two writes to one file may bear the same time. */
  write({ cert, key }: typeof FIRST): void {
    for (const [path, text] of [[this.flags.tlsCert, cert], [this.flags.tlsKey, key]]) {
      Deno.writeTextFileSync(`${path}.new`, text);
      Deno.renameSync(`${path}.new`, path);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** A connection to a TLS server on loopback that must have one of these certificates. */
export async function connectTls(
  port: number,
  ...trusted: (typeof FIRST)[]
): Promise<Deno.TlsConn> {
  const caCerts = (trusted.length > 0 ? trusted : [FIRST]).map(({ cert }) => cert);
  const conn = await Deno.connectTls({ hostname: "127.0.0.1", port, caCerts });
  try {
    await conn.handshake();
    return conn;
  } catch (error) {
    conn.close();
    throw error;
  }
}
