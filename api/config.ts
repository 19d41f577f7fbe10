import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

export const apiConfig = Type.Object(
  {
    host: Type.String({
      default: "127.0.0.1",
      minLength: 1,
      maxLength: 255,
      description: "127.0.0.1, localhost or ::1; any other needs tls",
    }),
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8080 }),
    /** PEM files, seen from the configuration's folder. With them everything is HTTPS, TLS 1.2 or newer. */
    tls: Type.Optional(
      Type.Object(
        { certificateFile: Type.String({ minLength: 1 }), keyFile: Type.String({ minLength: 1 }) },
        closed,
      ),
    ),
    /** Addresses of proxies whose word on the caller's address is taken; nobody else's is. */
    trustedProxies: Type.Array(Type.String({ minLength: 1 }), { default: [] }),
  },
  { ...closed, default: {} },
);
export type ApiConfig = Static<typeof apiConfig>;
