import { type Static, Type } from "typebox";
import { Id, PointNameText } from "../contracts/ids.ts";
import { ControlsSchedule, fuelShareFaults } from "./boiler/controls.ts";
import { boilerDesignProperties } from "./boiler/design.ts";
import { InstrumentConfig } from "./instruments.ts";
import { serverConfig, serverFault, unitLimits } from "./modbus/config.ts";

/** Whether a boiler can be built as it is described; no schema sees that. */
export { built } from "./boiler/heat-transfer.ts";
export { fuelShareFaults, serverFault };

const closed = { additionalProperties: false } as const;

const SimulatedBoilerConfig = Type.Object(
  {
    ...boilerDesignProperties,
    /** By point, for instruments that are not as usual. */
    instruments: Type.Record(PointNameText, InstrumentConfig, { default: {} }),
    /** What happens to it, time and again. */
    schedule: ControlsSchedule,
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
