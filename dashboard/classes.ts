import type { Priority } from "../domain/alarms/alarm.ts";

/** Joins the classes that apply; one text for the attribute, so that no part of it is forgotten when another changes. */
export function classes(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}

/** The class that hands its colours to what has a priority. */
export function toneClass(tone: Priority | null | undefined): string | null {
  return tone ? `sev${tone}` : null;
}
