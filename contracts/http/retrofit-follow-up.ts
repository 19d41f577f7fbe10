import { type Static, Type } from "typebox";
import { Instant, IsoDate } from "../ids.ts";
import { LabelText } from "../registry.ts";
import { Estimate } from "./retrofit-result.ts";

/** How an accepted saving has done since: the released model, run on over the days that came after its report. */
export const RetrofitFollowUp = Type.Union([
  Type.Object({ kind: Type.Literal("none"), says: LabelText }),
  Type.Object({
    kind: Type.Literal("follow-up"),
    version: Type.Integer(),
    /** `decayed`: the interval of the last days lies wholly below what the report found at such loads. */
    state: Type.Enum(["too-early", "holding", "decayed"]),
    from: IsoDate,
    through: IsoDate,
    intervals: Type.Integer(),
    saved: Estimate,
    savedPercent: Type.Number(),
    /** Of the energy, at loads that the baseline knows. */
    coveredPercent: Type.Number(),
    recent: Type.Object({
      from: IsoDate,
      intervals: Type.Integer(),
      savedPercent: Type.Number(),
      atMostPercent: Type.Number(),
      /** What the report's own model of the time after the works saves at these loads. */
      acceptedPercent: Type.Number(),
    }),
    series: Type.Array(
      Type.Object({
        fromMs: Instant,
        gj: Type.Number(),
        expectedGj: Type.Number(),
        cumulativeGj: Type.Number(),
        cumulativeHalfWidthGj: Type.Number(),
      }),
    ),
    says: LabelText,
  }),
]);
export type RetrofitFollowUp = Static<typeof RetrofitFollowUp>;
