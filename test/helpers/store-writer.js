// The embedded store as a process of its own, to be killed: it writes the readings behind its checkpoint, a commit of 50
// after the other, with the minutes that follow from them, and says after each what is stored.
// node store-writer.js <folder>

/** @param {string} name */
const built = (name) => import(new URL(`../../dist/server/${name}.js`, import.meta.url).href);
const { duckdbTelemetry } = await built("platform/telemetry/duckdb-telemetry");
const { pointCatalogue } = await built("domain/points");
const { frameOf } = await built("domain/frame");

const catalogue = pointCatalogue();
const store = await duckdbTelemetry(process.argv[2] ?? "", catalogue);
let { checkpoint } = await store.progress();
console.log(checkpoint);
for (;;) {
  const readings = Array.from({ length: 50 }, (_, index) => {
    const seq = checkpoint + index + 1;
    const reading = {
      boilerId: "toh-01",
      takenAtMs: seq * 1_000,
      values: { o2DryPercent: seq / 1_000 },
      flaws: {},
    };
    const origin = {
      siteId: "works",
      gatewayId: "gw-1",
      sid: "00000000-0000-4000-8000-000000000000",
      seq,
      timeSegment: 0,
    };
    return { origin, frame: frameOf(reading, catalogue) };
  });
  checkpoint += readings.length;
  await store.write(readings, checkpoint);
  console.log(checkpoint);
}
