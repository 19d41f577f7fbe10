import type { BoilerText } from "../contracts/http/boilers.ts";
import type { Integrity } from "../contracts/http/integrity.ts";

/**
 * How much of what should have been read is stored, in percent. A scan that was not done is one reading less of each
 * boiler of its gateway. Hours of which a gateway has not said what it captured, and senders behind the broker, of
 * which nobody can say it, do not count; `null` when none is left.
 */
export function completePercent(hours: Integrity["hours"], boilers: readonly BoilerText[]): number | null {
  let [due, stored] = [0, 0];
  for (const hour of hours) {
    if (hour.captured === null || hour.delivery === "broker") continue;
    const perScan = boilers.filter(({ gatewayId }) => gatewayId === hour.gatewayId).length;
    due += hour.captured + hour.missedScans * perScan;
    stored += Math.min(hour.stored, hour.captured);
  }
  return due === 0 ? null : (100 * stored) / due;
}
