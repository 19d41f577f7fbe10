import { type BoilerFormulas, boilerFormulas } from "../../domain/formula.ts";
import type { FlawReason, Reading } from "../../domain/reading.ts";
import type { Plant } from "../plant.ts";
import type { PlantEvent, Stage } from "../stage.ts";

/** The newest known value of one point, for readings of faster scans that do not bring it. */
interface Remembered {
  readonly value: number | null;
  readonly flaw: FlawReason | null;
  readonly atMs: number;
  /** Time between the last two: how often this point is read. */
  readonly periodMs: number | null;
}
type Image = Record<string, Remembered>;

/** A point scanned less often serves the formulas while it is younger than so many of its periods. */
const freshPeriods = 3;

/** Adds to a reading what follows from it; inputs scanned less often come from the boiler's image, while they are fresh. */
export function derive(plant: Plant): Stage {
  const formulas = new Map<string, BoilerFormulas>();
  for (const [id, { boiler }] of plant.boilers) formulas.set(id, boilerFormulas(boiler));
  let images: Record<string, Image> = {};

  return {
    name: "derive",
    step: function* (event: PlantEvent) {
      if (event.kind !== "reading") {
        yield event;
        return;
      }
      const { reading, origin } = event;
      const ofBoiler = formulas.get(reading.boilerId);
      if (ofBoiler === undefined) return; // not in the configuration any more
      const image = images[reading.boilerId] ?? {};
      images[reading.boilerId] = image;
      const filled = origin.late ? reading : fromImage(image, reading);
      const derived = ofBoiler.derived(filled);
      if (!origin.late) remember(image, reading);
      yield { ...event, reading: { ...reading, ...onlyNew(derived, reading, filled) } };
    },
    memory: () => images,
    recall: (memory) => {
      images = (memory ?? {}) as Record<string, Image>;
    },
  };
}

function fromImage(image: Image, reading: Reading): Reading {
  const values: Record<string, number | null> = { ...reading.values };
  const flaws: Record<string, FlawReason> = { ...reading.flaws };
  for (const [point, { value, flaw, atMs, periodMs }] of Object.entries(image)) {
    if (values[point] !== undefined || periodMs === null) continue;
    if (reading.takenAtMs - atMs > freshPeriods * periodMs) continue;
    values[point] = value;
    if (flaw !== null) flaws[point] = flaw;
  }
  return { ...reading, values, flaws };
}

/** The reading's own points and those that were derived; what was only lent by the image goes back. */
function onlyNew(
  derived: Pick<Reading, "values" | "flaws">,
  reading: Reading,
  filled: Reading,
): Pick<Reading, "values" | "flaws"> {
  const lent = Object.keys(filled.values).filter((point) => reading.values[point] === undefined);
  if (lent.length === 0) return derived;
  const values = { ...derived.values } as Record<string, number | null>;
  const flaws = { ...derived.flaws } as Record<string, FlawReason>;
  for (const point of lent) {
    delete values[point];
    delete flaws[point];
  }
  return { values, flaws };
}

function remember(image: Image, { values, flaws, takenAtMs }: Reading): void {
  for (const [point, value] of Object.entries(values)) {
    const before = image[point];
    image[point] = {
      value,
      flaw: flaws[point] ?? null,
      atMs: takenAtMs,
      periodMs: before === undefined ? null : takenAtMs - before.atMs,
    };
  }
}
