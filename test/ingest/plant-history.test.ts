import { expect, test } from "vitest";
import { editionAt, followedBy, type Plant } from "../../ingest/plant.ts";
import { testPlant } from "../helpers/batches.ts";

/** The plant with a boiler of another capacity, which changes once more at a date of its own. */
function withCapacity(capacityTPerH: number, laterMs: number | null = null): Plant {
  const plant = testPlant();
  const boilers = [...plant.boilers].map(([id, each]) => {
    const [edition] = each.editions;
    const is = { ...edition, boiler: { ...edition.boiler, capacityTPerH } };
    const later = laterMs === null ? [] : [{ ...is, fromMs: laterMs, rules: [] }];
    return [id, { ...each, editions: [is, ...later] as const }] as const;
  });
  return { ...plant, boilers: new Map(boilers) };
}

test("what was measured before a version was accepted is judged by the one before, whenever it comes", () => {
  const first = withCapacity(5, 3_000);
  const joined = followedBy(followedBy(first, withCapacity(6), 2_000), withCapacity(7, 9_000), 5_000);
  const capacityAt = (atMs: number) =>
    [...joined.boilers.values()].map(({ editions }) => editionAt(editions, atMs).boiler.capacityTPerH);
  expect([0, 1_999, 2_000, 4_999, 5_000, 99_000].map((atMs) => capacityAt(atMs)[0])).toEqual([
    5, 5, 6, 6, 7, 7,
  ]);
  const [boiler] = joined.boilers.values();
  expect(boiler?.editions.map(({ fromMs }) => fromMs)).toEqual([0, 2_000, 5_000, 9_000]);
});

test("a boiler that is new counts for all time, and one that went is gone", () => {
  const whole = testPlant();
  const without = { ...whole, boilers: new Map([...whole.boilers].slice(1)) };
  expect([...followedBy(without, whole, 1_000).boilers.keys()]).toEqual([...whole.boilers.keys()]);
  expect([...followedBy(whole, without, 1_000).boilers.keys()]).toEqual([...without.boilers.keys()]);
});
