import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;
const name = () => Type.String({ pattern: "^[a-zA-Z0-9_-]{1,63}$", default: "fluewatch" });

/** Where alarms, people, the audit and retrofits are kept. */
export const recordsConfig = Type.Object(
  {
    store: Type.Enum(["sqlite", "postgres"], { default: "sqlite" }),
    postgres: Type.Optional(
      Type.Object(
        {
          host: Type.String({ minLength: 1, default: "127.0.0.1" }),
          port: Type.Integer({ minimum: 1, maximum: 65_535, default: 5432 }),
          database: name(),
          user: name(),
          passwordFile: Type.Optional(Type.String({ minLength: 1 })),
          /** The authority that signed the server's certificate; without it the link is plain, for this machine alone. */
          caFile: Type.Optional(Type.String({ minLength: 1 })),
        },
        closed,
      ),
    ),
  },
  { ...closed, default: {} },
);
export type RecordsConfig = Static<typeof recordsConfig>;
