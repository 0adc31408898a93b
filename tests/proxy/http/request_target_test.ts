import { strict as assert } from "node:assert";
import { parseRequest } from "../../../proxy/http/request.ts";
import type { Address } from "../../../proxy/net/address.ts";
import { bytes, refuses } from "../../support/http_bytes.ts";

/** Parses a request whose target is this. */
function parse(target: string, method = "GET") {
  const head = bytes(`${method} ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
  return parseRequest(head, 0, head.length);
}

const targets: [method: string, text: string, target: Address, path: string][] = [
  ["GET", "http://example.com/", { host: "example.com", port: 80 }, "/"],
  ["GET", "http://example.com", { host: "example.com", port: 80 }, "/"],
  ["GET", "HTTP://Example.COM/A", { host: "Example.COM", port: 80 }, "/A"],
  ["GET", "http://example.com:8080/a?b=c", { host: "example.com", port: 8080 }, "/a?b=c"],
  ["GET", "http://example.com:/", { host: "example.com", port: 80 }, "/"],
  ["GET", "http://example.com:00080/", { host: "example.com", port: 80 }, "/"],
  ["GET", "http://example.com:65535/", { host: "example.com", port: 65535 }, "/"],
  ["GET", "http://example.com?q", { host: "example.com", port: 80 }, "/?q"],
  ["GET", "http://a/?u=http://b:9/", { host: "a", port: 80 }, "/?u=http://b:9/"],
  ["GET", "http://a//b", { host: "a", port: 80 }, "//b"],
  ["GET", "http://a/../%2e%00", { host: "a", port: 80 }, "/../%2e%00"],
  ["GET", "http://a/@b:c", { host: "a", port: 80 }, "/@b:c"],
  ["GET", "http://127.0.0.1:81/", { host: "127.0.0.1", port: 81 }, "/"],
  ["GET", "http://[::1]/", { host: "::1", port: 80 }, "/"],
  ["GET", "http://[2001:db8::1]:8080/", { host: "2001:db8::1", port: 8080 }, "/"],
  ["GET", "http://[::1]:/x", { host: "::1", port: 80 }, "/x"],
  ["GET", "http://my_host.example./", { host: "my_host.example.", port: 80 }, "/"],
  ["OPTIONS", "http://a", { host: "a", port: 80 }, "*"],
  ["OPTIONS", "http://a/", { host: "a", port: 80 }, "/"],
  ["OPTIONS", "http://a?q", { host: "a", port: 80 }, "/?q"],
  ["CONNECT", "example.com:443", { host: "example.com", port: 443 }, ""],
  ["CONNECT", "[::1]:443", { host: "::1", port: 443 }, ""],
  ["M-SEARCH", "http://a/", { host: "a", port: 80 }, "/"],
];
for (const [method, text, target, path] of targets) {
  Deno.test(`parseRequest understands ${method} ${text}`, () => {
    const request = parse(text, method);
    assert.deepEqual([request.method, request.target, request.path], [method, target, path]);
    assert.deepEqual([request.minor, request.keepAlive, request.framing.kind], [1, true, "none"]);
  });
}

const wrongTargets: [title: string, text: string, method?: string][] = [
  ["an origin-form target", "/index.html"],
  ["an asterisk", "*", "OPTIONS"],
  ["an authority outside CONNECT", "example.com:80"],
  ["an empty host", "http:///a"],
  ["an empty host with a port", "http://:80/"],
  ["a user", "http://user@a/"],
  ["user and password", "http://user:pass@a/"],
  ["a user with a numeric password", "http://user:80@a/"],
  ["an empty user", "http://@a/"],
  ["port 0", "http://a:0/"],
  ["port 65536", "http://a:65536/"],
  ["a port of six digits", "http://a:000080/"],
  ["a signed port", "http://a:+80/"],
  ["a hexadecimal port", "http://a:0x50/"],
  ["two ports", "http://a:80:80/"],
  ["a fragment", "http://a/#b"],
  ["a fragment behind the host", "http://a#b"],
  ["an IPv6 address without brackets", "http://::1/"],
  ["a name in brackets", "http://[a]/"],
  ["IPv4 in brackets", "http://[127.0.0.1]/"],
  ["an open bracket", "http://[::1/"],
  ["text behind the bracket", "http://[::1]x/"],
  ["an IPv4 address with a part too large", "http://1.2.3.256/"],
  ["an IPv4 address in one number", "http://2130706433/"],
  ["an IPv4 address in hexadecimal", "http://0x7f000001/"],
  ["an IPv4 address of three parts", "http://127.0.1/"],
  ["an IPv4 address with octal parts", "http://0177.0.0.1/"],
  ["a percent sign in the host", "http://a%2eb/"],
  ["a backslash in the host", "http://a\\b/"],
  ["a comma in the host", "http://a,b/"],
  ["a label that begins with a hyphen", "http://-a/"],
  ["an empty label", "http://a..b/"],
  ["a host of 255 characters", `http://${"a".repeat(255)}/`],
  ["https", "https://a/"],
  ["ftp", "ftp://a/"],
  ["a scheme without slashes", "http:a"],
  ["a scheme with one slash", "http:/a"],
  ["backslashes behind the scheme", "http:\\\\a/"],
  ["bytes above ASCII", "http://a/\xe4"],
  ["a control byte", "http://a/\x01"],
  ["a tab", "http://a/\tb"],
  ["DEL", "http://a/\x7f"],
  ["CONNECT without a port", "a", "CONNECT"],
  ["CONNECT with an empty port", "a:", "CONNECT"],
  ["CONNECT without a host", ":443", "CONNECT"],
  ["CONNECT to port 0", "a:0", "CONNECT"],
  ["CONNECT to port 65536", "a:65536", "CONNECT"],
  ["CONNECT with a user", "u@a:443", "CONNECT"],
  ["CONNECT with a path", "a:443/", "CONNECT"],
  ["CONNECT in absolute form", "http://a:80/", "CONNECT"],
  ["CONNECT to IPv6 without brackets", "::1:443", "CONNECT"],
];
for (const [title, text, method] of wrongTargets) {
  Deno.test(`parseRequest refuses a target with ${title}`, () => {
    refuses(() => parse(text, method), 400);
  });
}
