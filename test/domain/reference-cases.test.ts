import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { ReferenceCase } from "../../domain/reference-cases/case.ts";
import { caseKinds } from "../../domain/reference-cases/kinds.ts";
import { runCases } from "../../domain/reference-cases/run-cases.ts";
import { shippedRules } from "../helpers/boilers.ts";

const { limitTables, emissionStandards } = shippedRules();
const rules = {
  limitTables,
  emissionStandards,
  thumb: { o2: { savingPercent: 1, o2Points: 3 }, exhaust: { savingPercent: 1, perK: 20 } },
  atMs: Date.UTC(2026, 0, 1),
};
const casesOf = (file: string) =>
  (
    JSON.parse(readFileSync(resolve(import.meta.dirname, "../reference", file), "utf8")) as {
      readonly cases: readonly ReferenceCase[];
    }
  ).cases;
const cases = [...casesOf("combustion-cases.json"), ...casesOf("further-cases.json")];

describe("the golden cases", () => {
  test.each(cases)("$id $kind: $title", (each) => {
    expect(runCases([each], rules)[0]?.faults).toEqual([]);
  });

  test("there is one of every kind", () => {
    const run = new Set(cases.map(({ kind }) => kind));
    expect(Object.keys(caseKinds).filter((kind) => !run.has(kind))).toEqual([]);
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

  test("fuels that give no heat govern nothing; no fuel at all is a fault of the case", () => {
    const of = (...rates: number[]) => ({
      id: "own",
      kind: "governing-fuel",
      inputs: {
        capacity: 12,
        o2: 3,
        fuels: rates.map((rate) => ({ fuel: "gas", rate, ncv: { value: 8_000, unit: "kcal/m3" } })),
      },
      expected: { governingFuel: null, verdict: "not-evaluated", airRatioLimit: null },
    });
    expect(runCases([of(0, 0)], rules)[0]?.faults).toEqual([]);
    expect(runCases([of(0, 1)], rules)[0]?.faults).toHaveLength(3);
    expect(runCases([of()], rules)[0]?.faults).toEqual(["fuels names no fuel"]);
  });

  test("a moisture that no gas has gives no dry oxygen, and no verdict", () => {
    const inputs = { o2: 3, o2Basis: "wet", h2o: 100, fuel: "gas", capacity: 12 };
    const expected = { o2Dry: null, airRatio: null, computable: false, verdict: "not-evaluated" };
    const wet = { id: "own", kind: "air-ratio-limit", inputs, expected };
    expect(runCases([wet], rules)[0]?.faults).toEqual([]);
    expect(runCases([{ ...wet, inputs: { ...inputs, h2o: 10 } }], rules)[0]?.faults).toHaveLength(4);
  });
});

describe("docs/reference-cases.md", () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/reference-cases.md"), "utf8");
  const rows = new Map(
    page
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .map((line) =>
        line
          .slice(1, -1)
          .split("|")
          .map((cell) => cell.trim()),
      )
      .map(([name = "", inputs = "", expected = ""]) => [name, { inputs, expected }]),
  );
  const wordsOf = (cell: string | undefined) =>
    [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
  /** Values that a text input may have; they stand in the row, too. */
  const values = new Set([
    ...["correct-then-average", "average-then-correct", "saturated", "liquid", "superheated"],
    ...["PM", "SOx", "NOx", "new", "existing"],
  ]);

  test.each(Object.entries(caseKinds))("tells the keys of %s, and no other", (name, { inputs, expected }) => {
    const row = rows.get(name);
    const told = wordsOf(row?.inputs).filter((word) => !values.has(word));
    expect([...new Set(told)].sort()).toEqual([...new Set(inputs)].sort());
    expect(wordsOf(row?.expected).sort()).toEqual([...new Set(expected)].sort());
  });

  test("its example passes", () => {
    const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    const { cases: own } = JSON.parse(example) as { readonly cases: readonly ReferenceCase[] };
    expect(runCases(own, rules).map(({ faults }) => faults)).toEqual([[]]);
  });
});
