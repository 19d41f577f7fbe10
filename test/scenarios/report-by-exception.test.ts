import { expect, test } from "vitest";
import type { Batch } from "../../contracts/batch.ts";
import { gatewayTopic } from "../../contracts/topics.ts";
import { exceptionReport } from "../../gateway/exception-report.ts";
import { openOutbox } from "../../gateway/outbox.ts";
import { startSender } from "../../gateway/sender.ts";
import type { Bus } from "../../platform/bus.ts";
import { realWorld } from "../../platform/world.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { batchBody, dataTopic, rowsOf, sealed, startMs } from "../helpers/batches.ts";
import { isLong } from "../helpers/long.ts";
import { memoryBroker } from "../helpers/memory-bus.ts";
import { startedIngest } from "../helpers/running-ingest.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const world = realWorld("silent");
const config = {
  ...{ segmentMib: 4, keepAckedHours: 168, keepAckedMib: 512 },
  ...{ quotaMib: 4_096, quotaDays: 90, reserveMib: 0 },
};
const deadband = 0.2;

test("what is reported by exception comes out as full readings, also across an outage and a restart of ingest", async () => {
  const random = seededRandom(5);
  const broker = memoryBroker();
  const folder = temporaryFolder();
  let ingest = await startedIngest(folder, broker);
  const outbox = await openOutbox(temporaryFolder(), config, world);
  const report = exceptionReport({ points: { o2DryPercent: { abs: deadband } }, heartbeatS: 60 });
  const bus = broker.connect();
  const sender = startSender({ site: "works", id: "gw-1" }, outbox, bus, world, report.inFull);
  bus.subscribe(gatewayTopic("works", "gw-1", "ack"), (_topic, payload) => {
    sender.acknowledged(JSON.parse(payload.toString()));
    return "taken";
  });

  const measured = new Map<number, number | null>();
  let o2 = 4;
  let cells = 0;
  let second = 0;
  async function scan(times: number) {
    for (let time = 0; time < times; time += 1) {
      second += 1;
      o2 += (random() - 0.5) * 0.1;
      const value = random() < 0.02 ? null : o2;
      const takenAtMs = startMs + second * 1_000;
      measured.set(takenAtMs, value);
      const flaws = value === null ? ({ o2DryPercent: "no-answer" } as const) : {};
      const reading = { boilerId: "b-1", takenAtMs, values: { firing: 1, o2DryPercent: value }, flaws };
      const { b, lean } = report.report([reading], takenAtMs, outbox.nextSeq);
      cells += b[0]?.rows[0]?.includes("=") ? 1 : 0;
      const { site, gw, tseg, mono, clk } = batchBody(1);
      await outbox.capture({
        site,
        gw,
        tseg,
        mono,
        clk,
        gap: [],
        n: 1,
        t0: takenAtMs,
        b,
        ...(lean !== null && { lean }),
      });
    }
  }

  await scan(60);
  await ingest.storedCount(60);
  broker.cut();
  await scan(80);
  broker.restore();
  await scan(60);
  await ingest.storedCount(200);
  await ingest.stop();
  await scan(5);
  ingest = await startedIngest(folder, broker);
  await scan(60);
  await ingest.storedCount(265);

  expect(cells, "most of it was not sent").toBeGreaterThan(150);
  const stored = await ingest.stored();
  expect(stored).toHaveLength(265);
  for (const { takenAtMs, values, flaws } of stored) {
    const truth = measured.get(takenAtMs);
    if (truth === null) expect(flaws["o2DryPercent"]).toBe("no-answer");
    else expect(Math.abs((values["o2DryPercent"] ?? 99) - (truth ?? 0))).toBeLessThanOrEqual(deadband + 1e-9);
    expect(values["firing"]).toBe(1);
  }
  await sender.stop();
  await outbox.close();
  await ingest.stop();
});

test("a batch that leans on one that is not there yet is not taken, and is when it comes again behind it", async () => {
  const ingest = await startedIngest(temporaryFolder());
  const held = { ...rowsOf({ firing: 1, o2DryPercent: 3 }) };
  const leaning = { ...held, rows: [[0, 1, "=" as const]] };
  const batch = (seq: number, b: Batch["b"], lean: number) => sealed(batchBody(seq, { b, lean }));
  await ingest.send(batch(1, [held], 1), dataTopic);
  await ingest.send(batch(3, [leaning], 1));
  await ingest.ackedUpto(1);
  await ingest.send(batch(2, [leaning], 1));
  await ingest.send(batch(3, [leaning], 1));
  await ingest.storedCount(3);
  expect((await ingest.stored()).map(({ values }) => values["o2DryPercent"])).toEqual([3, 3, 3]);
  await until("no quarantine", () => ingest.acks().every(({ dead }) => dead.length === 0));
  await ingest.stop();
});

