import { expect, test } from "vitest";
import { hourOutcome, minutesAbove } from "../../domain/compliance.ts";
import { frameOf } from "../../domain/frame.ts";
import type { HourEvent, PlantEvent, Stage } from "../../ingest/stage.ts";
import { pipeline } from "../../ingest/stage.ts";
import { derive } from "../../ingest/stages/derive.ts";
import { judge } from "../../ingest/stages/judge.ts";
import { screen } from "../../ingest/stages/screen.ts";
import { tellHours } from "../../ingest/stages/tell-hours.ts";
import { startMs, testPlant } from "../helpers/batches.ts";

const plant = testPlant({ stepMs: 2_000, windowMs: 20_000, afterLightOffMs: 0 });
const { catalogue } = plant;
const all = (): readonly Stage[] => [screen(catalogue), derive(plant), judge(plant), tellHours(plant)];
const origin = {
  ...{ siteId: "works", gatewayId: "gw-1", sid: "s", seq: 1, timeSegment: 0 },
  ...{ late: false, clockDoubtful: false, clockSetMs: 0 },
};

/** A reading of b-1; its air is too much from 20 to 30 min after the start. */
function reading(second: number, late = false): PlantEvent {
  const tooMuch = second >= 1_200 && second < 1_800;
  const values = {
    firing: 1,
    loadPercent: 80,
    o2DryPercent: tooMuch ? 6 : 3,
    exhaustTempC: 150,
    noxDryPpm: 60,
  };
  const reading = { boilerId: "b-1", takenAtMs: startMs + second * 1_000, values, flaws: {} };
  return { kind: "reading", origin: { ...origin, late }, frame: frameOf(reading, catalogue) };
}

/** What is told of the hours from `startMs` on, the newest of each. */
function told(stages: readonly Stage[], seconds: readonly number[], late = false) {
  const events: HourEvent[] = [];
  const through = pipeline(stages, (event) => {
    if (event.kind === "hour") events.push(event);
  });
  for (const second of seconds) through(reading(second, late));
  return events;
}
const newest = (events: readonly HourEvent[], quantity: string) =>
  events.findLast((event) => event.quantity === quantity);
const stretch = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);

test("an hour of the tables counts the readings that were judged, and those above the limit", () => {
  const hour = newest(told(all(), stretch(0, 3_601)), "airRatio");
  expect(hour).toMatchObject({ siteId: "works", boilerId: "b-1", hourStartMs: startMs });
  if (hour?.hour.kind !== "readings") throw new Error("the tables are judged reading by reading");
  const { within, above, unjudged, worst } = hour.hour;
  const rest = Object.values(unjudged).reduce((sum, count) => sum + count, 0);
  expect(within + above + rest).toBe(3_600);
  // The window of 20 s fills first, and is left and entered again where the air changes.
  expect(above).toBeGreaterThan(540);
  expect(above).toBeLessThanOrEqual(600);
  expect(minutesAbove(hour.hour)).toBeCloseTo(above / 60, 9);
  expect(worst).toMatchObject({ value: 1.4, limit: 1.3 });
  expect(hourOutcome(hour.hour)).toEqual({ kind: "above" });
});

test("an hour of emissions is told once, when it is over, also when it is not judged", () => {
  const nox = told(all(), stretch(0, 7_300)).filter(({ quantity }) => quantity === "noxAtRefO2Ppm");
  expect(nox.map(({ hourStartMs, hour }) => [hourStartMs - startMs, hourOutcome(hour).kind])).toEqual([
    [0, "within"],
    [3_600_000, "within"],
  ]);
  const short = told(all(), [...stretch(0, 600), ...stretch(3_600, 3_602)]).filter(
    ({ quantity }) => quantity === "noxAtRefO2Ppm",
  );
  expect(short.map(({ hourStartMs, hour }) => [hourStartMs - startMs, hourOutcome(hour)])).toEqual([
    [0, { kind: "not-judged", reason: "hour-invalid" }],
  ]);
});

test("what is told after a restart is what would have been told without it", () => {
  const whole = newest(told(all(), stretch(0, 3_601)), "airRatio");
  const first = all();
  told(first, stretch(0, 1_777));
  const second = all();
  for (const [index, stage] of second.entries())
    stage.recall(JSON.parse(JSON.stringify(first[index]?.memory() ?? null)));
  expect(newest(told(second, stretch(1_777, 3_601)), "airRatio")).toEqual(whole);
});

test("late readings change no hour that is under way", () => {
  const stages = all();
  told(stages, stretch(0, 900));
  const before = JSON.stringify(stages.at(-1)?.memory());
  told(stages, stretch(100, 800), true);
  expect(JSON.stringify(stages.at(-1)?.memory())).toBe(before);
});
