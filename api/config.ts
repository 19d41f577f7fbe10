import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

const Url = Type.String({
  pattern: "^https?://[^\\s]+$",
  maxLength: 512,
  description: "an address, https://…",
});

export const oidcConfig = Type.Object(
  {
    issuer: Url,
    clientId: Type.String({ minLength: 1, maxLength: 256 }),
    /** A file that this user alone may read, seen from the configuration's folder. */
    clientSecretFile: Type.String({ minLength: 1 }),
    /** On the button. */
    label: Type.String({ minLength: 1, maxLength: 64, default: "OpenID Connect" }),
    /** Where browsers find Fluewatch; the service sends them back to `/api/v1/session/oidc/callback` there. */
    publicUrl: Url,
    scope: Type.String({ default: "openid profile email", pattern: "(^| )openid( |$)" }),
    /** What of the service's word is the user's name here. */
    userClaim: Type.Enum(["preferred_username", "email", "sub"], { default: "preferred_username" }),
  },
  closed,
);
export type OidcConfig = Static<typeof oidcConfig>;

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
    /** A service at which people may sign in, by OpenID Connect; they are users here by the name that it gives. */
    oidc: Type.Optional(oidcConfig),
    /** Addresses of proxies whose word on the caller's address is taken; nobody else's is. */
    trustedProxies: Type.Array(Type.String({ minLength: 1 }), { default: [] }),
  },
  { ...closed, default: {} },
);
export type ApiConfig = Static<typeof apiConfig>;
