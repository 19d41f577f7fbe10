// `npm run bench -- domain`: screen, derive and judge of readings of 20 points, beside parsing the same readings; and
// what of it is the arithmetic of the formulas, which nothing around them can make faster.

import type { Boiler } from "../domain/boiler.ts";
import { fired } from "../domain/boiler-losses.ts";
import { boilerDerivation } from "../domain/derivation.ts";
import { formulas } from "../domain/formula.ts";
import { frameMaker, readingOf } from "../domain/frame.ts";
import { burning, type Fuel } from "../domain/fuel.ts";
import { namedView } from "../domain/named-values.ts";
import type { PlantBoiler } from "../ingest/plant.ts";
import { type PlantEvent, pipeline, type Stage } from "../ingest/stage.ts";
import { derive } from "../ingest/stages/derive.ts";
import { judge } from "../ingest/stages/judge.ts";
import { screen } from "../ingest/stages/screen.ts";
import { measure, print, type Subject } from "./measure.ts";
import { benchPlant, scannedPoints, scans } from "./plant.ts";

type Judged = Extract<PlantEvent, { readonly kind: "judged" }>;

const boilers = 10;
const startMs = Date.UTC(2026, 0, 1);

const plant = benchPlant(boilers);
const { catalogue } = plant;
const ids = [...plant.boilers.keys()];
const slots = scannedPoints.map(catalogue.slotOf);
const rows = scans(1_000);
const texts = rows.map((row, index) =>
  JSON.stringify({
    boilerId: "b-0",
    takenAtMs: startMs + index * 1_000,
    values: Object.fromEntries(scannedPoints.map((point, at) => [point, row[at]])),
  }),
);

function parsing(): Subject {
  return {
    name: "parse the reading from JSON",
    run: (count) => {
      let sum = 0;
      for (let index = 0; index < count; index += 1) {
        sum += (JSON.parse(texts[index % texts.length] ?? "{}") as { readonly takenAtMs: number }).takenAtMs;
      }
      if (sum < 0) throw new Error("times are positive");
    },
  };
}

/** Stages over frames that are filled as the pass fills them; of every ten-thousandth it is told what came of it. */
function through(name: string, stages: readonly Stage[], look: (event: Judged) => void = () => {}): Subject {
  const newFrame = frameMaker(catalogue);
  let scan = 0;
  const run = pipeline(stages, (event) => {
    if (event.kind === "judged" && scan % 10_000 === 0) look(event);
  });
  const origin = {
    siteId: "works",
    gatewayId: "gw-0",
    sid: "",
    seq: 1,
    timeSegment: 0,
    late: false,
    clockDoubtful: false,
    clockSetMs: 0,
  };
  return {
    name,
    run: (count) => {
      for (let index = 0; index < count; index += 1) {
        scan += 1;
        const frame = newFrame(
          ids[scan % boilers] as string,
          startMs + Math.floor(scan / boilers) * 1_000,
          slots,
        );
        const row = rows[scan % rows.length] ?? [];
        for (let at = 0; at < slots.length; at += 1) frame.values[slots[at] ?? 0] = row[at] ?? Number.NaN;
        run({ kind: "reading", origin, frame });
      }
    },
  };
}

/** Every formula of one reading by itself: its inputs are there. */
function arithmetic(): Subject {
  const boiler = (plant.boilers.get("b-0") as PlantBoiler).editions.at(-1)?.boiler as Boiler;
  const derivation = boilerDerivation(boiler, catalogue);
  const frame = frameMaker(catalogue)("b-0", startMs, slots);
  for (const [at, slot] of slots.entries()) frame.values[slot] = rows[0]?.[at] ?? Number.NaN;
  derivation.finish(frame, derivation.begin(frame));
  const context = fired(boiler, burning(boiler.fuels[0] as Fuel));
  const given = new Set<string>(scannedPoints);
  const computes = formulas.flatMap(({ applies, gives, needs, compute }) => {
    const lacks = needs.some((point) => Number.isNaN(frame.values[catalogue.slotOf(point)]));
    if (!applies(boiler) || lacks || given.has(gives[0] ?? "")) return [];
    for (const point of gives) given.add(point);
    return [compute];
  });
  const view = namedView();
  view.slots = frame.values;
  return {
    name: "of this: the formulas alone",
    run: (count) => {
      const { o2DryPercent, exhaustTempC } = view;
      for (let index = 0; index < count; index += 1) {
        view.o2DryPercent = o2DryPercent + (index % 100) / 1_000;
        view.exhaustTempC = exhaustTempC + (index % 100) / 1_000;
        for (const compute of computes) compute(view, context);
        if (Number.isNaN(view.avoidableCo2KgPerH)) throw new Error("every formula here gives a number");
      }
      view.o2DryPercent = o2DryPercent;
      view.exhaustTempC = exhaustTempC;
    },
  };
}

const seen = { derived: 0, verdicts: "" };
const whole = [screen(catalogue), derive(plant), judge(plant)];
const subject = through("screen, derive and judge it", whole, ({ frame, verdicts }) => {
  seen.derived = Object.keys(readingOf(frame, catalogue).values).length - scannedPoints.length;
  seen.verdicts = Object.values(verdicts)
    .map(({ kind }) => kind)
    .join(", ");
});
subject.run(200_000);
const heapMib = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 ** 2;
};
const heapBefore = heapMib();
const measured = measure([
  parsing(),
  subject,
  through("of this: a frame, screened", [screen(catalogue)]),
  through("of this: a frame, screened and derived", [screen(catalogue), derive(plant)]),
  arithmetic(),
]);
const heapAfter = heapMib();
print(measured);
const [parse, domain] = measured;
if (parse !== undefined && domain !== undefined) {
  console.log(
    `one parse takes as long as ${(domain.perSecond / parse.perSecond).toFixed(2)} of the readings`,
  );
}
console.log(`${scannedPoints.length} points read, ${seen.derived} derived; verdicts: ${seen.verdicts}`);
console.log(`heap ${heapBefore.toFixed(1)} MiB before, ${heapAfter.toFixed(1)} MiB after`);
