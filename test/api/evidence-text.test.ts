import { Compile } from "typebox/compile";
import { expect, test } from "vitest";
import { evidenceText } from "../../api/evidence-text.ts";
import { EvidenceText } from "../../contracts/http/alarms.ts";
import type { Evidence } from "../../domain/alarms/evidence.ts";

const shape = Compile(EvidenceText);
const common = { source: "a table", inForceFrom: "2019-01-01", value: 1.35, limit: 1.3, formula: "f" };
const row = { fuelClass: "gas", coalFiring: null, fromTPerH: 10, belowTPerH: 30, limit: 1.3 };
const ofTable = {
  ...common,
  kind: "above",
  quantity: "airRatio",
  row,
  tablesId: "t",
  bar: 4.9,
  headroom: -0.5,
  fuelId: "natural-gas",
  steadySinceMs: 0,
};
const ofHour = {
  ...common,
  kind: "hour",
  quantity: "noxAtRefO2Ppm",
  standardId: "s",
  referenceO2Percent: 6,
  averagingOrder: "correct-then-average",
  hourStartMs: 0,
  validMinutes: 60,
  clampedMinutes: 0,
  complete: true,
};
const window = { point: "o2DryPercent", mean: 5.4, samples: 900, goodSamples: 890 };

test.each([
  ["a table's verdict", { ...ofTable, input: window }, { input: { flaws: [] } }],
  ["an hour's mean", ofHour, { startUp: "left-out", input: { samples: 0, flaws: [] } }],
])("%s that was recorded before flaws were counted is told without any", (_what, recorded, expected) => {
  expect(shape.Check(recorded)).toBe(false);
  const told = evidenceText(recorded as unknown as Evidence);
  expect(told).toMatchObject(expected);
  expect([...shape.Errors(told)]).toEqual([]);
});

test("flaws that were counted are told as they are", () => {
  const flaws = [{ point: "o2DryPercent", reason: "no-answer", samples: 10 }];
  const recorded = { ...ofTable, input: { ...window, flaws } };
  expect(evidenceText(recorded as unknown as Evidence)).toEqual(recorded);
  expect(evidenceText(null)).toBeNull();
});
