import { strict as assert } from "node:assert";
import { encodeError, HttpError } from "../../../proxy/http/error.ts";
import { parseResponse } from "../../../proxy/http/response.ts";
import { bytes, text } from "../../support/http_bytes.ts";

Deno.test("encodeError writes status, reason and what was wrong, and ends the connection", () => {
  const answer = text(encodeError(new HttpError(400, "Host is missing"), false));
  assert.equal(
    answer,
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n" +
      "Content-Length: 33\r\nConnection: close\r\n\r\n400 Bad Request: Host is missing\n",
  );
});

Deno.test("encodeError leaves the connection open, and the body of HEAD out, where told so", () => {
  const error = new HttpError(502, "no", "connect_refused");
  const whole = text(encodeError(error, true));
  assert.doesNotMatch(whole, /Connection:/);
  const head = text(encodeError(error, true, true));
  assert.equal(whole, `${head}502 Bad Gateway: no\n`);
  assert.match(head, /\r\nContent-Length: 20\r\n\r\n$/);
});

Deno.test("encodeError adds the error's own fields", () => {
  const error = new HttpError(407, "who?", "auth_failed", ['Proxy-Authenticate: Basic realm="x"']);
  assert.match(text(encodeError(error, false)), /\r\nProxy-Authenticate: Basic realm="x"\r\n/);
});

for (const status of [400, 403, 407, 408, 414, 417, 431, 501, 502, 503, 504, 505, 508]) {
  Deno.test(`encodeError has a phrase for ${status}, and a length that fits`, () => {
    const answer = text(encodeError(new HttpError(status, "caf\xe9 \u20ac"), false));
    const headLength = answer.indexOf("\r\n\r\n") + 4;
    const head = bytes(answer.slice(0, headLength));
    const response = parseResponse(head, 0, head.length, "GET");
    assert.equal(response.status, status);
    assert.match(response.phrase, /^[A-Z][A-Za-z ]+$/);
    assert.notEqual(response.phrase, "undefined");
    assert.deepEqual(response.framing, { kind: "length", length: answer.length - headLength });
  });
}
