import { type Static, Type } from "typebox";
import { Instant } from "../ids.ts";
import { RoleText, SiteScopeText } from "./session.ts";

const closed = { additionalProperties: false } as const;

/** Letters that a name may have, so that it stands in an address, a log line and an audit entry as it is. */
export const UserName = Type.String({
  pattern: "^[a-z0-9][a-z0-9._@-]{0,63}$",
  description: "lower-case letters, digits and . _ @ -, up to 64",
});
export const Password = Type.String({ minLength: 1, maxLength: 1_024 });

export const UserText = Type.Object({
  name: Type.String(),
  role: RoleText,
  sites: SiteScopeText,
  /** `false`: signs in by a link or by another service alone. */
  hasPassword: Type.Boolean(),
  changedAtMs: Instant,
});
export type UserText = Static<typeof UserText>;

export const Users = Type.Object({ users: Type.Array(UserText) });
export type Users = Static<typeof Users>;

export const NewUser = Type.Object(
  { name: UserName, role: RoleText, sites: SiteScopeText, password: Password },
  closed,
);
export const UserChange = Type.Object({ role: RoleText, sites: SiteScopeText }, closed);
export const NewPassword = Type.Object({ password: Password }, closed);
export const OwnPassword = Type.Object({ current: Password, password: Password }, closed);
