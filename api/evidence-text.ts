import type { AlarmText } from "../contracts/http/alarms.ts";
import type { Evidence } from "../domain/alarms/evidence.ts";
import { noInput } from "../domain/emissions/clock-hour.ts";

/** What an alarm was raised on, as it is told; the records may have it from a version that counted less. */
export function evidenceText(evidence: Evidence | null): AlarmText["evidence"] {
  switch (evidence?.kind) {
    case "sensors":
      return { ...evidence, points: [...evidence.points] };
    case "within":
    case "above":
      return { ...evidence, input: { ...evidence.input, flaws: evidence.input.flaws ?? [] } };
    case "hour": {
      const { startUp = "left-out", input } = evidence;
      return { ...evidence, startUp, input: input ?? noInput };
    }
    default:
      return evidence ?? null;
  }
}
