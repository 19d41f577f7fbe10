import type { Tier } from "../../../domain/rollup.ts";

/** Where each tier is. */
export const measurements = {
  raw: "readings",
  minute: "minutes",
  hour: "hours",
} as const satisfies Record<Tier, string>;

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '\\"')}"`;
}

export function text(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
