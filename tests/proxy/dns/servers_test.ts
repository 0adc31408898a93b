import { strict as assert } from "node:assert";
import { parseDnsServer } from "../../../proxy/dns/servers.ts";

const DOH = "https://dns.example/dns-query";

const accepted: [text: string, name: string, host: string, port: number, serverName?: string][] = [
  ["8.8.8.8", "udp://8.8.8.8:53", "8.8.8.8", 53],
  ["8.8.8.8:5353", "udp://8.8.8.8:5353", "8.8.8.8", 5353],
  ["::1", "udp://[::1]:53", "::1", 53],
  ["[::1]", "udp://[::1]:53", "::1", 53],
  ["[0:0::0:1]:54", "udp://[::1]:54", "::1", 54],
  ["::ffff:192.0.2.1", "udp://192.0.2.1:53", "192.0.2.1", 53],
  ["udp://2001:DB8::0:1", "udp://[2001:db8::1]:53", "2001:db8::1", 53],
  ["udp://192.0.2.1:1", "udp://192.0.2.1:1", "192.0.2.1", 1],
  ["tcp://192.0.2.1", "tcp://192.0.2.1:53", "192.0.2.1", 53],
  ["tcp://dns.example:65535", "tcp://dns.example:65535", "dns.example", 65535],
  ["tls://dns.example", "tls://dns.example:853", "dns.example", 853, "dns.example"],
  ["tls://192.0.2.1", "tls://192.0.2.1:853", "192.0.2.1", 853, "192.0.2.1"],
  [
    "tls://dns.example@192.0.2.1",
    "tls://dns.example@192.0.2.1:853",
    "192.0.2.1",
    853,
    "dns.example",
  ],
  [
    "tls://dns.example@[2001:db8::1]:8853",
    "tls://dns.example@[2001:db8::1]:8853",
    "2001:db8::1",
    8853,
    "dns.example",
  ],
  ["https://dns.example", DOH, "dns.example", 443],
  ["https://dns.example/", DOH, "dns.example", 443],
  ["https://dns.example/q?a=b", "https://dns.example/q?a=b", "dns.example", 443],
  ["https://[::1]:8443/q", "https://[::1]:8443/q", "::1", 8443],
];
for (const [text, name, host, port, serverName = ""] of accepted) {
  Deno.test(`parseDnsServer takes ${text}`, () => {
    const kind = name.slice(0, name.indexOf(":"));
    assert.deepEqual(parseDnsServer(text), { kind, name, host, port, serverName });
  });
}

const refused: [text: string, message: RegExp][] = [
  ["", /^expected an address such as/],
  ["8.8.8", /^expected an address such as/],
  ["dns.example", /^expected an IP address/],
  ["udp://dns.example:53", /^expected an IP address/],
  ["8.8.8.8:0", /^expected a port from 1/],
  ["8.8.8.8:65536", /^expected a port from 1/],
  ["8.8.8.8:", /^expected an address such as/],
  ["8.8.8.8:x", /^expected an address such as/],
  ["[8.8.8.8]", /^expected an address such as/],
  ["[::1", /^expected an address such as/],
  ["[::g]:53", /^expected an address such as/],
  ["fe80::1%eth0", /^expected an address such as/],
  ["udp://8.8.8.8/", /^expected an address such as/],
  ["udp://a@8.8.8.8", /^expected an address such as/],
  ["tcp://", /^expected an address such as/],
  ["tls://@8.8.8.8", /^expected an address such as/],
  ["tls://a b@8.8.8.8", /^expected an address such as/],
  ["quic://8.8.8.8", /^expected an address such as/],
  ["http://dns.example/", /^expected an address such as/],
  ["TLS://8.8.8.8", /^expected an address such as/],
  ["https://", /^expected https:\/\/host\/path$/],
  ["https://a:b@dns.example/", /^expected https:\/\/host\/path$/],
  ["https://dns.example/#x", /^expected https:\/\/host\/path$/],
  ["https://dns.example/dns-query{?dns}", /^expected https:\/\/host\/path$/],
  ["https://dns.example:0x1/", /^expected https:\/\/host\/path$/],
];
for (const [text, message] of refused) {
  Deno.test(`parseDnsServer refuses "${text}"`, () => {
    assert.throws(() => parseDnsServer(text), { name: "AddressError", message });
  });
}
