import type { BoilerText } from "../contracts/http/boilers.ts";
import type { OverviewBoiler } from "../contracts/http/socket.ts";
import type { EmissionQuantity } from "../domain/emissions/emission-quantity.ts";
import type { LimitRow, TableQuantity } from "../domain/limits.ts";
import { formatNumber, formatPoint } from "./format.ts";
import { text } from "./texts/texts.ts";

/** The limit of a quantity now: as it was held against the last value, else as the tables have it. */
export function tableLimit(
  boiler: BoilerText,
  reading: Pick<OverviewBoiler, "verdicts"> | null,
  quantity: TableQuantity,
): number | null {
  return reading?.verdicts[quantity].limit ?? boiler.limits[quantity]?.limit ?? null;
}

export function emissionLimit(boiler: BoilerText, quantity: EmissionQuantity): number | null {
  return boiler.emissionLimits?.[quantity] ?? null;
}

export const emissionUnits = {
  pmAtRefO2MgPerNm3: "mg/Nm³",
  soxAtRefO2Ppm: "ppm",
  noxAtRefO2Ppm: "ppm",
} as const satisfies Readonly<Record<EmissionQuantity, string>>;

/** How far from its limit a value is, 1 being the limit; the air ratio by its excess over 1. */
export function shareOfLimit(point: TableQuantity | EmissionQuantity, value: number, limit: number): number {
  return point === "airRatio" ? (value - 1) / (limit - 1) : value / limit;
}

/** A row of the tables in words: gas, under 5 t/h. */
export function rowName(row: LimitRow, tablesId: string): string {
  const { fuelClass, coalFiring, comma } = text();
  const fuel = [fuelClass[row.fuelClass], row.coalFiring === null ? null : coalFiring[row.coalFiring]];
  const parts = [...fuel, tablesId === "own" ? text().limitClass.own : capacityName(row)];
  return parts.filter((part) => part !== null).join(comma);
}

function capacityName({ fromTPerH, belowTPerH }: LimitRow): string {
  const { limitClass } = text();
  if (belowTPerH === null) return fromTPerH === 0 ? limitClass.any : limitClass.from(tonnes(fromTPerH));
  return fromTPerH === 0
    ? limitClass.under(tonnes(belowTPerH))
    : limitClass.between(tonnes(fromTPerH), tonnes(belowTPerH));
}

/** The same for a narrow column: < 5, 5–10, ≥ 30; empty for a limit of the boiler's own. */
export function capacityClass(boiler: BoilerText): string {
  const inForce = boiler.limits.airRatio ?? boiler.limits.exhaustTempC;
  if (inForce === null || inForce.tablesId === "own") return "";
  const { fromTPerH, belowTPerH } = inForce.row;
  if (belowTPerH === null) return fromTPerH === 0 ? "" : `≥ ${tonnes(fromTPerH)}`;
  return fromTPerH === 0 ? `< ${tonnes(belowTPerH)}` : `${tonnes(fromTPerH)}–${tonnes(belowTPerH)}`;
}

/** Tonnes per hour, with a decimal only where it says something. */
export function tonnes(t: number): string {
  return formatNumber(t, Number.isInteger(t) ? 0 : 1);
}

/** A value beside its limit: with so many digits more, when it is above, that it reads as above. */
export function shownAgainst(point: TableQuantity | EmissionQuantity, value: number, limit: number): string {
  const shown = formatPoint(point, value);
  if (value <= limit || shown !== formatPoint(point, limit)) return shown;
  const decimals = [1, 2, 3].find((digits) => Number(value.toFixed(digits)) > limit);
  return decimals === undefined ? shown : formatNumber(value, decimals);
}
