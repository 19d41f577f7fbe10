import type { BoilerText } from "../contracts/http/boilers.ts";
import { OperationalError } from "../platform/errors.ts";
import type { World } from "../platform/world.ts";
import type { Registry } from "./registry.ts";

/** @throws OperationalError `boiler-unknown` */
export function boilerOf(registry: Registry, boilerId: string, world: World): BoilerText {
  const boiler = registry.boilers(world.clock.nowMs()).find(({ id }) => id === boilerId);
  if (boiler !== undefined) return boiler;
  throw new OperationalError("boiler-unknown", `There is no boiler ${boilerId}`);
}

/** Names of points, separated by commas; each is a point of one of the boilers. */
export function pointsOf(boilers: readonly BoilerText[], text: string, most: number): readonly string[] {
  const names = [...new Set(text.split(",").filter((name) => name !== ""))];
  const unknown = names.filter(
    (name) => !boilers.some(({ points }) => points.some((point) => point.name === name)),
  );
  if (names.length > 0 && names.length <= most && unknown.length === 0) return names;
  const wrong = unknown.length > 0 ? `unknown: ${unknown.join(", ")}` : `1 to ${most} are allowed`;
  throw new OperationalError("request-invalid", `points: ${wrong}`);
}

/** A moment as a client writes it: ISO 8601 with a zone, or ms since 1970. */
export function instantOf(name: string, text: string): number {
  const ms = /^\d+$/.test(text)
    ? Number(text)
    : /[zZ]|[+-]\d\d:\d\d$/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  if (Number.isSafeInteger(ms) && ms <= 7_258_118_400_000) return ms;
  throw new OperationalError(
    "request-invalid",
    `${name} is "${text}"; it must be ms since 1970 or a time with a zone, like 2026-03-12T14:00:00+08:00`,
  );
}

/** A range of time that goes forward. */
export function rangeOf({ from, to }: { readonly from: string; readonly to: string }): {
  readonly fromMs: number;
  readonly toMs: number;
} {
  const fromMs = instantOf("from", from);
  const toMs = instantOf("to", to);
  if (toMs > fromMs) return { fromMs, toMs };
  throw new OperationalError("request-invalid", "to must be later than from");
}

export function integerOf(name: string, text: string, lowest: number, highest: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= lowest && value <= highest) return value;
  throw new OperationalError(
    "request-invalid",
    `${name} is "${text}"; it must be a whole number from ${lowest} to ${highest}`,
  );
}
