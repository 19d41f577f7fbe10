import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

const percent = (most: number) => Type.Number({ minimum: 0, maximum: most });
const hour = Type.Number({ minimum: 0, maximum: 24 });

/** Something that shapes a load over time. */
const LoadPart = Type.Union([
  /** A slow swing around the mean, up and down by `percent` of the rated heat. */
  Type.Object(
    {
      kind: Type.Literal("swing"),
      percent: percent(60),
      periodSeconds: Type.Number({ minimum: 10, default: 480 }),
    },
    closed,
  ),
  /** Work from one hour of the day to another (over midnight where `fromHour` is the later one); beside it less. */
  Type.Object(
    {
      kind: Type.Literal("shift"),
      fromHour: hour,
      toHour: hour,
      /** What is left of the load beside the shift, %. */
      outsidePercent: percent(100),
    },
    closed,
  ),
  /** A vessel that is filled and heated now and then: `percent` of the rated heat on top, for a while. */
  Type.Object(
    {
      kind: Type.Literal("batch"),
      percent: percent(100),
      everySeconds: Type.Number({ minimum: 60, default: 3_600 }),
      forSeconds: Type.Number({ minimum: 10, default: 900 }),
      rampSeconds: Type.Number({ minimum: 1, default: 60 }),
    },
    closed,
  ),
  /** What is left of the load on Saturday and Sunday, %. */
  Type.Object({ kind: Type.Literal("weekend"), percent: percent(100) }, closed),
]);

/** Heat that the works ask for, in % of the rated heat, over time. Without parts it is constant. */
export const LoadProfile = Type.Object(
  {
    meanPercent: Type.Number({ minimum: 0, maximum: 110, default: 75 }),
    /** All of them work together: swings and batches add, shifts and weekends take their share. */
    parts: Type.Array(LoadPart, { default: [], maxItems: 20 }),
    /** Standard deviation of what consumers do at random, % of the rated heat, and how fast it is forgotten. */
    noisePercent: Type.Number({ minimum: 0, maximum: 10, default: 0.25 }),
    noiseSeconds: Type.Number({ exclusiveMinimum: 0, default: 20 }),
    /** Where in the week the simulation begins: hours since Monday 00:00. */
    startHourOfWeek: Type.Number({ minimum: 0, exclusiveMaximum: 168, default: 8 }),
  },
  { ...closed, default: {} },
);
export type LoadProfile = Static<typeof LoadProfile>;

/** % of the rated heat, without noise, so many seconds after the start; never below 0. */
export function profileLoadPercent(
  { meanPercent, parts, startHourOfWeek }: LoadProfile,
  seconds: number,
): number {
  let load = meanPercent;
  let share = 1;
  const hourOfWeek = (startHourOfWeek + seconds / 3_600) % 168;
  for (const part of parts) {
    switch (part.kind) {
      case "swing":
        load += part.percent * Math.sin((2 * Math.PI * seconds) / part.periodSeconds);
        break;
      case "batch": {
        const into = seconds % part.everySeconds;
        const on = Math.min(1, into / part.rampSeconds, (part.forSeconds - into) / part.rampSeconds);
        load += part.percent * Math.max(0, on);
        break;
      }
      case "shift": {
        const hourOfDay = hourOfWeek % 24;
        const { fromHour, toHour } = part;
        const works =
          fromHour <= toHour
            ? hourOfDay >= fromHour && hourOfDay < toHour
            : hourOfDay >= fromHour || hourOfDay < toHour;
        if (!works) share *= part.outsidePercent / 100;
        break;
      }
      case "weekend":
        if (hourOfWeek >= 120) share *= part.percent / 100;
        break;
    }
  }
  return Math.max(0, load * share);
}
