import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { expect, test } from "vitest";
import type { IngestStatus } from "../../contracts/live.ts";
import { startBroker } from "../../platform/broker.ts";
import { connectBus } from "../../platform/bus.ts";
import { deadLetters } from "../../platform/records/integrity-records.ts";
import { realWorld } from "../../platform/world.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { batchBody, dataTopic, rowsOf, sealed } from "../helpers/batches.ts";
import { startedIngest } from "../helpers/running-ingest.ts";
import { freePort, temporaryFolder } from "../helpers/servers.ts";
import { sized, tell, within } from "../helpers/sized.ts";
import { until } from "../helpers/until.ts";

const world = realWorld("silent");
const seed = 2_324;
const payloads = sized(3_000, 1_000_000);
const sockets = sized(200, 10_000);
const mib = 1024 ** 2;

test(
  `P23: ${payloads} hostile payloads: none is taken for a reading, all are counted, what is honest passes (seed ${seed})`,
  async () => {
    const random = seededRandom(seed);
    const ingest = await startedIngest(temporaryFolder());
    const good = sealed(batchBody(1_000_000));
    const makers: readonly (() => Buffer)[] = [
      () => Buffer.alloc(0),
      () => randomBytes(Math.floor(random() * 2_000)),
      () => good.subarray(0, Math.floor(random() * good.length)),
      () => {
        const bytes = Buffer.from(good);
        const at = Math.floor(random() * bytes.length);
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << Math.floor(random() * 8)), at);
        return bytes;
      },
      () => Buffer.from(`${"[".repeat(5_000)}${"]".repeat(5_000)}`),
      () => Buffer.from('{"__proto__":{"v":1},"constructor":{"prototype":1},"h":""}'),
      () => sealed({ ...batchBody(1), n: 1e9, b: "x" }),
      () => sealed(batchBody(1 + Math.floor(random() * 9e5), { b: [rowsOf({ o2DryPercent: 3 }, "b-9")] })),
      () => sealed({ ...batchBody(2), sid: "../../etc/passwd" }),
      () => sealed({ ...batchBody(3), seq: -1 }),
    ];
    const status = () =>
      ingest.broker.published
        .filter(({ topic }) => topic === "fluewatch/v1/works/live/status")
        .map(({ payload }) => JSON.parse(payload.toString()) as IngestStatus)
        .at(-1);
    let lateMs = 0;
    let highest = 0;
    let settled = 0;
    for (let sent = 0; sent < payloads; sent += 1) {
      const make = makers[sent % makers.length] as () => Buffer;
      await ingest.send(make());
      if (sent % 1_000 === 999) {
        // An honest batch between them is not held up.
        const seq = (sent + 1) / 1_000;
        const beganMs = Date.now();
        await ingest.send(sealed(batchBody(2_000_000 + seq)));
        await ingest.storedCount(seq);
        lateMs = Math.max(lateMs, Date.now() - beganMs);
        highest = Math.max(highest, process.memoryUsage().rss);
        if (sent < payloads / 4 || settled === 0) settled = highest;
        ingest.broker.forgetPublished();
      }
    }
    const honest = Math.floor(payloads / 1_000);
    await ingest.storedCount(honest);
    expect(await ingest.stored()).toHaveLength(honest);
    const letters = () => deadLetters(ingest.records, 1);
    await until(
      "the books are written",
      async () => (await letters()).total >= payloads - sized(400, 100_000),
    );
    await until("all are counted", () => {
      const { quarantined = {}, duplicateBatches = 0, shedBatches = 0 } = status() ?? {};
      const set = Object.values(quarantined).reduce((sum, count) => sum + count, 0);
      return set + duplicateBatches + shedBatches === payloads;
    });
    const { byReason } = await letters();
    tell(
      "P23",
      `${payloads} payloads, ${JSON.stringify(byReason)}; an honest batch among them was stored after ${lateMs} ms at the most; resident ${Math.round(highest / mib)} MiB (${Math.round(settled / mib)} in the first quarter)`,
    );
    if (settled > 0) expect(highest).toBeLessThan(1.5 * settled + 64 * mib);
    await ingest.stop();
  },
  within(240_000),
);

test(
  `P24: ${sockets} raw sockets that speak no MQTT: the broker goes on serving, and keeps nothing of them`,
  async () => {
    const random = seededRandom(seed);
    const port = await freePort();
    const broker = await startBroker({ host: "127.0.0.1", port }, world);
    const bus = connectBus({ host: "127.0.0.1", port }, "honest", world);
    let heard = 0;
    bus.subscribe(dataTopic, () => {
      heard += 1;
      return "taken";
    });
    await until("it is up", () => bus.up);
    const before = process.memoryUsage().rss;
    const at = 50;
    for (let opened = 0; opened < sockets; opened += at) {
      await Promise.all(Array.from({ length: at }, () => hostileSocket(port, random)));
      await bus.publish(dataTopic, "x", { qos: 1 });
    }
    await until("all honest messages came", () => heard === Math.ceil(sockets / at));
    const grown = (process.memoryUsage().rss - before) / mib;
    expect(bus.up).toBe(true);
    expect(grown).toBeLessThan(128);
    tell(
      "P24",
      `${sockets} sockets, ${heard} honest messages of ${heard} served, resident +${Math.round(grown)} MiB`,
    );
    await bus.stop();
    await broker.stop();
  },
  within(120_000),
);

/** Says something that is no MQTT, or half of it, and goes. */
function hostileSocket(port: number, random: () => number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.on("connect", () => {
      const luck = random();
      if (luck < 0.2) socket.destroy();
      else if (luck < 0.5) socket.end(randomBytes(1 + Math.floor(random() * 4_000)));
      // A CONNECT that promises 256 MiB and begins to send them.
      else if (luck < 0.7)
        socket.end(Buffer.concat([Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]), Buffer.alloc(65_536)]));
      else if (luck < 0.85) socket.end("GET / HTTP/1.1\r\n\r\n");
      else socket.end(Buffer.from([0x10, 0x0c, 0x00, 0x04, 0x4d, 0x51]));
      setTimeout(() => socket.destroy(), 500).unref();
    });
  });
}
