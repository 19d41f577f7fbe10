import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

const keptDays = (days: number) => Type.Number({ minimum: 1, maximum: 36_500, default: days });

/** For how long which tier is kept; no coarser one shorter than a finer one. */
export const KeepConfig = Type.Object(
  { rawDays: keptDays(90), minuteDays: keptDays(730), hourDays: keptDays(3_650) },
  { ...closed, default: {} },
);
export type KeepConfig = Static<typeof KeepConfig>;

export const telemetryConfig = Type.Object(
  {
    keep: KeepConfig,
    store: Type.Enum(["duckdb", "influx1"], { default: "duckdb" }),
    influx1: Type.Optional(
      Type.Object(
        {
          host: Type.String({ default: "127.0.0.1" }),
          port: Type.Integer({ minimum: 1, maximum: 65_535, default: 8086 }),
          database: Type.String({ pattern: "^[a-zA-Z0-9_-]{1,64}$", default: "fluewatch" }),
        },
        closed,
      ),
    ),
  },
  { ...closed, default: {} },
);
export type TelemetryConfig = Static<typeof telemetryConfig>;
