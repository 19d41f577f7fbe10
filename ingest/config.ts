import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

export const JournalConfig = Type.Object(
  {
    segmentMib: Type.Integer({ minimum: 1, maximum: 1_024, default: 64 }),
    keepDays: Type.Number({ minimum: 0, maximum: 3_650, default: 30 }),
    keepGib: Type.Number({ minimum: 0.001, maximum: 100_000, default: 20 }),
  },
  { ...closed, default: {} },
);
export type JournalConfig = Static<typeof JournalConfig>;

export const ingestConfig = Type.Object({ journal: JournalConfig }, { ...closed, default: {} });
export type IngestConfig = Static<typeof ingestConfig>;
