import { CaseFault, type Inputs } from "./case.ts";

const form = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * The moment that an ISO date means: noon UTC+8 of the day, or to the second with a time and a zone. `null` for what is
 * no such date, and for a day that no calendar has.
 */
export function dateMs(text: string): number | null {
  const [, day = "", time = ""] = form.exec(text) ?? [];
  const startMs = Date.parse(`${day}T00:00:00Z`);
  // 2026-02-30 would be read as a day of March.
  if (Number.isNaN(startMs) || new Date(startMs).toISOString().slice(0, 10) !== day) return null;
  const ms = Date.parse(time === "" ? `${day}T12:00:00+08:00` : text);
  return Number.isNaN(ms) ? null : ms;
}

/** The moment for which a case asks; without a date of its own, that of its file. */
export function momentOf(inputs: Inputs, otherwiseMs: number): number {
  if (!inputs.has("date")) return otherwiseMs;
  const text = inputs.text("date");
  const ms = dateMs(text);
  if (ms === null)
    throw new CaseFault(
      `input date is "${text}"; allowed is a day as 2026-01-31, or that with time and zone`,
    );
  return ms;
}
