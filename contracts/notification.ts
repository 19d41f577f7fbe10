import { type Static, Type } from "typebox";
import { alarmStates, priorities } from "../domain/alarms/alarm.ts";
import { Id, Instant } from "./ids.ts";
import { nullable } from "./nullable.ts";
import { LabelText } from "./registry.ts";

/** Why somebody is told: `ended` says that an alarm needs nobody any more. */
export const notificationReasons = [
  "new",
  "again",
  "raised",
  "escalated",
  "announced-anew",
  "shown-again",
  "latched",
  "ended",
] as const;

/** One step of one alarm, with all that a person needs to act on it. */
export const NotificationEvent = Type.Object({
  alarmId: Type.String(),
  /** The revision of the alarm at this step; with `alarmId` it names the step for ever. */
  rev: Type.Integer(),
  because: Type.Enum(notificationReasons),
  tier: Type.Integer(),
  priority: Type.Enum(priorities),
  /** As it was when the message was made. */
  state: Type.Enum(alarmStates),
  siteId: Id,
  siteName: LabelText,
  simulated: Type.Boolean(),
  timeZone: Type.String(),
  sourceId: Id,
  sourceName: LabelText,
  ruleId: Id,
  title: LabelText,
  sinceMs: Instant,
  happenedAtMs: Instant,
  /** The value and its limit, where there are such. */
  held: nullable(
    Type.Object({
      point: Type.String(),
      side: Type.Enum(["above", "below"]),
      value: Type.Number(),
      limit: Type.Number(),
      unit: Type.String(),
      decimals: Type.Integer(),
    }),
  ),
  response: Type.Array(LabelText),
  consequence: LabelText,
});
export type NotificationEvent = Static<typeof NotificationEvent>;

/** What goes to a webhook or to MQTT as it is, and into an e-mail as text. `key` is the same at every attempt. */
export const Notification = Type.Object({
  v: Type.Literal(1),
  key: Type.String(),
  kind: Type.Enum(["alarm", "digest", "test"]),
  recipient: Type.String(),
  createdAtMs: Instant,
  /** The page of the alarms; `null` where nobody said under which address it is reached. */
  url: nullable(Type.String()),
  /** How many steps it tells of; in a flood the words of only the first are in `events`. */
  total: Type.Integer(),
  events: Type.Array(NotificationEvent),
  /** The remaining steps, by name. */
  further: Type.Array(
    Type.Object({ alarmId: Type.String(), rev: Type.Integer(), priority: Type.Enum(priorities) }),
  ),
});
export type Notification = Static<typeof Notification>;
