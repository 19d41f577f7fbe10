// `npm run bench -- path`: readings of 20 points from MQTT through journal, formulas, tables and alarms into DuckDB, in
// one process; beside InfluxDB 1.x, which takes the same readings as ready-made lines, and a subscriber of the same
// broker that only counts. Gateways are in a process of their own.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Ack } from "../contracts/batch.ts";
import { everyGatewayTopic, gatewayTopic, parseTopic } from "../contracts/topics.ts";
import { frameMaker } from "../domain/frame.ts";
import { startIngest } from "../ingest/ingest.ts";
import { type Broker, startBroker } from "../platform/broker.ts";
import { type Bus, connectBus } from "../platform/bus.ts";
import { sqliteRecords } from "../platform/records/records.ts";
import { type ServiceStack, serviceStack } from "../platform/service.ts";
import { duckdbTelemetry } from "../platform/telemetry/duckdb-telemetry.ts";
import { influx1Server } from "../platform/telemetry/influx/server.ts";
import type { FrameToStore } from "../platform/telemetry/telemetry.ts";
import { realWorld } from "../platform/world.ts";
import type { LoadOrder, LoadReport } from "./mqtt-load.ts";
import { benchPlant, scannedPoints, scans } from "./plant.ts";
import { influxServer, linesOf, postLines } from "./store-parts.ts";

const world = realWorld("silent");
const dayMs = 86_400_000;
const pointsEach = scannedPoints.length;

/** How readings are spread over boilers and batches. */
interface Form {
  readonly name: string;
  readonly boilers: number;
  readonly boilersPerGateway: number;
  readonly rowsPerBatch: number;
  readonly readings: number;
}
const fifty = { boilersPerGateway: 50, rowsPerBatch: 1 };
const forms: readonly Form[] = [
  { name: "50 readings a batch, 1,000 boilers", boilers: 1_000, ...fifty, readings: 300_000 },
  {
    name: "one reading a batch, 200 boilers",
    boilers: 200,
    boilersPerGateway: 1,
    rowsPerBatch: 1,
    readings: 60_000,
  },
  {
    name: "50 readings a batch, 10 boilers",
    boilers: 10,
    boilersPerGateway: 10,
    rowsPerBatch: 5,
    readings: 300_000,
  },
  { name: "50 readings a batch, 10,000 boilers", boilers: 10_000, ...fifty, readings: 600_000 },
];
const [wanted = ""] = process.argv.slice(2);

interface Result {
  readonly accepted: number;
  readonly stored: number;
  readonly cpuMicroseconds: number;
}

const perSecond = (readings: number, ms: number) => (1_000 * readings) / ms;
const whole = (value: number) => Math.round(value).toLocaleString("en-US");

console.log(`readings of ${pointsEach} points each; a second, after a warm-up:`);
const first = forms[0] as Form;
const lines = wanted === "" ? await readyMadeLines(first) : null;
if (lines !== null) tell("InfluxDB 1.x, ready-made lines", lines);
for (const form of forms.filter(({ name }) => name.includes(wanted))) {
  if (wanted === "") tell(`counted by a subscriber: ${form.name}`, (await run(form, counting)).accepted);
  const { accepted, stored, cpuMicroseconds } = await run(form, ingesting(form));
  const ratio = lines === null ? "" : `, ${(stored / lines).toFixed(2)} × InfluxDB`;
  tell(`accepted, after the fsync: ${form.name}`, accepted);
  tell(
    `stored, with all that follows: ${form.name}`,
    stored,
    `${ratio}; ${cpuMicroseconds.toFixed(1)} µs of a core each`,
  );
}

function tell(what: string, readings: number, more = ""): void {
  console.log(
    `${what.padEnd(64)} ${whole(readings).padStart(8)} readings, ${whole(readings * pointsEach).padStart(10)} points${more}`,
  );
}

/** A way to take readings: gives how many are stored for good, if it stores any. */
type Taker = (bus: Bus, broker: Broker, services: ServiceStack) => Promise<() => Promise<number>>;

async function counting(bus: Bus): Promise<() => Promise<number>> {
  bus.subscribe(everyGatewayTopic("data"), (topic, payload) => {
    const of = parseTopic(topic);
    const { sid, seq } = JSON.parse(payload.toString()) as { readonly sid: string; readonly seq: number };
    if (of === null) return "taken";
    const ack: Ack = { v: 1, by: "bench", sid, upto: seq, ranges: [], dead: [] };
    // The last ones meet a link that is being closed.
    bus
      .publish(gatewayTopic(of.siteId, of.gatewayId, "ack"), JSON.stringify(ack), { qos: 0 })
      .catch(() => {});
    return "taken";
  });
  return async () => Number.POSITIVE_INFINITY;
}

