import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

const keptDays = (days: number) => Type.Number({ minimum: 1, maximum: 36_500, default: days });

/** For how long which tier is kept; no coarser one shorter than a finer one. */
export const KeepConfig = Type.Object(
  { rawDays: keptDays(90), minuteDays: keptDays(730), hourDays: keptDays(3_650) },
  { ...closed, default: {} },
);
export type KeepConfig = Static<typeof KeepConfig>;

export const telemetryStores = ["duckdb", "influx1", "influx2"] as const;
export type TelemetryStore = (typeof telemetryStores)[number];

export const telemetryConfig = Type.Object(
  {
    keep: KeepConfig,
    store: Type.Enum([...telemetryStores], { default: "duckdb" }),
    influx1: Type.Optional(
      Type.Object(
        {
          host: Type.String({ default: "127.0.0.1" }),
          port: Type.Integer({ minimum: 1, maximum: 65_535, default: 8086 }),
          database: Type.String({ pattern: "^[a-zA-Z0-9_-]{1,64}$", default: "fluewatch" }),
          user: Type.Optional(Type.String({ minLength: 1 })),
          /** Seen from the configuration file, as every file that it names; for this user alone. */
          passwordFile: Type.Optional(Type.String({ minLength: 1 })),
        },
        closed,
      ),
    ),
    /** InfluxDB 2.x and 3. */
    influx2: Type.Optional(
      Type.Object(
        {
          url: Type.String({ pattern: "^https?://[^/]+/?$", default: "http://127.0.0.1:8086" }),
          org: Type.String({ minLength: 1, maxLength: 64, default: "fluewatch" }),
          bucket: Type.String({ pattern: "^[a-zA-Z0-9_-]{1,64}$", default: "fluewatch" }),
          tokenFile: Type.String({ minLength: 1 }),
        },
        closed,
      ),
    ),
  },
  { ...closed, default: {} },
);
export type TelemetryConfig = Static<typeof telemetryConfig>;
