import { type Static, Type } from "typebox";

export const apiConfig = Type.Object(
  {
    host: Type.String({
      default: "127.0.0.1",
      pattern: "^(127\\.0\\.0\\.1|localhost|::1)$",
      description: "127.0.0.1, localhost or ::1; other hosts need TLS, which this version does not offer",
    }),
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8080 }),
  },
  { additionalProperties: false, default: {} },
);
export type ApiConfig = Static<typeof apiConfig>;
