import { type Static, Type } from "typebox";

/** RFC 9457, `application/problem+json`; `code` is stable and for programs. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.String(),
});
export type Problem = Static<typeof Problem>;
