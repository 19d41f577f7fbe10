import { readFileSync } from "node:fs";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import type { ReferenceCase } from "../domain/reference-cases/case.ts";
import { dateMs } from "../domain/reference-cases/moment.ts";
import { type CaseOutcome, runCases } from "../domain/reference-cases/run-cases.ts";
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

/** Limits of this day hold for cases that name none, in files that name none: a new edition changes no result. */
const defaultDate = "2026-01-01";

/**
 * Runs a file of golden cases through the functions that run live; `docs/reference-cases.md` describes its format.
 * @throws OperationalError `reference-unreadable` when it is not such a file
 */
export function runReference(file: string, { limitTables, emissionStandards, files }: Rules) {
  const { cases, atMs } = contentOf(file);
  const hints = files["saving-hints"].filter(({ id }) => id === defaults.hints).at(-1);
  if (hints === undefined)
    throw new OperationalError("reference-unreadable", `There is no rule file "${defaults.hints}"`);
  const rules = {
    limitTables: limitTables.filter(({ id }) => id === defaults.tables),
    emissionStandards: emissionStandards.filter(({ id }) => id === defaults.standard),
    thumb: { o2: hints.o2, exhaust: hints.exhaust },
    atMs,
  };
  return cases.map((each, index): CaseOutcome => {
    const [outcome] = isCase.Check(each) ? runCases([each as ReferenceCase], rules) : [];
    if (outcome !== undefined) return outcome;
    const id = (each as { readonly id?: unknown } | null)?.id;
    const faults = ["a case has id, kind, inputs, and expected with at least one result"];
    return { id: typeof id === "string" ? id : `case ${index + 1}`, kind: "", faults };
  });
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
