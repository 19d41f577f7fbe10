import { readFileSync } from "node:fs";
import { resolve } from "node:path";

interface Quantity {
  readonly value: number;
  readonly unit: string;
  readonly text?: string;
  readonly tolerance?: { readonly abs?: number; readonly rel?: number };
}

export interface GoldenCase {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly inputs: Readonly<Record<string, Quantity & Readonly<Record<string, unknown>>>>;
  readonly expected: Readonly<Record<string, Quantity>>;
}

/** The project's own golden cases of a kind. */
export function goldenCases(kind: string): readonly GoldenCase[] {
  const file = resolve(import.meta.dirname, "../reference/combustion-cases.json");
  const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly GoldenCase[] };
  return cases.filter((each) => each.kind === kind);
}

/** How far a case lets a result be off. */
export function toleranceOf({ value, tolerance }: Quantity): number {
  return tolerance?.abs ?? Math.abs(value) * (tolerance?.rel ?? 0);
}
