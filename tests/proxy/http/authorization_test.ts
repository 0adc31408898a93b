import { strict as assert } from "node:assert";
import { createCredentialCheck, type CredentialCheck } from "../../../proxy/auth/check.ts";
import { createAuthorization } from "../../../proxy/http/authorization.ts";
import { HttpError } from "../../../proxy/http/error.ts";
import { Failure } from "../../../proxy/net/failure.ts";
import { parseRequest } from "../../../proxy/http/request.ts";
import { bytes, refuses } from "../../support/http_bytes.ts";

const basic = (text: string) => `Basic ${new TextEncoder().encode(text).toBase64()}`;

function request(...lines: string[]) {
  const all = bytes(["GET http://a/ HTTP/1.1", "Host: a", ...lines, "", ""].join("\r\n"));
  return parseRequest(all, 0, all.length);
}

const NO_HASHER = () => assert.fail("no hash is needed");
const CHECK = createCredentialCheck([{ user: "us\xe9r", password: "p:wx" }], null, NO_HASHER);
const authorize = createAuthorization(CHECK)();
const RIGHT = basic("us\xe9r:p:wx");

const accepted: [title: string, value: string][] = [
  ["the right credentials, the password with a colon", RIGHT],
  ["the scheme in lower case", RIGHT.replace("Basic", "basic")],
  ["the scheme in upper case", RIGHT.replace("Basic", "BASIC")],
  ["more than one space", RIGHT.replace(" ", "   ")],
  ["no padding", RIGHT.replace(/=+$/, "")],
];
for (const [title, value] of accepted) {
  Deno.test(`createAuthorization lets in ${title}`, () => {
    assert.equal(authorize(request(`Proxy-Authorization: ${value}`)), "us\xe9r");
  });
}

const refused: [title: string, lines: string[]][] = [
  ["no credentials", []],
  ["credentials for the origin", [`Authorization: ${RIGHT}`]],
  ["an empty value", ["Proxy-Authorization:"]],
  ["a scheme alone", ["Proxy-Authorization: Basic"]],
  ["another scheme", [`Proxy-Authorization: Bearer${RIGHT.slice(5)}`]],
  ["a wrong password", [`Proxy-Authorization: ${basic("us\xe9r:p:")}`]],
  ["a wrong user", [`Proxy-Authorization: ${basic("user:p:wx")}`]],
  ["no colon", [`Proxy-Authorization: ${basic("us\xe9r")}`]],
  ["an empty user", [`Proxy-Authorization: ${basic(":p:wx")}`]],
  ["what is not base64", ["Proxy-Authorization: Basic !!!!"]],
  ["broken base64", ["Proxy-Authorization: Basic abcde"]],
  ["the user in Latin-1", [`Proxy-Authorization: Basic ${btoa("us\xe9r:p:wx")}`]],
  ["text behind the credentials", [`Proxy-Authorization: ${RIGHT} x`]],
];
for (const [title, lines] of refused) {
  Deno.test(`createAuthorization answers 407 to ${title}`, () => {
    refuses(() => authorize(request(...lines)), 407);
  });
}

Deno.test("createAuthorization says how to authenticate, and why it refused", () => {
  try {
    authorize(request());
  } catch (error) {
    assert.ok(error instanceof HttpError);
    assert.equal(error.reason, "auth_failed");
    assert.match(error.fields.join(), /^Proxy-Authenticate: Basic realm="rustproxy"/);
    return;
  }
  assert.fail("it let in a request without credentials");
});

Deno.test("createAuthorization without a check lets everyone in, without a name", () => {
  assert.equal(createAuthorization(null)()(request(`Proxy-Authorization: ${RIGHT}`)), "");
});

/** A check that counts how often it is asked, and takes the password "right". */
class CountingCheck implements CredentialCheck {
  asked = 0;
  version = 0;
  answer: (ok: boolean) => boolean | Promise<boolean> = (ok) => ok;

  check(_user: Uint8Array, password: Uint8Array): boolean | Promise<boolean> {
    this.asked++;
    return this.answer(new TextDecoder().decode(password) === "right");
  }

  close(): void {}
}

const field = (text: string) => request(`Proxy-Authorization: ${basic(text)}`);

Deno.test("createAuthorization asks once for the same field on a connection, unless the users change", () => {
  const check = new CountingCheck();
  const authorize = createAuthorization(check)();
  for (let i = 0; i < 3; i++) assert.equal(authorize(field("ann:right")), "ann");
  assert.equal(check.asked, 1);
  assert.equal(authorize(field("bob:right")), "bob");
  assert.equal(check.asked, 2, "other credentials on the same connection");
  refuses(() => authorize(field("bob:wrong")), 407);
  refuses(() => authorize(field("bob:wrong")), 407);
  assert.equal(check.asked, 4, "a refusal is asked for again");
  assert.equal(authorize(field("bob:right")), "bob");
  assert.equal(check.asked, 4);
  check.version++;
  check.answer = () => false;
  refuses(() => authorize(field("bob:right")), 407);
});

Deno.test("createAuthorization waits for a verdict, and answers 503 where there is none to be had", async () => {
  const check = new CountingCheck();
  const authorize = createAuthorization(check)();
  check.answer = (ok) => Promise.resolve(ok);
  assert.equal(await authorize(field("ann:right")), "ann");
  assert.equal(authorize(field("ann:right")), "ann", "known now");
  const status = async (text: string) => {
    try {
      await authorize(field(text));
      return 200;
    } catch (error) {
      assert.ok(error instanceof HttpError);
      return [error.status, error.reason];
    }
  };
  assert.deepEqual(await status("ann:wrong"), [407, "auth_failed"]);
  check.answer = () => Promise.reject(new Failure("auth_busy"));
  assert.deepEqual(await status("bob:right"), [503, "auth_busy"]);
});
