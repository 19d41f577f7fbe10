// `npm run bench -- domain`: screen, derive and judge of readings of 20 points, beside parsing the same readings.
import { frameMaker, readingOf } from "../domain/frame.ts";
import { pipeline } from "../ingest/stage.ts";
import { derive } from "../ingest/stages/derive.ts";
import { judge } from "../ingest/stages/judge.ts";
import { screen } from "../ingest/stages/screen.ts";
import { measure, print, type Subject } from "./measure.ts";
import { benchPlant, scannedPoints, scans } from "./plant.ts";

const boilers = 10;
const startMs = Date.UTC(2026, 0, 1);

const plant = benchPlant(boilers);
const { catalogue } = plant;
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

/** The three stages over frames that are filled as the pass fills them; the last frame is kept to be looked at. */
function stages() {
  const newFrame = frameMaker(catalogue);
  let scan = 0;
  const seen = { derived: 0, verdicts: "" };
  const through = pipeline([screen(catalogue), derive(plant), judge(plant)], (event) => {
    if (event.kind !== "judged" || scan % 10_000 !== 0) return;
    seen.derived = Object.keys(readingOf(event.frame, catalogue).values).length - scannedPoints.length;
    seen.verdicts = Object.values(event.verdicts)
      .map(({ kind }) => kind)
      .join(", ");
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
  const subject: Subject = {
    name: "screen, derive and judge it",
    run: (count) => {
      for (let index = 0; index < count; index += 1) {
        scan += 1;
        const frame = newFrame(`b-${scan % boilers}`, startMs + Math.floor(scan / boilers) * 1_000, slots);
        const row = rows[scan % rows.length] ?? [];
        for (let at = 0; at < slots.length; at += 1) frame.values[slots[at] ?? 0] = row[at] ?? Number.NaN;
        through({ kind: "reading", origin, frame });
      }
    },
  };
  return { subject, seen };
}

const { subject, seen } = stages();
subject.run(200_000);
const heapMib = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 ** 2;
};
const heapBefore = heapMib();
const measured = measure([parsing(), subject]);
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
