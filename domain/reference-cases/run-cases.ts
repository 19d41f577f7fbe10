import { finiteOrNull } from "../finite.ts";
import { CaseFault, inputsOf, type ReferenceCase, type Results } from "./case.ts";
import { type CaseRules, caseKinds } from "./kinds.ts";

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
  const known = caseKinds[kind];
  if (known === undefined)
    return [`the kind ${kind} is not known; known are ${Object.keys(caseKinds).join(", ")}`];
  const strange = [
    ...Object.keys(inputs)
      .filter((name) => !known.inputs.includes(name))
      .map((name) => `the input ${name} is not known to ${kind}; known are ${known.inputs.join(", ")}`),
    ...Object.keys(expected)
      .filter((name) => !known.expected.includes(name))
      .map((name) => `the result ${name} is not known to ${kind}; known are ${known.expected.join(", ")}`),
  ];
  if (strange.length > 0) return strange;
  try {
    const results = known.compute(inputsOf(inputs), rules);
    return Object.entries(expected).flatMap(([name, wanted]) => difference(name, wanted, results));
  } catch (error) {
    if (error instanceof CaseFault) return [error.message];
    throw error;
  }
}

/** As case files write them: within, above, no limit, not judged, not in force. */
const verdictWords: readonly string[] = [
  "compliant",
  "violation",
  "no-limit",
  "not-evaluated",
  "not-applicable",
];

function difference(name: string, wanted: unknown, results: Results): readonly string[] {
  const result = results[name] ?? null;
  // What could not be computed is no result, whichever way the arithmetic says so.
  const got = typeof result === "number" ? finiteOrNull(result) : result;
  const said = (tolerance: string, value: unknown) => [
    `${name}: expected ${String(value)}${tolerance}, got ${String(got)}`,
  ];
  if (typeof wanted === "object" && wanted !== null) {
    const { value, tolerance } = wanted as {
      readonly value?: unknown;
      readonly tolerance?: { readonly abs?: number; readonly rel?: number };
    };
    if (typeof value !== "number") return difference(name, value ?? null, results);
    // What is printed in decimals is exact only to the last digits of a double.
    const slack = Math.max(
      tolerance?.abs ?? 0,
      Math.abs(value) * (tolerance?.rel ?? 0),
      Math.abs(value) * 1e-12,
    );
    if (typeof got === "number" && Math.abs(got - value) <= slack) return [];
    return said(` ± ${slack}`, value);
  }
  // A text is for people, unless it is a verdict.
  if (typeof wanted === "string" && !verdictWords.includes(wanted)) return [];
  return got === wanted ? [] : said("", wanted);
}
