import { type Static, Type } from "typebox";
import { Id, PointNameText } from "../contracts/ids.ts";
import { serverConfig, serverFault, unitLimits } from "./modbus/config.ts";

export { serverFault };

const closed = { additionalProperties: false } as const;

const DriftConfig = Type.Object(
  {
    startAfterSeconds: Type.Number({ minimum: 0, default: 40 }),
    rampSeconds: Type.Number({ exclusiveMinimum: 0, default: 8 }),
    forSeconds: Type.Number({ exclusiveMinimum: 0, default: 240 }),
    everySeconds: Type.Number({ exclusiveMinimum: 0, default: 1_800 }),
    loadPercent: Type.Number({ minimum: 0, maximum: 120 }),
    surplusO2Percent: Type.Number({ minimum: 0, maximum: 15 }),
  },
  closed,
);

const SimulatedBoilerConfig = Type.Object(
  {
    id: Id,
    seed: Type.Integer({ minimum: 0, default: 1 }),
    fuel: Id,
    ratedHeatKw: Type.Number({ exclusiveMinimum: 0 }),
    meanLoadPercent: Type.Number({ minimum: 10, maximum: 110 }),
    loadSwingPercent: Type.Number({ minimum: 0, maximum: 40, default: 6 }),
    loadPeriodSeconds: Type.Number({ minimum: 60, default: 480 }),
    tunedO2DryPercent: Type.Number({ minimum: 0.5, maximum: 15 }),
    lowLoadO2Percent: Type.Number({ minimum: 0, maximum: 6, default: 1 }),
    exhaustTempC: Type.Number({ minimum: 60, maximum: 500 }),
    lowLoadExhaustK: Type.Number({ minimum: 0, maximum: 100, default: 25 }),
    combustionAirTempC: Type.Number({ default: 30 }),
    airHumidityKgPerKg: Type.Number({ minimum: 0, maximum: 0.05, default: 0.012 }),
    noxAt6PercentPpm: Type.Number({ minimum: 0 }),
    soxAt6PercentPpm: Type.Number({ minimum: 0 }),
    pmAt6PercentMgPerNm3: Type.Number({ minimum: 0 }),
    coDryPpm: Type.Number({ minimum: 0, default: 15 }),
    drift: Type.Optional(DriftConfig),
  },
  closed,
);
export type SimulatedBoilerConfig = Static<typeof SimulatedBoilerConfig>;

const ReplayConfig = Type.Object(
  {
    /** Seen from the configuration's own folder. */
    file: Type.String({ minLength: 1 }),
    startRow: Type.Integer({ minimum: 0, default: 0 }),
    stepSeconds: Type.Number({ minimum: 0.1, default: 1 }),
    columns: Type.Array(
      Type.Object(
        { column: Type.String(), point: PointNameText, scale: Type.Number({ default: 1 }) },
        closed,
      ),
      { minItems: 1 },
    ),
  },
  closed,
);

const UnitConfig = Type.Object(
  {
    unitId: Type.Integer({ minimum: 0, maximum: 255 }),
    map: Id,
    /** One of the two: a simulated boiler's id, or a recorded plant. */
    boiler: Type.Optional(Id),
    replay: Type.Optional(ReplayConfig),
    /** What registers of type `string` say, by point. */
    texts: Type.Record(PointNameText, Type.String({ maxLength: 250 }), { default: {} }),
    ...unitLimits,
  },
  closed,
);

export const simulatorsConfig = Type.Object(
  {
    boilers: Type.Array(SimulatedBoilerConfig, { default: [] }),
    servers: Type.Array(serverConfig(UnitConfig), { default: [] }),
    /** Every poll is written down here, answered or not, one JSON object a line; seen from the working folder. */
    ledgerFile: Type.Optional(Type.String({ minLength: 1 })),
  },
  { ...closed, default: {} },
);
export type SimulatorsConfig = Static<typeof simulatorsConfig>;
