import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "csv-parse/sync";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import type { ReferenceCase } from "../domain/reference-cases/case.ts";
import { dateMs } from "../domain/reference-cases/moment.ts";
import { type CaseOutcome, runCases } from "../domain/reference-cases/run-cases.ts";
import { isSavingsKind, kindsOfTests, runSavingsCases } from "../domain/reference-cases/run-savings-cases.ts";
import type { DataRow, SavingsCase } from "../domain/reference-cases/savings-case.ts";
import { messageOf, OperationalError } from "../platform/errors.ts";
import type { Rules } from "./rules.ts";

const isCase = Compile(
  Type.Object({
    id: Type.String(),
    kind: Type.String(),
    inputs: Type.Record(Type.String(), Type.Unknown()),
    expected: Type.Record(Type.String(), Type.Unknown(), { minProperties: 1 }),
  }),
);

/** The tables, standard and hints that a case is held against: those a boiler has when its configuration names none. */
const defaults = {
  tables: "tw-boiler-tables",
  standard: "tw-boiler-emissions",
  hints: "saving-hints",
} as const;

export interface ReferenceRun {
  readonly outcomes: readonly CaseOutcome[];
  /** Kinds of cases that were not run: tests hold them. */
  readonly leftOut: readonly string[];
}

/** Limits of this day hold for cases that name none, in files that name none: a new edition changes no result. */
const defaultDate = "2026-01-01";

/**
 * Runs a file of golden cases through the functions that run live; `docs/reference-cases.md` describes its format.
 * @throws OperationalError `reference-unreadable` when it is not such a file
 */
export function runReference(file: string, { limitTables, emissionStandards, files }: Rules): ReferenceRun {
  const kindOf = (each: unknown) => String((each as { readonly kind?: unknown } | null)?.kind);
  const { cases: all, atMs } = contentOf(file);
  const leftOut = all.map(kindOf).filter((kind) => kindsOfTests.includes(kind));
  const cases = all.filter((each) => !kindsOfTests.includes(kindOf(each)));
  const hints = files["saving-hints"].filter(({ id }) => id === defaults.hints).at(-1);
  if (hints === undefined)
    throw new OperationalError("reference-unreadable", `There is no rule file "${defaults.hints}"`);
  const rules = {
    limitTables: limitTables.filter(({ id }) => id === defaults.tables),
    emissionStandards: emissionStandards.filter(({ id }) => id === defaults.standard),
    thumb: { o2: hints.o2, exhaust: hints.exhaust },
    atMs,
  };
  const outcomes = cases.map((each, index): CaseOutcome => {
    if (isCase.Check(each)) {
      const [outcome] = isSavingsKind(each.kind)
        ? savingsOutcome(each as SavingsCase, dirname(file))
        : runCases([each as ReferenceCase], rules);
      if (outcome !== undefined) return outcome;
    }
    const id = (each as { readonly id?: unknown } | null)?.id;
    const faults = ["a case has id, kind, inputs, and expected with at least one result"];
    return { id: typeof id === "string" ? id : `case ${index + 1}`, kind: "", faults };
  });
  return { outcomes, leftOut };
}

function savingsOutcome(each: SavingsCase, folder: string): readonly CaseOutcome[] {
  const rows = rowsOf(each.inputs["dataFile"], folder);
  if (typeof rows === "string") return [{ id: each.id, kind: each.kind, faults: [rows] }];
  return runSavingsCases([{ ...each, rows }]);
}

/** Rows of the data file that a case names, found beside the case file; a text says why there are none. */
function rowsOf(name: unknown, folder: string): readonly DataRow[] | string {
  if (name === undefined) return [];
  if (typeof name !== "string") return "the data file is no name";
  const file = resolve(folder, name);
  try {
    return parse(readFileSync(file, "utf8"), {
      columns: true,
      skip_empty_lines: true,
      bom: true,
    }) as DataRow[];
  } catch (error) {
    return `${file}: cannot be read: ${messageOf(error)}`;
  }
}

interface CaseFile {
  readonly cases: readonly unknown[];
  /** For which cases ask that name no date of their own. */
  readonly atMs: number;
}

function contentOf(file: string): CaseFile {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new OperationalError("reference-unreadable", `${file}: cannot be read: ${messageOf(error)}`);
  }
  const { cases = null, conventions = null } = (
    Array.isArray(content) ? { cases: content } : (content ?? {})
  ) as { readonly cases?: unknown; readonly conventions?: { readonly date?: unknown } | null };
  if (!Array.isArray(cases) || cases.length === 0)
    throw new OperationalError("reference-unreadable", `${file}: has no list "cases"`);
  const date = conventions?.date ?? defaultDate;
  const atMs = typeof date === "string" ? dateMs(date) : null;
  if (atMs === null)
    throw new OperationalError(
      "reference-unreadable",
      `${file}: the date of its conventions is ${JSON.stringify(date)}; it must be a day as 2026-01-31`,
    );
  return { cases, atMs };
}
