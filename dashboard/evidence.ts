import type { AlarmText } from "../contracts/http/alarms.ts";
import { points } from "../domain/points.ts";
import { formatNumber, formatPoint } from "./format.ts";
import { measured } from "./reasons.ts";
import { text } from "./texts/texts.ts";

/** What an alarm was raised on, in a few words: the value and its limit, or which sensors fail and how. */
export function evidenceText({ evidence }: AlarmText): string {
  const { alerts: t, flaws } = text();
  if (evidence === null) return "";
  switch (evidence.kind) {
    case "within":
    case "above":
      return t.valueLimit(
        measured(evidence.quantity, evidence.value),
        formatPoint(evidence.quantity, evidence.limit),
      );
    case "hour":
      return held(evidence.quantity, evidence.value, evidence.limit);
    case "point":
      return held(evidence.point, evidence.value, evidence.limit);
    case "sensors":
      return evidence.points
        .map(({ point, flaw }) =>
          flaw === null ? nameOf(point) : `${nameOf(point)}${text().colon}${flaws[flaw]}`,
        )
        .join(" · ");
    case "count":
      return t.counted[evidence.what](formatNumber(evidence.value, 0), formatNumber(evidence.limit, 0));
    case "silence":
      return "";
  }
}

/** What it was reckoned from, each with its value at the onset, or with what was wrong with it. */
export function inputsText({ context }: AlarmText): string {
  const { flaws, colon } = text();
  return (context?.inputs ?? [])
    .map(({ point, value, flaw }) => {
      const unit = isKnown(point) ? points[point].unit : "";
      const said = value === null ? "" : `${formatPoint(point, value)} ${unit}`.trim();
      const told = [said, flaw === null ? "" : flaws[flaw]].filter(Boolean).join(", ");
      return `${nameOf(point)}${colon}${told}`;
    })
    .join(" · ");
}

function held(point: string, value: number, limit: number): string {
  const unit = isKnown(point) ? points[point].unit : "";
  return text().alerts.valueLimit(`${formatPoint(point, value)} ${unit}`.trim(), formatPoint(point, limit));
}

export function nameOf(point: string): string {
  return isKnown(point) ? text().points[point] : point;
}

function isKnown(point: string): point is keyof typeof points {
  return point in points;
}
