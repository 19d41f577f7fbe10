import { type Static, Type } from "typebox";
import { Id, Instant } from "../ids.ts";
import { nullable } from "../nullable.ts";

export const RoleText = Type.Enum(["viewer", "operator", "engineer", "admin"]);
export type RoleText = Static<typeof RoleText>;

/** The sites that somebody may see; `null`: all. */
export const SiteScopeText = nullable(Type.Array(Id, { maxItems: 200, uniqueItems: true }));

export const Session = Type.Object({
  user: Type.String(),
  role: RoleText,
  sites: SiteScopeText,
  /** A wallboard's or a verifier's link can read, and nothing else. */
  kind: Type.Enum(["session", "api", "kiosk", "verifier"]),
  /** The one report that a verifier's link opens. */
  reportId: nullable(Type.String()),
  endsAtMs: Instant,
});
export type Session = Static<typeof Session>;

/** How somebody may come in besides user and password. */
export const SignInWays = Type.Object({
  oidc: nullable(Type.Object({ label: Type.String() })),
});
export type SignInWays = Static<typeof SignInWays>;
