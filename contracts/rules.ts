import { type Static, Type } from "typebox";
import { coalFirings } from "../domain/boiler.ts";
import { fuelGases } from "../domain/combustion/stoichiometry.ts";
import { fuelClasses } from "../domain/fuel.ts";
import { tableQuantities } from "../domain/limits.ts";
import { type PointName, points } from "../domain/points.ts";
import { Id } from "./ids.ts";
import { LabelText } from "./registry.ts";

const closed = { additionalProperties: false } as const;
const IsoDate = Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$", description: "a date like 2018-09-19" });

/** What every file of rules says of itself. */
const provenance = {
  id: Id,
  validFrom: IsoDate,
  source: Type.String({ minLength: 1 }),
  note: Type.Optional(Type.String()),
};

const LimitRowConfig = Type.Object(
  {
    fuel: Type.Enum(fuelClasses),
    coalFiring: Type.Optional(Type.Enum(coalFirings)),
    fromTPerH: Type.Number({ minimum: 0 }),
    belowTPerH: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    /** `null` where the table prints a dash: no limit. */
    limit: Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.Null()]),
  },
  closed,
);

export const LimitTablesFile = Type.Object(
  {
    kind: Type.Literal("limit-tables"),
    ...provenance,
    tables: Type.Object(
      { airRatio: Type.Array(LimitRowConfig), exhaustTempC: Type.Array(LimitRowConfig) },
      closed,
    ),
  },
  closed,
);

export const EmissionStandardFile = Type.Object(
  {
    kind: Type.Literal("emission-standard"),
    ...provenance,
    inForceFrom: Type.Object({ new: IsoDate, existing: IsoDate }, closed),
    limits: Type.Object(
      {
        pmAtRefO2MgPerNm3: Type.Number({ exclusiveMinimum: 0 }),
        soxAtRefO2Ppm: Type.Number({ exclusiveMinimum: 0 }),
        noxAtRefO2Ppm: Type.Number({ exclusiveMinimum: 0 }),
      },
      closed,
    ),
  },
  closed,
);

const percent = Type.Number({ minimum: 0, maximum: 100 });

const FuelConfig = Type.Object(
  {
    id: Id,
    label: LabelText,
    class: Type.Enum(fuelClasses),
    flowPoint: Type.Enum(Object.keys(points) as PointName[]),
    ncvMjPerUnit: Type.Number({ exclusiveMinimum: 0 }),
    /** By mass for solid and liquid fuels, by mole for gases; exactly one of the two. */
    massPercent: Type.Optional(
      Type.Object(
        { c: percent, h: percent, s: percent, o: percent, n: percent, moisture: percent, ash: percent },
        closed,
      ),
    ),
    molePercent: Type.Optional(Type.Partial(Type.Record(Type.Enum([...fuelGases]), percent))),
    siegert: Type.Object({ a2: Type.Number(), b: Type.Number() }, closed),
    note: Type.Optional(Type.String()),
  },
  closed,
);

export const FuelsFile = Type.Object(
  { kind: Type.Literal("fuels"), ...provenance, fuels: Type.Array(FuelConfig, { minItems: 1 }) },
  closed,
);

const AlarmRuleConfig = Type.Object(
  {
    id: Id,
    watches: Type.Enum(["limit-table", "gateway-silence"]),
    quantity: Type.Optional(Type.Enum(tableQuantities)),
    deadband: Type.Optional(Type.Number({ minimum: 0 })),
    silentAfterSeconds: Type.Optional(Type.Number({ minimum: 1 })),
    onDelaySeconds: Type.Number({ minimum: 0, maximum: 3_600 }),
    offDelaySeconds: Type.Number({ minimum: 0, maximum: 3_600 }),
    badHoldSeconds: Type.Number({ minimum: 0, maximum: 3_600, default: 60 }),
    priority: Type.Integer({ minimum: 1, maximum: 3 }),
    title: LabelText,
    response: Type.Array(LabelText, { minItems: 1 }),
    consequence: LabelText,
  },
  closed,
);

export const AlarmRulesFile = Type.Object(
  { kind: Type.Literal("alarm-rules"), ...provenance, rules: Type.Array(AlarmRuleConfig, { minItems: 1 }) },
  closed,
);

export const ruleFiles = {
  "limit-tables": LimitTablesFile,
  "emission-standard": EmissionStandardFile,
  fuels: FuelsFile,
  "alarm-rules": AlarmRulesFile,
} as const;

export type LimitTablesFile = Static<typeof LimitTablesFile>;
export type EmissionStandardFile = Static<typeof EmissionStandardFile>;
export type FuelsFile = Static<typeof FuelsFile>;
export type AlarmRulesFile = Static<typeof AlarmRulesFile>;
export type RuleFile = LimitTablesFile | EmissionStandardFile | FuelsFile | AlarmRulesFile;
