import type { AlarmRule } from "../../domain/alarms/rule.ts";
import type { Families, Source, Tell } from "./families.ts";
import { counted } from "./watch-gateway.ts";

/**
 * Tells that a proven saving of a boiler is going, and when it is back; by ingest's own time, since it is found in
 * whole days.
 * @param retrofitId whose saving is going; `null`: none
 */
export function watchSaving(
  families: Families,
  rules: readonly AlarmRule[],
  source: Source,
  retrofitId: string | null,
  atMs: number,
  tell: Tell,
): void {
  const rule = rules.find(({ watches }) => watches === "savings");
  if (rule === undefined) return;
  const value = retrofitId === null ? 0 : 1;
  families.count(
    rule,
    source,
    value,
    atMs,
    (limit) => counted("savings-going", value, limit, retrofitId),
    tell,
  );
}
