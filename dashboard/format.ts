import { points } from "../domain/points.ts";
import { text } from "./texts/texts.ts";

/** Stands where there is no number; why there is none is told beside it. */
export const missing = "–";

const formatters = new Map<number, Intl.NumberFormat>();

/** A number for people: thousands with a comma, a true minus, never a minus before zero. */
export function formatNumber(value: number, decimals: number): string {
  let formatter = formatters.get(decimals);
  if (formatter === undefined) {
    formatter = new Intl.NumberFormat("en", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    formatters.set(decimals, formatter);
  }
  const written = formatter.format(value);
  return /^-[0.,]*$/.test(written) ? written.slice(1) : written.replace("-", "−");
}

/** A point's value with as many digits as its instrument resolves. */
export function formatPoint(point: string, value: number, decimals?: number): string {
  return formatNumber(value, decimalsOf(point, value, decimals));
}

function decimalsOf(point: string, value: number, decimals: number | undefined): number {
  if (/^pm.*MgPerNm3$/.test(point) && Math.abs(value) < 10) return 1;
  if (decimals !== undefined) return decimals;
  return point in points ? points[point as keyof typeof points].decimals : 1;
}

/** How old something is, to the second while that matters: 0.6 s, 12 s, 4 min 12 s, 2 h 5 min. */
export function formatAge(ms: number): string {
  const { age } = text();
  if (ms < 9_950) return age.s((Math.max(0, ms) / 1_000).toFixed(1));
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return age.s(String(seconds));
  if (seconds < 3_600) return age.minS(Math.floor(seconds / 60), seconds % 60);
  return formatSpan(ms);
}

/** How long something lasts: 48 s, 22 min, 2 h 5 min, 3 d 4 h. */
export function formatSpan(ms: number): string {
  const { age } = text();
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return age.s(String(seconds));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return age.min(minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return age.hMin(hours, minutes % 60);
  return age.dH(Math.floor(hours / 24), hours % 24);
}
