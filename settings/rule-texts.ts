import { stringify } from "yaml";
import type { AlarmRuleText } from "../contracts/http/alarm-rules.ts";
import { sourceKindOf } from "../domain/alarms/rule.ts";
import { inForceAt } from "../domain/limits.ts";
import type { Settings } from "./settings.ts";

/** The alarm rules in force at a moment, as they are shown and edited. */
export function alarmRuleTexts({ rules }: Settings, atMs: number): readonly AlarmRuleText[] {
  return [...rules.alarmRules.values()].flatMap((editions) => {
    const rule = inForceAt(editions, atMs)?.rule;
    if (rule === undefined) return [];
    const { id, watches, source, validFrom, title, response, consequence } = rule;
    const file = rules.files["alarm-rules"].findLast(
      (each) => each.validFrom === validFrom && each.rules.some((own) => own.id === id),
    );
    const own = file?.rules.find((each) => each.id === id);
    const text = stringify(
      { kind: "alarm-rules", id: `own-${id}`, validFrom, source, rules: [own] },
      { lineWidth: 110 },
    );
    return [
      {
        id,
        watches,
        point: "point" in rule ? rule.point : "quantity" in rule ? rule.quantity : null,
        source,
        validFrom,
        of: sourceKindOf(rule),
        levels: rule.levels.map(
          ({ limit, onDelayMs, offDelayMs, id: level, priority, deadband, latching }) => ({
            id: level,
            priority,
            limit: Number.isNaN(limit) ? null : limit,
            deadband,
            latching,
            onDelaySeconds: onDelayMs / 1_000,
            offDelaySeconds: offDelayMs / 1_000,
          }),
        ),
        title,
        response: [...response],
        consequence,
        text,
      },
    ];
  });
}
