import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

export const telemetryConfig = Type.Object(
  {
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
