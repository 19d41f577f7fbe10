import { type Static, Type } from "typebox";
import { RetrofitDocument } from "./http/retrofits.ts";
import { Id, IsoDate } from "./ids.ts";

/** A finished retrofit that a demo comes with: a plant's made-up past, and the project that is about it. */
export const ExampleFile = Type.Object(
  {
    kind: Type.Literal("example-retrofit"),
    id: Id,
    /** Scenario of the plant, seen from this file. */
    history: Type.String({ minLength: 1 }),
    /** The plant's day on which its past begins. */
    from: IsoDate,
    days: Type.Integer({ minimum: 1, maximum: 4_000 }),
    stepSeconds: Type.Integer({ minimum: 10, maximum: 3_600 }),
    document: RetrofitDocument,
  },
  { additionalProperties: false },
);
export type ExampleFile = Static<typeof ExampleFile>;