test.each([
  ["the gateway's link alone", false] as const,
  ...(isLong ? ([["everybody's", true]] as const) : []),
])(
  "an outage longer than the outbox has room, of %s: what is kept comes through, the rest is declared to the reading",
  async (_whose, isOfAll) => {
    const broker = memoryBroker();
    const ingest = await startedIngest(temporaryFolder(), broker);
    const small = { ...config, segmentMib: 32 / 1024, quotaMib: 256 / 1024, quotaDays: 90 };
    const outbox = await openOutbox(temporaryFolder(), small, world);
    const report = exceptionReport({ points: { o2DryPercent: { abs: deadband } }, heartbeatS: 60 });
    const own = broker.connect();
    let isCut = false;
    const ups: (() => void)[] = [];
    const bus: Bus = {
      ...own,
      get up() {
        return own.up && !isCut;
      },
      onUp: (listener) => {
        ups.push(listener);
        own.onUp(listener);
      },
    };
    const sender = startSender({ site: "works", id: "gw-1" }, outbox, bus, world, report.inFull);
    own.subscribe(gatewayTopic("works", "gw-1", "ack"), (_topic, payload) => {
      if (!isCut) sender.acknowledged(JSON.parse(payload.toString()));
      return "taken";
    });
    let second = 0;
    const scan = async (times: number) => {
      const captured: Promise<number>[] = [];
      for (let time = 0; time < times; time += 1) {
        second += 1;
        const takenAtMs = startMs + second * 1_000;
        const reading = { boilerId: "b-1", takenAtMs, values: { firing: 1, o2DryPercent: 4 }, flaws: {} };
        const { b, lean } = report.report([reading], takenAtMs, outbox.nextSeq);
        const { site, gw, tseg, mono, clk } = batchBody(1);
        captured.push(
          outbox.capture({
            ...{ site, gw, tseg, mono, clk, gap: [], n: 1, t0: takenAtMs, b },
            ...(lean !== null && { lean }),
          }),
        );
      }
      await Promise.all(captured);
    };
    await scan(10);
    await ingest.storedCount(10);
    if (isOfAll) broker.cut();
    else isCut = true;
    await scan(700);
    await until("the oldest are dropped", () => outbox.droppedBatches > 100);
    await until("and no more are", async () => outbox.bytes <= small.quotaMib * 1024 * 1024);
    // It begins with room for what is captured until the losses are said: what is on its way is not dropped then.
    const quotaBytes = small.quotaMib * 1024 * 1024;
    await until("there is room again", async () => {
      if (outbox.bytes <= quotaBytes) await scan(1);
      return outbox.bytes < quotaBytes - 26 * 1024;
    });
    if (isOfAll) broker.restore();
    else {
      isCut = false;
      for (const up of ups) up();
    }
    await until("the losses are said", async () => {
      if (outbox.owesLosses) await scan(1);
      return !outbox.owesLosses;
    });
    await until("all that is kept is there", () => outbox.ackedUpto === second);
    const books = async () =>
      (await ingest.records.selectFrom("integrityHours").selectAll().execute()).reduce(
        (sum, hour) => ({
          batches: sum.batches + hour.droppedBatches,
          readings: sum.readings + hour.droppedReadings,
        }),
        { batches: 0, readings: 0 },
      );
    // The law: what was captured is stored, or declared, reading by reading.
    await until(
      "all is stored or declared",
      async () => (await ingest.stored()).length + (await books()).readings === second,
    );
    const dropped = await books();
    expect(dropped.readings).toBeGreaterThan(100);
    expect(dropped.batches).toBe(dropped.readings);
    expect(dropped.batches).toBeLessThanOrEqual(outbox.droppedBatches);
    const times = (await ingest.stored()).map(({ takenAtMs }) => takenAtMs);
    expect(new Set(times).size).toBe(times.length);
    await sender.stop();
    await outbox.close();
    await ingest.stop();
  },
  60_000,
);
