import { type OverviewBoiler, overviewPoints } from "../contracts/http/socket.ts";
import type { LiveBoiler } from "../contracts/live.ts";
import type { Verdict } from "../domain/limits.ts";

/** What a list of boilers shows of one: a few values, and in short how it was judged. */
export function overview({ values, flaws, verdicts, ...boiler }: LiveBoiler): OverviewBoiler {
  const shown = overviewPoints.filter((point) => values[point] !== undefined);
  return {
    ...boiler,
    values: Object.fromEntries(shown.map((point) => [point, values[point] ?? null])),
    flaws: Object.fromEntries(
      Object.entries(flaws).filter(([point]) => shown.some((each) => each === point)),
    ),
    verdicts: { airRatio: inShort(verdicts.airRatio), exhaustTempC: inShort(verdicts.exhaustTempC) },
  };
}

function inShort(verdict: Verdict): OverviewBoiler["verdicts"]["airRatio"] {
  switch (verdict.kind) {
    case "within":
    case "above":
      return { kind: verdict.kind, value: verdict.value, limit: verdict.limit };
    case "not-judged":
      return { kind: verdict.kind, reason: verdict.reason };
    default:
      return { kind: verdict.kind };
  }
}
