import { type Static, Type } from "typebox";
import { Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";
import { RoleText, SiteScopeText } from "./session.ts";

export const TokenKindText = Type.Enum(["api", "kiosk", "verifier"]);
export const longestTokenDays = 365;

export const TokenText = Type.Object({
  id: Type.String(),
  kind: TokenKindText,
  label: Type.String(),
  role: RoleText,
  sites: SiteScopeText,
  reportId: nullable(Type.String()),
  createdBy: Type.String(),
  createdAtMs: Instant,
  expiresAtMs: Instant,
  usedAtMs: nullable(Instant),
});
export type TokenText = Static<typeof TokenText>;

export const Tokens = Type.Object({ tokens: Type.Array(TokenText) });
export type Tokens = Static<typeof Tokens>;

export const NewToken = Type.Object(
  {
    kind: TokenKindText,
    label: Type.String({ minLength: 1, maxLength: 56, pattern: "^[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]*$" }),
    /** What it may do: a wallboard and a verifier only read. */
    role: RoleText,
    sites: SiteScopeText,
    /** The one report that a verifier's link opens; without it, it is of one site. */
    reportId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    days: Type.Integer({ minimum: 1, maximum: longestTokenDays }),
  },
  { additionalProperties: false },
);
export type NewToken = Static<typeof NewToken>;

/** The secret is shown this once. */
export const TokenGiven = Type.Object({ secret: Type.String(), token: TokenText });
export type TokenGiven = Static<typeof TokenGiven>;
