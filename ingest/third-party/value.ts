import type { JsonValue } from "../../contracts/third-party.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import type { FlawReason } from "../../domain/reading.ts";
import { conversion, scaling } from "../../domain/units.ts";

export interface Told {
  readonly value: number | null;
  readonly flaw: FlawReason | null;
}

/** Turns what a stranger sent into a value of its point, in the unit in which that is kept. */
export type ToldBy = (raw: unknown) => Told;

const decimalText = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/;

export function toldBy(
  { point, scale, offset, unit, sentinels }: Omit<JsonValue, "path">,
  catalogue: PointCatalogue,
): ToldBy {
  const keptIn = catalogue.get(point)?.unit ?? "";
  const scaled = scaling(scale, offset);
  const converted = conversion(unit ?? keptIn, keptIn) ?? ((value: number) => value);
  const none = (flaw: FlawReason): Told => ({ value: null, flaw });
  return (sent) => {
    if (sent === null) return none("sentinel");
    const raw =
      typeof sent === "boolean"
        ? Number(sent)
        : typeof sent === "string" && decimalText.test(sent)
          ? Number(sent)
          : sent;
    if (typeof raw !== "number") return none("not-a-number");
    if (sentinels.includes(raw)) return none("sentinel");
    if (!Number.isFinite(raw)) return none("not-a-number");
    return { value: converted(scaled(raw)), flaw: null };
  };
}
