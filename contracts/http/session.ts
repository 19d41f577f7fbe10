import { type Static, Type } from "typebox";

export const Session = Type.Object({
  user: Type.String(),
  role: Type.Enum(["viewer", "operator", "engineer", "admin"]),
});
export type Session = Static<typeof Session>;