function ingesting({ boilers, boilersPerGateway }: Form): Taker {
  return async (bus, broker, services) => {
    const plant = benchPlant(boilers, boilersPerGateway);
    const folder = mkdtempSync(join(tmpdir(), "fluewatch-bench-"));
    services.add({ name: "folder", stop: async () => rmSync(folder, { recursive: true }) });
    const records = services.add(await sqliteRecords(folder));
    const telemetry = services.add(await duckdbTelemetry(folder, plant.catalogue));
    const journal = { segmentMib: 64, keepDays: 30, keepGib: 20 };
    const keep = { rawDays: 90, minuteDays: 730, hourDays: 3_650 };
    services.add(
      await startIngest(
        { journal },
        { plant, folder, telemetry, keep, records: records.db, bus, door: broker.admit, world },
      ),
    );
    return async () => {
      const hours = await telemetry.storedPerHour(0, Number.MAX_SAFE_INTEGER);
      return hours.reduce((sum, { readings }) => sum + readings, 0);
    };
  };
}

/** Sends a fifth of the readings to warm up, then the rest against the clock. */
async function run(form: Form, start: Taker): Promise<Result> {
  const { boilers, boilersPerGateway, rowsPerBatch, readings } = form;
  const services = serviceStack(world);
  const broker = services.add(await startBroker({ host: "127.0.0.1", port: 0 }, world));
  const bus = services.add(connectBus({ host: "127.0.0.1", port: broker.port }, "bench", world));
  const storedSoFar = await start(bus, broker, services);
  const gateways = Array.from({ length: boilers / boilersPerGateway }, (_, gateway) => ({
    id: `gw-${gateway}`,
    boilerIds: Array.from(
      { length: boilersPerGateway },
      (_each, place) => `b-${gateway * boilersPerGateway + place}`,
    ),
  }));
  const batches = readings / (boilers * rowsPerBatch);
  const warm = Math.ceil(batches / 5);
  const order: LoadOrder = {
    mqttPort: broker.port,
    gateways,
    rowsPerBatch,
    rounds: [warm, batches - warm],
    fromMs: Math.floor(world.clock.nowMs() / 3_600_000) * 3_600_000 - dayMs,
  };
  const load = fork(fileURLToPath(new URL("./mqtt-load.js", import.meta.url)), []);
  let acknowledged = 0;
  load.on("message", (report: LoadReport) => {
    if (report !== "ready") acknowledged = report.acknowledged;
  });
  while (!bus.up) await world.clock.sleep(10);
  load.send(order);
  await once(load, "message");

  const reached = async (wish: number) => {
    while (acknowledged < wish) await world.clock.sleep(20);
    const acceptedMs = world.clock.monotonicMs();
    while ((await storedSoFar()) < wish) await world.clock.sleep(50);
    return { acceptedMs, storedMs: world.clock.monotonicMs() };
  };
  const warmed = warm * boilers * rowsPerBatch;
  load.send("next");
  await reached(warmed);
  const measured = readings - warmed;
  const fromMs = world.clock.monotonicMs();
  const cpu = process.cpuUsage();
  load.send("next");
  const { acceptedMs, storedMs } = await reached(readings);
  const { user, system } = process.cpuUsage(cpu);
  load.kill("SIGKILL");
  await services.stop();
  return {
    accepted: perSecond(measured, acceptedMs - fromMs),
    stored: perSecond(measured, storedMs - fromMs),
    cpuMicroseconds: (user + system) / measured,
  };
}

/** The same readings as InfluxDB's own lines, made beforehand, 5,000 a request and two requests at once; `null`: it is not here. */
async function readyMadeLines({ boilers, readings }: Form): Promise<number | null> {
  const folder = mkdtempSync(join(tmpdir(), "fluewatch-bench-"));
  const server = await influxServer(folder);
  if (server === null) return null;
  const { catalogue } = benchPlant(1);
  await influx1Server({ host: "127.0.0.1", port: server.port, database: "lines" }).prepare();
  const newFrame = frameMaker(catalogue);
  const slots = scannedPoints.map(catalogue.slotOf);
  const table = scans(1_000);
  const fromMs = world.clock.nowMs() - dayMs;
  const bodies = Array.from({ length: readings / 5_000 }, (_, body) =>
    linesOf(
      Array.from({ length: 5_000 }, (_each, place): FrameToStore => {
        const index = body * 5_000 + place;
        const frame = newFrame(`b-${index % boilers}`, fromMs + 1_000 * Math.floor(index / boilers), slots);
        for (const [at, slot] of slots.entries())
          frame.values[slot] = Math.round(10 * (table[index % table.length]?.[at] ?? 0)) / 10;
        const origin = { siteId: "works", gatewayId: "gw-0", sid: "bench", seq: index, timeSegment: 0 };
        return { origin, frame };
      }),
      catalogue,
    ),
  );
  const warm = Math.ceil(bodies.length / 5);
  const take = async (some: readonly string[]) => {
    const next = some.values();
    const send = async () => {
      for (const body of next) await postLines(server, "lines", body);
    };
    await Promise.all([send(), send()]);
  };
  await take(bodies.slice(0, warm));
  const beganMs = world.clock.monotonicMs();
  await take(bodies.slice(warm));
  const tookMs = world.clock.monotonicMs() - beganMs;
  await server.stop();
  rmSync(folder, { recursive: true });
  return perSecond(5_000 * (bodies.length - warm), tookMs);
}
