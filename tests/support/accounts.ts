import { Auth } from "../../manager/auth/auth.ts";
import { authOptions } from "../../manager/auth/options.ts";
import type { ScryptHasher } from "../../manager/auth/scrypt_hasher.ts";
import { tokenDigest } from "../../manager/auth/tokens.ts";
import { AuditLog } from "../../manager/audit.ts";
import { TempFile } from "./htpasswd.ts";
import { T0 } from "./reports.ts";

/** The second vector of RFC 7914, section 12, that a manager would take. */
export const RFC = {
  password: "pleaseletmein",
  hash: `$scrypt$ln=14,r=8,p=1$${base64(new TextEncoder().encode("SodiumChloride"))}$${
    base64(Uint8Array.fromHex(
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2" +
        "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
    ))
  }`,
};

/** Tokens of a file, and the file. */
export const TOKENS = {
  admin: "rpt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  viewer: "rpt_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
};
const TOKEN_FILE = `deploy:admin:${TOKENS.admin}\nprom:viewer:sha256:${
  tokenDigest(TOKENS.viewer)
}\n`;

/**
 * Accounts on a clock that a test moves: ann and vic of the command line, an admin and a viewer, and of a
 * file adam and eve, the same two.
 */
export function setUpAuth(
  { accounts = ["ann:secret", "viewer=vic:secret"], hasher }: {
    accounts?: string[];
    hasher?: ScryptHasher;
  } = {},
) {
  const users = new TempFile(`adam:admin:${RFC.hash}\neve:viewer:${RFC.hash}\n`);
  const tokens = new TempFile(TOKEN_FILE, "tokens");
  const clock = { now: 0 };
  const audit = new AuditLog({ now: () => T0 + clock.now });
  const flags = { auth: accounts, authFile: users.path, tokenFile: tokens.path };
  const options = authOptions(flags);
  if (options === null || typeof options === "string") throw new Error(String(options));
  const auth = new Auth(options, { audit, now: () => clock.now, hasher });
  return {
    ...{ auth, audit, clock, users, tokens },
    /** What the audit log has of logins. */
    noted: () => audit.recent(null, 1000).map(({ id: _, time: __, ...note }) => note),
    async [Symbol.asyncDispose]() {
      auth.close();
      await users[Symbol.asyncDispose]();
      await tokens[Symbol.asyncDispose]();
    },
  };
}

/** The Authorization field of the scheme Basic. */
export function basic(name: string, password: string): string {
  return `Basic ${new TextEncoder().encode(`${name}:${password}`).toBase64()}`;
}

function base64(bytes: Uint8Array): string {
  return bytes.toBase64({ omitPadding: true });
}
