import { strict as assert } from "node:assert";
import type { FailureReason } from "../../../proxy/net/failure.ts";
import { encodeError, type ErrorOptions, HttpError } from "../../../proxy/http/error.ts";
import { parseResponse } from "../../../proxy/http/response.ts";
import { bytes, text } from "../../support/http_bytes.ts";

const VIA = "rustproxy-x";

function encode(error: HttpError, options: Partial<ErrorOptions> = {}): string {
  return text(encodeError(error, { via: VIA, keepAlive: false, ...options }));
}

Deno.test("encodeError writes status, reason and what was wrong, and ends the connection", () => {
  const answer = encode(new HttpError(400, "Host is missing"));
  assert.equal(
    answer,
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n" +
      "Content-Length: 33\r\nProxy-Status: rustproxy-x; error=http_request_error\r\n" +
      "Connection: close\r\n\r\n400 Bad Request: Host is missing\n",
  );
});

Deno.test("encodeError leaves the connection open, and the body of HEAD out, where told so", () => {
  const error = new HttpError(502, "no", "connect_refused");
  const whole = encode(error, { keepAlive: true });
  assert.doesNotMatch(whole, /Connection:/);
  const head = encode(error, { keepAlive: true, head: true });
  assert.equal(whole, `${head}502 Bad Gateway: no\n`);
  assert.match(head, /\r\nContent-Length: 20\r\n.*\r\n\r\n$/s);
});

Deno.test("encodeError adds the error's own fields", () => {
  const error = new HttpError(407, "who?", "auth_failed", ['Proxy-Authenticate: Basic realm="x"']);
  assert.match(encode(error), /\r\nProxy-Authenticate: Basic realm="x"\r\n/);
});

for (const status of [400, 403, 407, 408, 413, 414, 417, 431, 501, 502, 503, 504, 505, 508]) {
  Deno.test(`encodeError has a phrase for ${status}, and a length that fits`, () => {
    const answer = encode(new HttpError(status, "caf\xe9 \u20ac"));
    const headLength = answer.indexOf("\r\n\r\n") + 4;
    const head = bytes(answer.slice(0, headLength));
    const response = parseResponse(head, 0, head.length, "GET");
    assert.equal(response.status, status);
    assert.match(response.phrase, /^[A-Z][A-Za-z ]+$/);
    assert.notEqual(response.phrase, "undefined");
    assert.deepEqual(response.framing, { kind: "length", length: answer.length - headLength });
  });
}

const errorTypes: [reason: FailureReason, type: string][] = [
  ["bad_request", "http_request_error"],
  ["body_too_large", "http_request_error"],
  ["handshake_timeout", "http_request_error"],
  ["request_timeout", "http_request_error"],
  ["auth_failed", "http_request_denied"],
  ["client_denied", "http_request_denied"],
  ["target_denied", "http_request_denied"],
  ["port_denied", "http_request_denied"],
  ["connect_refused", "connection_refused"],
  ["connect_timeout", "connection_timeout"],
  ["connect_reset", "connection_terminated"],
  ["connect_failed", "destination_unavailable"],
  ["host_unreachable", "destination_ip_unroutable"],
  ["network_unreachable", "destination_ip_unroutable"],
  ["name_not_found", "dns_error"],
  ["name_error", "dns_error"],
  ["dns_busy", "dns_error"],
  ["no_descriptors", "connection_limit_reached"],
  ["bad_response", "http_protocol_error"],
  ["response_timeout", "http_response_timeout"],
  ["target_gone", "http_response_incomplete"],
  ["target_reset", "connection_terminated"],
  ["loop_detected", "proxy_loop_detected"],
  ["internal_error", "proxy_internal_error"],
];
for (const [reason, type] of errorTypes) {
  Deno.test(`encodeError calls ${reason} ${type} in Proxy-Status`, () => {
    const answer = encode(new HttpError(502, "no", reason));
    assert.ok(answer.includes(`\r\nProxy-Status: ${VIA}; error=${type}\r\n`), answer);
  });
}
