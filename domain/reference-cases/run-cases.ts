import {
  CaseFault,
  inputsOf,
  inUnit,
  isObject,
  quantityKeys,
  type ReferenceCase,
  refuseUnknown,
} from "./case.ts";
import { type CaseRules, caseKinds, type ResultType } from "./kinds.ts";
import { areRelatives, unitOf } from "./unit.ts";

/** What became of one case: nothing to say when it passed. */
export interface CaseOutcome {
  readonly id: string;
  readonly kind: string;
  /** Each: what was expected, what came, and how far it may be off. */
  readonly faults: readonly string[];
}

/** Runs golden cases through the functions that run live. */
export function runCases(cases: readonly ReferenceCase[], rules: CaseRules): readonly CaseOutcome[] {
  return cases.map((each) => ({ id: each.id, kind: each.kind, faults: faultsOf(each, rules) }));
}

function faultsOf({ kind, inputs, expected }: ReferenceCase, rules: CaseRules): readonly string[] {
  const known = Object.hasOwn(caseKinds, kind) ? caseKinds[kind] : undefined;
  if (known === undefined)
    return [`the kind ${kind} is not known; known are ${Object.keys(caseKinds).join(", ")}`];
  const results = Object.keys(known.expected);
  const strange = [
    ...Object.keys(inputs)
      .filter((name) => !known.inputs.includes(name))
      .map((name) => `the input ${name} is not known to ${kind}; known are ${known.inputs.join(", ")}`),
    ...Object.keys(expected)
      .filter((name) => !results.includes(name))
      .map((name) => `the result ${name} is not known to ${kind}; known are ${results.join(", ")}`),
  ];
  if (strange.length > 0) return strange;
  try {
    const got = known.compute(inputsOf(inputs), rules);
    return Object.entries(expected).flatMap(([name, wanted]) => {
      const type = known.expected[name];
      return type === undefined ? [] : difference(name, wanted, got[name] ?? null, type);
    });
  } catch (error) {
    if (error instanceof CaseFault) return [error.message];
    // One case that nobody thought of must not keep the others from running.
    return [`cannot be run: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** The words of case files, and our own for the same. */
const verdictWords: Readonly<Record<string, string>> = {
  compliant: "within",
  violation: "above",
  "no-limit": "no limit",
  "not-evaluated": "not judged",
  "not-applicable": "not in force",
};
const ownVerdicts = Object.values(verdictWords);

function difference(name: string, wanted: unknown, result: unknown, type: ResultType): readonly string[] {
  const { value, unit: resultUnit } = isObject(result) ? result : { value: result, unit: null };
  // What could not be computed is no result, whichever way the arithmetic says so.
  const got = typeof value === "number" && !Number.isFinite(value) ? null : value;
  const expectation = expectationOf(name, wanted);
  const said = (tolerance = "") => [
    `${name}: expected ${String(expectation.value)}${tolerance}, got ${String(got)}`,
  ];
  if (type.is === "verdict") {
    const word = verdictOf(name, expectation.value);
    return word === got ? [] : said();
  }
  if (type.is === "number" && typeof expectation.value === "number") {
    const { unit: ofType, same } = type;
    const isSame = same !== undefined && expectation.unit !== null && isRelative(expectation.unit, same);
    const unit = typeof resultUnit === "string" ? resultUnit : isSame ? same : ofType;
    const into = (number: number) =>
      unit === null ? number : inUnit(`result ${name}`, number, expectation.unit, unit);
    const target = into(expectation.value);
    // What is printed in decimals is exact only to the last digits of a double.
    const slack = Math.max(
      expectation.abs * Math.abs(into(1) - into(0)),
      Math.abs(target) * Math.max(expectation.rel, 1e-12),
    );
    if (typeof got === "number" && Math.abs(got - target) <= slack) return [];
    return said(` ± ${slack}${unit === null || unit === "1" ? "" : ` ${unit}`}`);
  }
  if (typeof expectation.value === "string") {
    // A text for a text is for people: a fuel has many names.
    if (type.is === "text") return [];
    const due = type.is === "flag" ? "true, false or null" : "a number or null";
    return [`${name}: expected the text ${JSON.stringify(expectation.value)}, where ${due} is due`];
  }
  return got === expectation.value ? [] : said();
}

function isRelative(text: string, unit: string): boolean {
  const [said, own] = [unitOf(text), unitOf(unit)];
  return said !== null && own !== null && areRelatives(said, own);
}

/** A verdict as we say it. */
function verdictOf(name: string, word: unknown): string {
  const own =
    typeof word === "string" && Object.hasOwn(verdictWords, word) ? verdictWords[word] : (word ?? null);
  const found = ownVerdicts.find((each) => each === own);
  if (found !== undefined) return found;
  const allowed = [...Object.keys(verdictWords), ...ownVerdicts].join(", ");
  throw new CaseFault(`${name} is expected to be ${JSON.stringify(word)}; allowed are ${allowed}`);
}

interface Expectation {
  readonly value: number | boolean | string | null;
  readonly unit: string | null;
  readonly abs: number;
  readonly rel: number;
}

function expectationOf(name: string, wanted: unknown): Expectation {
  const called = `result ${name}`;
  if (!isObject(wanted)) return { value: plain(called, wanted), unit: null, abs: 0, rel: 0 };
  refuseUnknown(wanted, quantityKeys, called);
  const { value, unit = null, tolerance = {} } = wanted;
  if (value === undefined) throw new CaseFault(`${called} has no value`);
  if (unit !== null && typeof unit !== "string") throw new CaseFault(`${called} has a unit that is no text`);
  if (!isObject(tolerance)) throw new CaseFault(`${called} has a tolerance that is no object of abs and rel`);
  refuseUnknown(tolerance, ["abs", "rel"], `the tolerance of ${name}`);
  return {
    value: plain(called, value),
    unit: unit === "" || unit === "-" ? null : unit,
    abs: slackOf(name, tolerance["abs"]),
    rel: slackOf(name, tolerance["rel"]),
  };
}

function plain(called: string, value: unknown): number | boolean | string | null {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return value;
  throw new CaseFault(
    `${called} must be a number, a text, true, false or null, or an object with such a value`,
  );
}

function slackOf(name: string, slack: unknown): number {
  if (slack === undefined) return 0;
  if (typeof slack === "number" && slack >= 0 && Number.isFinite(slack)) return slack;
  throw new CaseFault(
    `the tolerance of ${name} is ${JSON.stringify(slack)}; it must be a number of 0 or more`,
  );
}
