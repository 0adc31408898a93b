import { strict as assert } from "node:assert";
import { proxyOptionsSchema } from "../../../proxy/options.ts";

const parse = (flags: Record<string, unknown>) => proxyOptionsSchema.safeParse(flags);

Deno.test("accessFlag keeps the rules in their order, clients' and targets' apart", () => {
  const access = [
    ...["--deny 10.0.0.7", "--allow-target *.example.com:443,private", "--allow 10.0.0.0/8,::1"],
    "--deny-target *",
  ];
  assert.deepEqual(parse({ mode: "http", access }).data?.access, {
    clients: ["--deny 10.0.0.7", "--allow 10.0.0.0/8", "--allow ::1"],
    targets: ["--allow-target *.example.com:443", "--allow-target private", "--deny-target *"],
  });
});

const refused: [mode: string, access: string[], message: RegExp][] = [
  ["http", ["--deny a.example"], /^Cannot parse --deny "a.example": expected an address,/],
  ["http", ["--allow ::1,"], /^Cannot parse --allow "": expected an address/],
  ["http", ["--deny-target a:0"], /^Cannot parse --deny-target "a:0": expected a port from 1/],
  ["socks5", ["--allow-target a\nb"], /^Cannot parse --allow-target "a\\nb": expected/],
  [
    "tcp",
    ["--allow ::1", "--deny-target a"],
    /^--deny-target is for --mode http and --mode socks5/,
  ],
  [
    "http",
    ["--allow ::1", `--deny ${Array(1024).fill("::1")}`],
    /^Cannot use more than 1024 entries of --allow, --deny, --allow-target, --deny-target together$/,
  ],
];
for (const [mode, access, message] of refused) {
  Deno.test(`accessFlag refuses ${access.join(" ").slice(0, 60)} for ${mode}`, () => {
    const target = mode === "tcp" ? { target: "a:1" } : {};
    const { error } = parse({ mode, access, ...target });
    assert.match(error!.issues[0].message, message);
    assert.doesNotMatch(error!.issues[0].message, /[\r\n]/);
  });
}

Deno.test("accessFlag takes as many entries as may be, and clients' rules in tcp mode", () => {
  const access = [`--deny ${Array(1024).fill("::1")}`];
  assert.equal(parse({ mode: "tcp", target: "a:1", access }).data?.access.clients.length, 1024);
});
