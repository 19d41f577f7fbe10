import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runReference } from "../../settings/reference.ts";
import { shippedRules } from "../helpers/boilers.ts";

const folder = mkdtempSync(join(tmpdir(), "fluewatch-cases-"));
const shipped = shippedRules();
/** With an edition of the tables to come, in which all limits are lower. */
const rules = {
  ...shipped,
  limitTables: shipped.limitTables.flatMap((edition) => [
    edition,
    {
      ...edition,
      validFrom: "2026-06-01",
      tables: {
        ...edition.tables,
        airRatio: edition.tables.airRatio.map((row) => ({ ...row, limit: 1.01 })),
      },
    },
  ]),
};

function limitIn(conventions: unknown, date?: string): string {
  const inputs = { o2: 3, fuel: "gas", capacity: 12, ...(date !== undefined && { date }) };
  const file = join(folder, "cases.json");
  writeFileSync(
    file,
    JSON.stringify({
      conventions,
      cases: [{ id: "own", kind: "air-ratio-limit", inputs, expected: { limit: 1.3 } }],
    }),
  );
  return runReference(file, rules).outcomes[0]?.faults.join("; ") ?? "no case";
}

afterAll(() => rmSync(folder, { recursive: true }));

describe("the day for which a file of cases asks", () => {
  test("is 2026-01-01 where nothing is said, however many editions follow", () => {
    expect([limitIn(undefined), limitIn({ basis: "dry" })]).toEqual(["", ""]);
  });

  test("is that of its conventions, and a case's own goes before it", () => {
    expect(limitIn({ date: "2026-06-01" })).toMatch(/limit: expected 1.3 ± .*, got 1.01/);
    expect(limitIn({ date: "2026-05-31" })).toBe("");
    expect(limitIn({ date: "2026-06-01" }, "2026-05-31")).toBe("");
    expect(limitIn(undefined, "2026-06-01T00:00:00+08:00")).toMatch(/got 1.01/);
    expect(limitIn(undefined, "2026-05-31T23:59:59+08:00")).toBe("");
  });

  test("must be a day", () => {
    for (const date of ["never", "2026-13-40", 2026])
      expect(() => limitIn({ date })).toThrow(/the date of its conventions is .*; it must be a day/);
  });
});
