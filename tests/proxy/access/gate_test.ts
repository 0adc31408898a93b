import { strict as assert } from "node:assert";
import { Gate } from "../../../proxy/access/gate.ts";

/** A gate with these rules, as `--deny 10.0.0.0/8`. */
function gate(...rules: string[]): Gate {
  const isTarget = (rule: string) => rule.split(" ")[0].endsWith("-target");
  return new Gate({
    clients: rules.filter((rule) => !isTarget(rule)),
    targets: rules.filter(isTarget),
  });
}

const clients: [title: string, rules: string[], allowed: string[], denied: string[]][] = [
  ["everybody without a rule", [], ["192.0.2.1", "::1"], []],
  ["those allowed and no others", ["--allow 10.0.0.0/8", "--allow ::1"], ["10.1.1.1", "::1"], [
    ...["11.0.0.1", "::2", "127.0.0.1"],
  ]],
  ["all but those denied", ["--deny 10.0.0.0/8"], ["11.0.0.1", "::1"], ["10.0.0.1"]],
  ["by the first match", ["--deny 10.0.0.7", "--allow 10.0.0.0/8"], ["10.0.0.8"], ["10.0.0.7"]],
  ["in the order given", ["--allow 10.0.0.0/8", "--deny 10.0.0.7"], ["10.0.0.7"], ["1.1.1.1"]],
  ["what an allow for all leaves", ["--deny private", "--allow *"], ["1.1.1.1"], ["fd00::1"]],
  ["an IPv4-mapped client as IPv4", ["--allow 10.0.0.0/8"], ["::ffff:10.0.0.1"], [
    "::ffff:1.1.1.1",
  ]],
  ["nobody who is no address", ["--allow *"], [], ["", "a"]],
];
for (const [title, rules, allowed, denied] of clients) {
  Deno.test(`Gate.client lets in ${title}`, () => {
    for (const ip of allowed) assert.equal(gate(...rules).client(ip), null, ip);
    for (const ip of denied) assert.equal(gate(...rules).client(ip), "client_denied", ip);
  });
}

const FAR = "192.0.2.77";
const NEAR = "127.0.0.1";
type Target = [host: string, ip: string, port: number];
const at = (ip: string, port = 80): Target => [ip, ip, port];

const targets: [
  title: string,
  client: string,
  rules: string[],
  allowed: Target[],
  denied: Target[],
][] = [
  [
    "keeps clients elsewhere from the proxy's own host",
    FAR,
    [],
    [at("1.1.1.1"), at("10.0.0.1")],
    [
      ...["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "169.254.169.254"],
      ...["fe80::1%eth0", "::ffff:0:0", "::127.0.0.1"],
    ].map((ip) => at(ip)),
  ],
  [
    "lets clients on loopback go anywhere",
    NEAR,
    [],
    [at("127.0.0.1"), at("::"), at("1.1.1.1")],
    [],
  ],
  ["takes ::1 and mapped loopback for loopback", "::ffff:127.0.0.1", [], [at("::1")], []],
  ["takes a client that is not known for anybody", "", [], [at("1.1.1.1")], [at("::1")]],
  ["judges a name by its address", FAR, [], [["localhost", "1.1.1.1", 80]], [["a", "::1", 80]]],
  [
    "goes by the first match",
    NEAR,
    [
      ...["--deny-target 10.0.0.7", "--allow-target 10.0.0.0/8:443", "--deny-target 10.0.0.0/8"],
      "--allow-target *",
    ],
    [at("10.0.0.8", 443), at("1.1.1.1")],
    [at("10.0.0.7", 443), at("10.0.0.8")],
  ],
  ["denies what no allow names", NEAR, ["--allow-target *.example.com:443"], [
    ["www.example.com", "1.1.1.1", 443],
  ], [["www.example.com", "1.1.1.1", 80], ["example.com", "1.1.1.1", 443], at("1.1.1.1", 443)]],
  ["denies what is named alone", NEAR, ["--deny-target private"], [at("1.1.1.1")], [
    ...[at("10.0.0.1"), at("127.0.0.1"), at("100.100.100.200"), at("::ffff:192.168.0.1")],
  ]],
  ["opens local by its name", FAR, ["--allow-target local"], [at("::1"), at("127.0.0.1")], [
    at("1.1.1.1"),
  ]],
  ["opens a part of local", FAR, ["--allow-target 127.0.0.1:8080", "--allow-target *"], [
    at("127.0.0.1", 8080),
    at("1.1.1.1"),
  ], [at("127.0.0.1"), at("127.0.0.2", 8080), at("::1", 8080)]],
  [
    "does not open local by a wider rule or by a name",
    FAR,
    [
      ...["--allow-target a.example", "--allow-target *:80", "--allow-target private"],
      ...["--allow-target 0.0.0.0/0", "--allow-target ::/0"],
    ],
    [at("1.1.1.1"), at("10.0.0.1")],
    [at("127.0.0.1"), ["a.example", "::1", 80]],
  ],
  ["takes such rules for clients on loopback", NEAR, ["--allow-target a.example"], [
    ["a.example", "127.0.0.1", 80],
  ], [at("127.0.0.1")]],
  ["lets nobody to what is no address", NEAR, ["--allow-target *"], [], [["a", "a", 80]]],
];
for (const [title, client, rules, allowed, denied] of targets) {
  Deno.test(`Gate.target ${title}`, () => {
    const judge = gate(...rules);
    for (const target of allowed) {
      assert.equal(judge.target(client, ...target), null, target.join(" "));
    }
    for (const target of denied) {
      assert.equal(judge.target(client, ...target), "target_denied", target.join(" "));
    }
  });
}

Deno.test("Gate.name denies only what no address could change", () => {
  const cases: [rules: string[], host: string, port: number, denied: boolean][] = [
    [[], "a", 80, false],
    [["--deny-target a"], "A.", 80, true],
    [["--deny-target a"], "b", 80, false],
    [["--deny-target a:443"], "a", 80, false],
    [["--deny-target *:25"], "a", 25, true],
    [["--allow-target 10.0.0.0/8", "--deny-target a"], "a", 80, false],
    [["--deny-target 10.0.0.0/8", "--deny-target a"], "a", 80, false],
    [["--allow-target *.a"], "b", 80, true],
    [["--allow-target *.a"], "b.a", 80, false],
    [["--allow-target 10.0.0.0/8"], "a", 80, false],
    [["--allow-target 10.0.0.0/8:443"], "a", 80, true],
  ];
  for (const [rules, host, port, denied] of cases) {
    const expected = denied ? "target_denied" : null;
    assert.equal(gate(...rules).name(host, port), expected, `${rules} ${host}:${port}`);
  }
});

Deno.test("Gate names the rule that decided", () => {
  const { text } = gate("--deny-target a", "--deny-target *.b:80").judgeTarget(
    NEAR,
    "x.b",
    "::2",
    80,
  );
  assert.equal(text, "--deny-target *.b:80");
  assert.match(gate().judgeTarget(FAR, "a", "::1", 80).text, /by default .* \(local\)$/);
  assert.equal(gate("--allow ::1").judgeClient("::2").text, "no --allow names it");
});
