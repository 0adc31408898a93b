import { strict as assert } from "node:assert";
import {
  LIMIT_NAMES,
  type LimitField,
  limitFields,
  type LimitName,
  parseWeight,
  rateUnits,
  readLimit,
  readLimits,
} from "../../../dashboard/state/limit_fields.ts";

const DECIMAL = { rates: "bytes", units: "decimal" } as const;
const BITS = { rates: "bits", units: "decimal" } as const;
const HELD = {
  ...{ max_connections: 500, max_connections_per_client: null, accept_rate: 20 },
  ...{ idle_timeout: 5400, bandwidth: 10e6, bandwidth_per_connection: 1234 },
};

Deno.test("limitFields writes limits in the largest unit that needs no fraction", () => {
  const fields = limitFields(HELD, DECIMAL);
  assert.deepEqual(fields.max_connections, { amount: "500", factor: 1 });
  assert.equal(fields.max_connections_per_client.amount, "");
  assert.deepEqual(fields.idle_timeout, { amount: "90", factor: 60 });
  assert.deepEqual(fields.bandwidth, { amount: "10", factor: 1e6 });
  assert.deepEqual(fields.bandwidth_per_connection, { amount: "1.234", factor: 1e3 });
  assert.deepEqual(limitFields(HELD, BITS).bandwidth, { amount: "80", factor: 125_000 });
});

Deno.test("limitFields leaves empty what is no limit", () => {
  const none = { ...HELD, max_connections: 1_000_000, idle_timeout: 0 };
  const fields = limitFields(none, DECIMAL);
  assert.equal(fields.max_connections.amount, "");
  assert.equal(fields.idle_timeout.amount, "");
  for (const { amount } of Object.values(limitFields(null, DECIMAL))) assert.equal(amount, "");
});

Deno.test("limitFields is read back as it was, in every unit", () => {
  for (const rates of ["bytes", "bits"] as const) {
    for (const units of ["decimal", "binary"] as const) {
      const fields = limitFields(HELD, { rates, units });
      for (const name of LIMIT_NAMES) {
        const value = readLimit(name, fields[name]) ?? null;
        assert.ok(
          Math.abs((value ?? 0) - (HELD[name] ?? 0)) < 1e-3,
          `${name} in ${rates} ${units}`,
        );
      }
    }
  }
});

Deno.test("readLimit takes what a proxy takes", () => {
  const cases: [LimitName, LimitField, number | null | undefined][] = [
    ["max_connections", { amount: " 7 ", factor: 1 }, 7],
    ["max_connections", { amount: "0", factor: 1 }, null],
    ["max_connections", { amount: "1.5", factor: 1 }, null],
    ["max_connections", { amount: "1000001", factor: 1 }, null],
    ["accept_rate", { amount: "", factor: 1 }, undefined],
    ["idle_timeout", { amount: "1.5", factor: 60 }, 90],
    ["idle_timeout", { amount: "0", factor: 60 }, null],
    ["bandwidth", { amount: "2", factor: 1e6 }, 2e6],
    ["bandwidth", { amount: "0.5", factor: 1e3 }, null],
    ["bandwidth", { amount: "1e9", factor: 1 }, null],
    ["bandwidth", { amount: "-5", factor: 1e6 }, null],
  ];
  for (const [name, field, value] of cases) {
    assert.equal(readLimit(name, field), value, `${name} ${field.amount}`);
  }
});

Deno.test("readLimits changes what differs, where it is known what there is", () => {
  const before = limitFields(HELD, DECIMAL);
  const rest = { before, known: true, lifted: new Set<LimitName>() };
  assert.deepEqual(readLimits(before, rest), { changes: {}, wrong: [] });
  const fields = {
    ...before,
    max_connections: { amount: "", factor: 1 },
    accept_rate: { amount: "30", factor: 1 },
    bandwidth: { amount: "x", factor: 1e6 },
  };
  assert.deepEqual(readLimits(fields, rest), {
    changes: { max_connections: null, accept_rate: 30 },
    wrong: ["bandwidth"],
  });
});

Deno.test("readLimits changes what is filled in or lifted, where it is not known what there is", () => {
  const before = limitFields(null, DECIMAL);
  const fields = { ...before, accept_rate: { amount: "30", factor: 1 } };
  const lifted = new Set<LimitName>(["bandwidth"]);
  assert.deepEqual(readLimits(fields, { before, known: false, lifted }), {
    changes: { accept_rate: 30, bandwidth: null },
    wrong: [],
  });
});

Deno.test("rateUnits are those in which the reader reads rates", () => {
  const unitsOf = (rates: "bytes" | "bits", units: "decimal" | "binary") =>
    rateUnits({ rates, units }).map(({ unit, factor }) => `${unit} ${factor}`);
  assert.deepEqual(unitsOf("bytes", "decimal"), ["kB/s 1000", "MB/s 1000000", "GB/s 1000000000"]);
  assert.deepEqual(unitsOf("bits", "binary"), [
    ...["Kibit/s 128", "Mibit/s 131072", "Gibit/s 134217728"],
  ]);
});

Deno.test("parseWeight takes 1 to 256", () => {
  for (const [text, weight] of [["1", 1], [" 256 ", 256]] as const) {
    assert.equal(parseWeight(text), weight);
  }
  for (const text of ["", "0", "257", "1.5", "-1", "1e2", "x"]) {
    assert.equal(parseWeight(text), null, text);
  }
});
