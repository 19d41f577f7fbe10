import { type Static, Type } from "typebox";
import { Id, Instant, PointNameText } from "./ids.ts";
import { nullable } from "./nullable.ts";
import { LabelText } from "./registry.ts";

const closed = { additionalProperties: false } as const;

/** What a trainer may turn on a simulated boiler. */
const controls = {
  /** Heat asked for, % of the rated heat; `null`: as the load profile says. */
  loadPercent: nullable(Type.Number({ minimum: 0, maximum: 130 })),
  /** Added to the tuned O₂, points. */
  o2TrimPercent: Type.Number({ minimum: -10, maximum: 15 }),
  damper: Type.Enum(["auto", "stuck"]),
  /** Air that leaks in behind the flame, % of the combustion air. */
  airLeakPercent: Type.Number({ minimum: 0, maximum: 300 }),
  /** Heat transfer lost to soot, %. */
  foulingPercent: Type.Number({ minimum: 0, maximum: 60 }),
  burner: Type.Enum(["auto", "off", "lockout"]),
};
export const TrainerControls = Type.Object(controls, closed);
export type TrainerControls = Static<typeof TrainerControls>;

export const trainerFaults = ["frozen", "dead", "no-value", "offset"] as const;

export const TrainerFault = Type.Object(
  {
    point: PointNameText,
    kind: Type.Enum(trainerFaults),
    /** Of an offset, in the unit of its point. */
    by: Type.Optional(Type.Number()),
  },
  closed,
);
export type TrainerFault = Static<typeof TrainerFault>;

export const TrainerBoiler = Type.Object({
  boilerId: Id,
  controls: TrainerControls,
  /** Points that an instrument measures. */
  points: Type.Array(Type.String()),
  /** Of these kinds or of others, which a scenario brought. */
  faults: Type.Array(
    Type.Object({ point: Type.String(), kind: Type.String(), by: Type.Optional(Type.Number()) }),
  ),
});
export type TrainerBoiler = Static<typeof TrainerBoiler>;

/** `available`: simulators run in this process; without them there is nothing to train on. */
export const TrainerText = Type.Object({
  serverTimeMs: Instant,
  available: Type.Boolean(),
  scenario: nullable(Type.Object({ title: LabelText, about: LabelText, answer: nullable(LabelText) })),
  boilers: Type.Array(TrainerBoiler),
});
export type TrainerText = Static<typeof TrainerText>;

/** What is absent stays as it is. */
export const TrainerChange = Type.Object(
  {
    set: Type.Optional(Type.Partial(TrainerControls, closed)),
    fault: Type.Optional(TrainerFault),
    /** A point whose instrument is mended. */
    mend: Type.Optional(PointNameText),
  },
  { ...closed, minProperties: 1 },
);
export type TrainerChange = Static<typeof TrainerChange>;
