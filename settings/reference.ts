import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "csv-parse/sync";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import type { DataRow, ReferenceCase } from "../domain/reference-cases/case.ts";
import { type CaseOutcome, kindsOfTests, runCases } from "../domain/reference-cases/run-cases.ts";
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

/**
 * Runs a file of golden cases through the functions that run live; `docs/reference-cases.md` describes its format.
 * @throws OperationalError `reference-unreadable` when it is not such a file
 */
export function runReference(
  file: string,
  { limitTables, emissionStandards, files }: Rules,
  nowMs: number,
): ReferenceRun {
  const kindOf = (each: unknown) => String((each as { readonly kind?: unknown } | null)?.kind);
  const all = casesOf(file);
  const leftOut = all.map(kindOf).filter((kind) => kindsOfTests.includes(kind));
  const cases = all.filter((each) => !kindsOfTests.includes(kindOf(each)));
  const hints = files["saving-hints"].filter(({ id }) => id === defaults.hints).at(-1);
  if (hints === undefined)
    throw new OperationalError("reference-unreadable", `There is no rule file "${defaults.hints}"`);
  const rules = {
    limitTables: limitTables.filter(({ id }) => id === defaults.tables),
    emissionStandards: emissionStandards.filter(({ id }) => id === defaults.standard),
    thumb: { o2: hints.o2, exhaust: hints.exhaust },
    atMs: nowMs,
  };
  const outcomes = cases.map((each, index): CaseOutcome => {
    if (isCase.Check(each)) {
      const known = each as ReferenceCase;
      const rows = rowsOf(known.inputs["dataFile"], dirname(file));
      if (typeof rows === "string") return { id: known.id, kind: known.kind, faults: [rows] };
      const [outcome] = runCases([{ ...known, rows }], rules);
      if (outcome !== undefined) return outcome;
    }
    const id = (each as { readonly id?: unknown } | null)?.id;
    const faults = ["a case has id, kind, inputs, and expected with at least one result"];
    return { id: typeof id === "string" ? id : `case ${index + 1}`, kind: "", faults };
  });
  return { outcomes, leftOut };
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

function casesOf(file: string): readonly unknown[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new OperationalError("reference-unreadable", `${file}: cannot be read: ${messageOf(error)}`);
  }
  const cases = Array.isArray(content) ? content : (content as { readonly cases?: unknown } | null)?.cases;
  if (!Array.isArray(cases) || cases.length === 0)
    throw new OperationalError("reference-unreadable", `${file}: has no list "cases"`);
  return cases;
}
