import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { ReferenceCase } from "../../domain/reference-cases/case.ts";
import { runCases } from "../../domain/reference-cases/run-cases.ts";
import { shippedRules } from "../helpers/boilers.ts";

const { limitTables, emissionStandards } = shippedRules();
const rules = {
  limitTables,
  emissionStandards,
  thumb: { o2: { savingPercent: 1, o2Points: 3 }, exhaust: { savingPercent: 1, perK: 20 } },
  atMs: Date.UTC(2026, 0, 1),
};
const { cases } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../reference/combustion-cases.json"), "utf8"),
) as {
  readonly cases: readonly ReferenceCase[];
};

describe("the golden cases", () => {
  test.each(cases)("$id $kind: $title", (each) => {
    expect(runCases([each], rules)[0]?.faults).toEqual([]);
  });

  test("a wrong expectation, an unknown kind and an unknown key fail, and say what", () => {
    const [first] = cases;
    const faults = (changes: Partial<ReferenceCase>) =>
      runCases([{ ...(first as ReferenceCase), ...changes }], rules)[0]?.faults.join("\n");
    expect(faults({ expected: { airRatio: { value: 1.26, tolerance: { abs: 0 } } } })).toMatch(
      /airRatio: expected 1.26 ± .*, got 1.25/,
    );
    expect(faults({ kind: "alchemy" })).toMatch(/kind alchemy is not known; known are air-ratio/);
    expect(faults({ inputs: { oxygen: 3 } })).toMatch(/input oxygen is not known to air-ratio/);
    expect(faults({ expected: { gold: 1 } })).toMatch(/result gold is not known to air-ratio/);
    expect(faults({ inputs: {} })).toMatch(/input o2 is missing/);
  });
});
