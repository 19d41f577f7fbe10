import { finiteOrNull } from "../finite.ts";
import type { CaseOutcome } from "./run-cases.ts";
import { CaseFault, inputsOf, type Result, type Results, type SavingsCase } from "./savings-case.ts";
import { savingsKinds } from "./savings-kinds.ts";
import { isNear, slackOf } from "./tolerance.ts";

/** Kinds whose cases share no form: each is held by a test of its own, and none is run from a file. */
export const kindsOfTests: readonly string[] = ["arithmetic", "rules", "data-quality"];

export function isSavingsKind(kind: string): boolean {
  return Object.hasOwn(savingsKinds, kind);
}

/** Runs golden cases about savings through the functions that a result is made by. */
export function runSavingsCases(cases: readonly SavingsCase[]): readonly CaseOutcome[] {
  return cases.map((each) => ({ id: each.id, kind: each.kind, faults: faultsOf(each) }));
}

function faultsOf({ kind, inputs, expected, tolerance, rows = [] }: SavingsCase): readonly string[] {
  const known = Object.hasOwn(savingsKinds, kind) ? savingsKinds[kind] : undefined;
  if (known === undefined)
    return [`the kind ${kind} is not known; known are ${Object.keys(savingsKinds).join(", ")}`];
  const { stated = [] } = known;
  const strange = [
    ...Object.keys(inputs)
      .filter((name) => !known.inputs.includes(name))
      .map((name) => `the input ${name} is not known to ${kind}; known are ${known.inputs.join(", ")}`),
    ...Object.entries(expected)
      .filter(
        ([name, value]) => !known.expected.includes(name) && !stated.includes(name) && isCompared(value),
      )
      .filter(([name]) => !isCounterexample(name) && known.knows?.(name) !== true)
      .map(([name]) => `the result ${name} is not known to ${kind}; known are ${known.expected.join(", ")}`),
  ];
  if (strange.length > 0) return strange;
  try {
    const results = known.compute(inputsOf(inputs), { rows, expected });
    return Object.entries(expected)
      .filter(([name]) => !stated.includes(name))
      .flatMap(([name, wanted]) =>
        isCounterexample(name) && typeof wanted === "number"
          ? counterexample(name, wanted, results, tolerance)
          : difference([name], wanted, results[name] ?? null, tolerance),
      );
  } catch (error) {
    if (error instanceof CaseFault) return [error.message];
    // One case that nobody thought of must not keep the others from running.
    return [`cannot be run: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Texts, and lists of them, are for people; everything else is compared. */
function isCompared(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isCompared);
  return typeof value !== "string";
}

/** A figure that no result may have: what a well-known error gives. */
function isCounterexample(name: string): boolean {
  return /^wrong[A-Z]/.test(name);
}

function counterexample(
  name: string,
  wrong: number,
  results: Results,
  tolerance: unknown,
): readonly string[] {
  const slack = slackOf(tolerance, [name]);
  return Object.entries(results)
    .filter(([, got]) => typeof got === "number" && isNear(got, wrong, slack))
    .map(([result]) => `${result} is ${wrong}, which is ${name}`);
}

/** As case files write them: within, above, no limit, not judged, not in force. */
const verdictWords: readonly string[] = [
  "compliant",
  "violation",
  "no-limit",
  "not-evaluated",
  "not-applicable",
];

function difference(
  path: readonly string[],
  wanted: unknown,
  given: Result,
  tolerance: unknown,
): readonly string[] {
  // What could not be computed is no result, whichever way the arithmetic says so.
  const got = typeof given === "number" ? finiteOrNull(given) : given;
  const name = path.join(".");
  const said = (slack: string, value: unknown) => [
    `${name}: expected ${String(value)}${slack}, got ${typeof got === "object" ? JSON.stringify(got) : String(got)}`,
  ];
  if (typeof wanted === "number" && tolerance !== undefined) {
    if (typeof got !== "number") return said("", wanted);
    // A bound on a size that should be nought.
    if (name.endsWith("AbsMax")) return Math.abs(got) <= wanted ? [] : said(" at most", wanted);
    const slack = slackOf(tolerance, path);
    const width = Math.max(slack.absolute, slack.relative * Math.abs(wanted));
    return isNear(got, wanted, slack) ? [] : said(` ± ${width}`, wanted);
  }
  if (Array.isArray(wanted)) {
    if (!isCompared(wanted)) return [];
    if (!Array.isArray(got) || got.length !== wanted.length) return said("", JSON.stringify(wanted));
    return wanted.flatMap((each, k) => difference([...path, String(k)], each, got[k] ?? null, tolerance));
  }
  if (typeof wanted === "object" && wanted !== null) {
    if (!("value" in wanted)) {
      if (typeof got !== "object" || got === null) return said("", JSON.stringify(wanted));
      const parts = got as Results;
      return Object.entries(wanted).flatMap(([key, each]) =>
        difference([...path, key], each, parts[key] ?? null, tolerance),
      );
    }
    const { value, tolerance: own } = wanted as {
      readonly value?: unknown;
      readonly tolerance?: { readonly abs?: number; readonly rel?: number };
    };
    if (typeof value !== "number") return difference(path, value ?? null, got, tolerance);
    const slack = { absolute: own?.abs ?? 0, relative: own?.rel ?? 0, relativeBelow: null };
    if (typeof got === "number" && isNear(got, value, slack)) return [];
    return said(
      ` ± ${Math.max(slack.absolute, slack.relative * Math.abs(value), 1e-12 * Math.abs(value))}`,
      value,
    );
  }
  // A text is for people, unless it is a verdict, or the result is a text as well.
  if (typeof wanted === "string" && typeof got !== "string" && !verdictWords.includes(wanted)) return [];
  return got === wanted ? [] : said("", wanted);
}
