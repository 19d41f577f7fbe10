import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import mqtt from "mqtt";
import { describe, expect, test } from "vitest";
import type { Batch } from "../../contracts/batch.ts";
import { gatewayTopic } from "../../contracts/topics.ts";
import { frameOf } from "../../domain/frame.ts";
import { type PointCatalogue, pointCatalogue } from "../../domain/points.ts";
import { openOutbox } from "../../gateway/outbox.ts";
import { startSender } from "../../gateway/sender.ts";
import type { PlantEvent } from "../../ingest/stage.ts";
import { telemetrySink } from "../../ingest/telemetry-sink.ts";
import { startBroker } from "../../platform/broker.ts";
import { connectBus } from "../../platform/bus.ts";
import { setCredential } from "../../platform/mqtt/credentials.ts";
import { sqliteRecords } from "../../platform/records/records.ts";
import { influx1Server } from "../../platform/telemetry/influx/server.ts";
import { influxTelemetry } from "../../platform/telemetry/influx-telemetry.ts";
import { realWorld } from "../../platform/world.ts";
import { batchBody, dataTopic, startMs } from "../helpers/batches.ts";
import { newCertificates } from "../helpers/certificates.ts";
import { startedIngest } from "../helpers/running-ingest.ts";
import { ended, freePort, neededProgram, startInflux, temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";
import { guardedGrants } from "../suites/guarded-broker-suite.ts";

// What packages do by themselves, and what it must not come to with us. docs/traps.md names all traps and their tests.
const world = realWorld("silent");
const local = { host: "127.0.0.1", port: 0 };
const outboxConfig = {
  ...{ segmentMib: 4, keepAckedHours: 168, keepAckedMib: 512 },
  ...{ quotaMib: 4_096, quotaDays: 90, reserveMib: 0 },
};

describe("traps of the MQTT packages", () => {
  test("mqtt keeps 65,535 messages while there is no broker and drops the others in silence: ours are refused, each", async () => {
    const port = await freePort();
    const bus = connectBus({ host: "127.0.0.1", port }, "early", world);
    let refused = 0;
    for (let index = 0; index < 100_000; index += 1)
      await bus.publish("a", "b", { qos: 1 }).catch(() => {
        refused += 1;
      });
    expect(refused).toBe(100_000);
    const heard: string[] = [];
    const broker = await startBroker({ host: "127.0.0.1", port }, world);
    const listener = connectBus({ host: "127.0.0.1", port }, "listener", world);
    listener.subscribe("a", (_topic, payload) => {
      heard.push(payload.toString());
      return "taken";
    });
    await until("both are connected", () => bus.up && listener.up);
    await bus.publish("a", "now", { qos: 1 });
    await until("it is heard", () => heard.length > 0);
    expect(heard).toEqual(["now"]);
    await bus.stop();
    await listener.stop();
    await broker.stop();
  });

  test("aedes stalls at its limit of concurrent messages: a listener that takes nothing holds up nobody else", async () => {
    const broker = await startBroker(local, world);
    const at = { host: "127.0.0.1", port: broker.port };
    const stuck = connectBus(at, "stuck", world);
    stuck.subscribe("data/#", () => "full");
    const well = connectBus(at, "well", world);
    const heard = new Set<string>();
    well.subscribe("data/#", (topic) => {
      heard.add(topic);
      return "taken";
    });
    const speakers = Array.from({ length: 10 }, (_, index) => connectBus(at, `speaker-${index}`, world));
    await until("all are connected", () => [stuck, well, ...speakers].every(({ up }) => up));
    const messages = 300;
    await Promise.all(
      speakers.flatMap((speaker, from) =>
        Array.from({ length: messages }, (_, index) =>
          speaker.publish(`data/${from}/${index}`, "x", { qos: 1 }),
        ),
      ),
    );
    await until(
      "the one that is well has all of them",
      () => heard.size === speakers.length * messages,
      10_000,
    );
    await Promise.all([stuck, well, ...speakers].map((bus) => bus.stop()));
    await broker.stop();
  });

  test("mqtt lets its keepalive run out behind a message that is not answered: none is held for longer than a quarter of it", async () => {
    const broker = await startBroker(local, world);
    const at = { host: "127.0.0.1", port: broker.port };
    // Waits are a fiftieth of what is asked for; the library's own clock is real.
    const quick = (ms: number, signal?: AbortSignal) => world.clock.sleep(ms / 50, signal);
    const bus = connectBus(at, "held", { ...world, clock: { ...world.clock, sleep: quick } });
    let asked = 0;
    const heard: string[] = [];
    bus.subscribe("data/#", (topic) => {
      if (topic === "data/full") {
        asked += 1;
        return "full";
      }
      heard.push(topic);
      return "taken";
    });
    let ups = 0;
    bus.onUp(() => {
      ups += 1;
    });
    const speaker = connectBus(at, "speaker", world);
    await until("both are connected", () => bus.up && speaker.up);
    await speaker.publish("data/full", "x", { qos: 1 });
    await speaker.publish("data/next", "x", { qos: 1 });
    await until("what is behind it is heard", () => heard.length > 0);
    // Asked every 50 ms for 5 s, of 20 s: then it is let go, counted, and on the same connection the next one comes.
    expect(asked).toBe(1 + 5_000 / 50);
    expect([bus.shed, ups]).toEqual([1, 1]);
    await Promise.all([bus.stop(), speaker.stop()]);
    await broker.stop();
  });

  test("aedes speaks no MQTT 5: it refuses who does, and our own connections do not", async () => {
    const broker = await startBroker(local, world);
    const modern = mqtt.connect({
      host: "127.0.0.1",
      port: broker.port,
      protocolVersion: 5,
      reconnectPeriod: 0,
    });
    const error = await new Promise<Error>((resolve) => modern.once("error", resolve));
    expect(error.message).toMatch(/protocol version/i);
    const bus = connectBus({ host: "127.0.0.1", port: broker.port }, "ours", world);
    await until("ours is in", () => bus.up);
    await Promise.all([modern.endAsync(true), bus.stop()]);
    await broker.stop();
  });

  const mosquitto = neededProgram("mosquitto");
  if (mosquitto !== null) {
    test("mosquitto acknowledges what nobody hears, and keeps 1,000 of it at the most: what ingest has not acknowledged comes again", async () => {
      const port = await freePort();
      const file = join(temporaryFolder(), "mosquitto.conf");
      writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n`);
      const broker = spawn(mosquitto, ["-c", file], { stdio: "ignore" });
      const at = { host: "127.0.0.1", port };
      const outbox = await openOutbox(temporaryFolder(), outboxConfig, world);
      const bus = connectBus(at, "gw-1", world);
      const sender = startSender({ site: "works", id: "gw-1" }, outbox, bus, world);
      bus.subscribe(gatewayTopic("works", "gw-1", "ack"), (_topic, payload) => {
        sender.acknowledged(JSON.parse(payload.toString()));
        return "taken";
      });
      const published = new Set<number>();
      const witness = connectBus(at, "witness", world);
      witness.subscribe(dataTopic, (_topic, payload) => {
        published.add((JSON.parse(payload.toString()) as Batch).seq);
        return "taken";
      });
      await until("both are connected", () => bus.up && witness.up);
      const batches = 1_500;
      await Promise.all(
        Array.from({ length: batches }, (_, index) => {
          const { site, gw, tseg, mono, clk, b, gap, n } = batchBody(1);
          return outbox.capture({ site, gw, tseg, mono, clk, b, gap, n, t0: startMs + index * 1_000 });
        }),
      );
      // As much as may be under way has gone to the broker, which took it; nobody else did.
      await until("the window is full", () => published.size >= 256);
      expect([published.size, outbox.ackedUpto]).toEqual([256, 0]);
      const ingestBus = connectBus(at, "ingest", world);
      const ingest = await startedIngest(temporaryFolder(), undefined, { bus: ingestBus });
      await ingest.storedCount(batches);
      expect((await ingest.stored()).map(({ takenAtMs }) => takenAtMs)).toEqual(
        Array.from({ length: batches }, (_, index) => startMs + index * 1_000),
      );
      await ingest.stop();
      await sender.stop();
      await Promise.all([bus.stop(), witness.stop(), ingestBus.stop(), outbox.close()]);
      await ended(broker);
    });
  }

  const openssl = neededProgram("openssl");
  if (openssl !== null) {
    test("aedes keeps messages without bound for a session that asks for it: guests have none", async () => {
      const folder = temporaryFolder();
      const credentialsFile = `${folder}/users.json`;
      await setCredential(credentialsFile, "gw-1", "a".repeat(64));
      const files = newCertificates(openssl);
      const listen = { ...files, host: "127.0.0.1", port: 0, credentialsFile, maxConnections: 10 };
      const broker = await startBroker({ ...local, listen }, world, guardedGrants);
      const options = {
        host: "127.0.0.1",
        port: broker.port,
        clientId: "gw-1",
        username: "gw-1",
        password: "a".repeat(64),
        clean: false,
        reconnectPeriod: 0,
      };
      const first = await mqtt.connectAsync(options);
      await first.subscribeAsync("fluewatch/v1/works/gw-1/cmd", { qos: 1 });
      await first.endAsync(true);
      await until("it is gone", () => broker.connections === 0);
      const server = connectBus(
        { host: "127.0.0.1", port: broker.port },
        "fluewatch-ingest",
        world,
        undefined,
        {
          user: "server",
          secret: broker.ownSecret,
        },
      );
      await until("the server is in", () => server.up);
      for (let index = 0; index < 100; index += 1)
        await server.publish("fluewatch/v1/works/gw-1/cmd", "kept?", { qos: 1 });
      const second = mqtt.connect(options);
      const heard: string[] = [];
      second.on("message", (topic) => heard.push(topic));
      const connack = await new Promise<{ sessionPresent: boolean }>((resolve) =>
        second.once("connect", resolve),
      );
      expect(connack.sessionPresent).toBe(false);
      await second.subscribeAsync("fluewatch/v1/works/gw-1/cmd", { qos: 1 });
      await server.publish("fluewatch/v1/works/gw-1/cmd", "new", { qos: 1 });
      await until("the new one is heard", () => heard.length > 0);
      expect(heard).toHaveLength(1);
      await second.endAsync(true);
      await server.stop();
      await broker.stop();
    });
  }
});

/** A scan of one boiler, judged, as the telemetry sink is handed it; verdicts are not its business. */
function judgedReading(catalogue: PointCatalogue, index: number): PlantEvent {
  const reading = {
    ...{ siteId: "works", boilerId: "b-1", gatewayId: "gw-1", sid: "s", seq: index, timeSegment: 0 },
    ...{ takenAtMs: startMs + index * 1_000, values: { o2DryPercent: 3 }, flaws: {} },
  };
  const origin = { ...reading, late: false, clockDoubtful: false, clockSetMs: 0 };
  return { kind: "judged", origin, frame: frameOf(reading, catalogue) } as unknown as PlantEvent;
}

describe("traps of the stores' packages", () => {
  const influxd = neededProgram("influxd");
  if (influxd !== null) {
    test("a client of InfluxDB keeps 32,000 lines while the server is away: of our 60,000 readings each is stored", async () => {
      const [catalogue, port] = [pointCatalogue(), await freePort()];
      // Waits are a tenth of what is asked for.
      const quick = (ms: number, signal?: AbortSignal) => world.clock.sleep(ms / 10, signal);
      const store = influxTelemetry(
        influx1Server({ host: "127.0.0.1", port, database: "away" }),
        catalogue,
        () => {},
      );
      const sink = await telemetrySink(store, { ...world, clock: { ...world.clock, sleep: quick } }, 0);
      const [readings, each] = [60_000, 100];
      const nobodySaid = { telemetryLag: null, diskUsedPercent: null, certificateDays: null };
      const tick = { kind: "tick" as const, monotonicMs: 0, arrivedAtMs: startMs, ...nobodySaid };
      let handed = 0;
      const handing = (async () => {
        for (let offset = 1; offset <= readings / each; offset += 1) {
          const events = Array.from({ length: each }, (_, index) => judgedReading(catalogue, handed + index));
          await sink.take({ entry: { ...tick, offset }, batch: null, newlyLost: 0, events });
          handed += each;
        }
      })();
      await until("there is no room for more, and its store is complained of", () => {
        return sink.waitingReadings >= 10_000 && sink.trouble !== null;
      });
      // As many as may wait, twice: those of the commit that did not come about, and those that came meanwhile.
      expect(handed).toBeLessThanOrEqual(20_000 + each);
      const server = await startInflux(influxd, undefined, port);
      await handing;
      await until("all is stored", () => sink.checkpoint === readings / each, 60_000);
      const hours = await store.storedPerHour(0, 9e12);
      expect(hours.reduce((sum, hour) => sum + hour.readings, 0)).toBe(readings);
      await sink.stop();
      await store.stop();
      await server.stop();
    });
  }

  test("SQLite in WAL mode may forget commits at a power cut: the records say FULL, and look whether it counts", async () => {
    const records = await sqliteRecords(temporaryFolder());
    const { rows } = await sql<{ readonly synchronous: number }>`PRAGMA synchronous`.execute(records.db);
    expect(rows).toEqual([{ synchronous: 2 }]);
    await records.stop();
  });
});
