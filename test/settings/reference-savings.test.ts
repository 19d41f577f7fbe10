import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runReference } from "../../settings/reference.ts";
import { shippedRules } from "../helpers/boilers.ts";
import { temporaryFolder } from "../helpers/servers.ts";

/** A case on a data file of made-up days: 10 and 2 per degree below 15, and from February on a tenth less. */
const savings = {
  id: "days",
  kind: "savings",
  inputs: {
    dataFile: "days.csv",
    baseline: "2025-01-01 <= date < 2025-02-01",
    reporting: "2025-02-01 <= date < 2025-03-01",
    model: "gas = b0 + b1*max(0, 15 C - temp)",
  },
  expected: {
    n: 31,
    m: 28,
    coef: [10, 2],
    fraction: 0.1,
    trueFraction: 0.1,
    trueInsideCi: true,
    claimable: true,
  },
  tolerance: { n: "exact", m: "exact", coef: "rel 1e-2", fraction: "abs 0.005", other: "exact" },
};

function daysCsv(): string {
  const rows = Array.from({ length: 59 }, (_, k) => {
    const date = new Date(Date.UTC(2025, 0, 1 + k)).toISOString().slice(0, 10);
    const temp = 5 + 4 * Math.sin(k / 3);
    const gas = (10 + 2 * Math.max(0, 15 - temp)) * (k < 31 ? 1 : 0.9) + (k % 2 === 0 ? 0.05 : -0.05);
    return `${date},${gas},${temp},24`;
  });
  return ["date_local,gas_therm,temp_C_mean,temp_hours", ...rows].join("\n");
}

function ran(cases: readonly object[], data: string | null) {
  const folder = temporaryFolder();
  if (data !== null) writeFileSync(join(folder, "days.csv"), data);
  const file = join(folder, "cases.json");
  writeFileSync(file, JSON.stringify({ cases }));
  return runReference(file, shippedRules());
}

test("a case's data file is found beside the case file", () => {
  expect(ran([savings], daysCsv()).outcomes).toEqual([{ id: "days", kind: "savings", faults: [] }]);
});

test("what is wrong with a data file is said: not there, no such column, no such rows", () => {
  const faults = (changes: object, data: string | null = daysCsv()) =>
    ran([{ ...savings, inputs: { ...savings.inputs, ...changes } }], data).outcomes[0]?.faults.join();
  expect(faults({}, null)).toMatch(/days.csv: cannot be read/);
  expect(faults({ model: "oil = b0 + b1*temp_C_mean" })).toMatch(
    /there is no oil; there are date_local, gas_therm/,
  );
  expect(faults({ model: "gas = b0 + b1*temp" })).toMatch(/temp may be temp_C_mean or temp_hours/);
  expect(faults({ baseline: "whenever" })).toMatch(/"whenever" is no condition on rows/);
  expect(faults({ reporting: "2031-01-01 <= date" })).toMatch(/The reporting period holds no valid interval/);
  expect(faults({ baseline: "2025-01-01 <= date < 2025-01-03" })).toMatch(/There are 2 valid intervals/);
});

test("kinds that tests hold are counted apart; a kind that nobody knows is not", () => {
  const of = (kind: string) => ({ id: kind, kind, inputs: {}, expected: { anything: 1 } });
  const { outcomes, leftOut } = ran([of("arithmetic"), of("rules"), of("alchemy")], null);
  expect(leftOut).toEqual(["arithmetic", "rules"]);
  expect(outcomes.map(({ id, faults }) => [id, faults.length])).toEqual([["alchemy", 1]]);
});
