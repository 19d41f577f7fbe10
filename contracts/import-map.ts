import { type Static, Type } from "typebox";
import { Id, PointNameText } from "./ids.ts";

const closed = { additionalProperties: false } as const;
const Column = Type.String({ minLength: 1, maxLength: 256 });

/** How a file's times are written; `local` by the clock of the boiler's site. */
export const timeFormats = ["iso", "local", "s", "ms", "us", "ns"] as const;

/** Which column of somebody else's history is what: a file beside it, made once. */
export const ImportMap = Type.Object(
  {
    time: Type.Object({ column: Column, format: Type.Enum([...timeFormats]) }, closed),
    /** One boiler, or the column that names it, with its names for ours. */
    boiler: Type.Union([
      Id,
      Type.Object({ column: Column, ids: Type.Optional(Type.Record(Type.String(), Id)) }, closed),
    ]),
    /** Of line protocol: lines of this measurement alone. */
    measurement: Type.Optional(Column),
    /** What stands where nothing was measured, besides an empty cell. */
    missing: Type.Array(Type.String(), { default: ["NaN", "nan", "null", "NULL", "NA"] }),
    points: Type.Record(
      PointNameText,
      Type.Object(
        {
          column: Column,
          /** The unit of the column, where it is another than the point's. */
          unit: Type.Optional(Type.String({ minLength: 1 })),
          scale: Type.Optional(Type.Number()),
          offset: Type.Optional(Type.Number()),
        },
        closed,
      ),
      { minProperties: 1 },
    ),
  },
  closed,
);
export type ImportMap = Static<typeof ImportMap>;
