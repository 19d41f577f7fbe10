import { type Static, Type } from "typebox";
import { priorities } from "../../domain/alarms/alarm.ts";
import { Id } from "../ids.ts";
import { nullable } from "../nullable.ts";
import { LabelText } from "../registry.ts";

/** A rule in force: when it raises an alarm, how urgent that is, and what to do then. */
export const AlarmRuleText = Type.Object({
  id: Id,
  /** What it looks at, and where: `point`, `limit-table` … */
  watches: Type.String(),
  point: nullable(Type.String()),
  source: Type.String(),
  validFrom: Type.String(),
  of: Type.Enum(["boiler", "gateway", "site"]),
  /** From the least to the most urgent; `limit` is `null` where a table or a sensor decides. */
  levels: Type.Array(
    Type.Object({
      id: Type.String(),
      priority: Type.Enum(priorities),
      limit: nullable(Type.Number()),
      deadband: Type.Number(),
      onDelaySeconds: Type.Number(),
      offDelaySeconds: Type.Number(),
      latching: Type.Boolean(),
    }),
  ),
  title: LabelText,
  response: Type.Array(LabelText),
  consequence: LabelText,
  /** The rule as a file of its own, to be changed and tried out. */
  text: Type.String(),
});
export type AlarmRuleText = Static<typeof AlarmRuleText>;

export const AlarmRules = Type.Object({ rules: Type.Array(AlarmRuleText) });
export type AlarmRules = Static<typeof AlarmRules>;
