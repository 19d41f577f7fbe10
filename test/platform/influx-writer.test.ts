import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { pointCatalogue } from "../../domain/points.ts";
import { influx1Server, influx2Server } from "../../platform/telemetry/influx/server.ts";
import type { Refused } from "../../platform/telemetry/influx/writer.ts";
import { influxTelemetry } from "../../platform/telemetry/influx-telemetry.ts";
import { bucket, type Influx2Front, influx2Front, org, type Reply, token } from "../helpers/influx2-front.ts";
import {
  answering,
  ended,
  freePort,
  neededProgram,
  type RunningServer,
  startInflux,
  temporaryFolder,
} from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";
import { storedReadings, telemetrySuite, toStore } from "../suites/telemetry-suite.ts";

const catalogue = pointCatalogue();
const influxd = neededProgram("influxd");
const rows = (count: number, boilerId: string) => toStore(storedReadings(count, boilerId), catalogue);

if (influxd !== null) {
  let server: RunningServer;
  let front: Influx2Front;
  let refused: Refused[] = [];
  const stops: (() => Promise<void>)[] = [];
  const settings = (changes: object = {}) => ({ url: front.url, org, bucket, token, ...changes });
  const opened = (changes: object = {}) =>
    influxTelemetry(influx2Server(settings(changes)), catalogue, (some) => refused.push(...some));
  const countOf = async (store: ReturnType<typeof opened>, boilerId: string) =>
    (await store.readings({ boilerId, fromMs: 0, toMs: 9e12, limit: 10_000 })).length;

  beforeAll(async () => {
    server = await startInflux(influxd);
    front = await influx2Front(server.port);
  });
  afterAll(async () => {
    await front.stop();
    await server.stop();
    for (const stop of stops) await stop();
  });

  telemetrySuite("InfluxDB 2.x, its door before a real 1.x", async () => {
    const other = await startInflux(influxd);
    const door = await influx2Front(other.port);
    const open = (of: typeof catalogue) =>
      influxTelemetry(influx2Server({ url: door.url, org, bucket, token }), of, () => {});
    stops.push(door.stop, other.stop);
    return { store: open(catalogue), reopen: async (again) => open(again) };
  });

  describe("what InfluxDB answers to our lines", () => {
    const json = (status: number, code: string, message: string): Reply => ({
      status,
      body: JSON.stringify({ code, message }),
    });
    test.each([
      ["a wrong token", { token: "other" }, /does not let us in: check the token.*401: unauthorized access/],
      ["a bucket that is not there", { bucket: "gone" }, /is not there: make it.*404: no dbrp mapping found/],
      ["nobody at that address", { url: "http://127.0.0.1:9" }, /does not answer \(ECONNREFUSED\)/],
    ])("%s is told with what to do, and nothing counts as stored", async (_what, changes, said) => {
      await expect(opened({ ...changes }).write([], 7)).rejects.toThrow(said);
    });

    test.each([
      ["429", json(429, "too many requests", "org has exceeded limited write plan limit")],
      ["503", json(503, "unavailable", "engine: the storage engine is closed")],
      ["a cut connection", "hang"],
    ] as const)("%s: it is tried again by whoever asked, and then stored once", async (what, reply) => {
      const boilerId = `away-${what.slice(0, 3).replace(" ", "-")}`.toLowerCase();
      const store = opened();
      front.misbehave = () => reply;
      await expect(store.write(rows(20, boilerId), 20)).rejects.toMatchObject({
        code: "telemetry-unavailable",
      });
      front.misbehave = () => null;
      await store.write(rows(20, boilerId), 20);
      expect(await countOf(store, boilerId)).toBe(20);
      expect(store.refusals).toEqual({ count: 0, newest: null });
    });

    test("413: a batch that is too large is halved until it passes", async () => {
      const store = opened();
      front.misbehave = (lines) =>
        lines.length > 100
          ? json(413, "request too large", "cannot read data: points in batch is too large")
          : null;
      front.writes.length = 0;
      await store.write(rows(1_000, "large"), 1_000);
      front.misbehave = () => null;
      expect(await countOf(store, "large")).toBe(1_000);
      expect(front.writes.length).toBeGreaterThan(16);
      expect(refused).toEqual([]);
    });

    test("400: a line that the server will never take is found by halving, and kept with its words", async () => {
      const store = opened();
      const isPoison = (line: string) => line.includes("boiler=poison") && /seq=(17|600),/.test(line);
      front.misbehave = (lines) =>
        lines.some(isPoison) ? json(400, "invalid", "unable to parse line: invalid tag format") : null;
      await store.write(rows(1_000, "poison"), 2_000);
      front.misbehave = () => null;
      expect(await countOf(store, "poison")).toBe(998);
      expect(refused.map(({ field, reason }) => ({ field, reason }))).toEqual(
        [17, 600].map(() => ({ field: null, reason: "unable to parse line: invalid tag format" })),
      );
      expect(refused.every(({ line }) => isPoison(line))).toBe(true);
      expect(store.refusals?.count).toBe(2);
    });

    test("a type that somebody else has set costs that field alone, at once for all lines", async () => {
      refused = [];
      await fetch(`${front.url}/api/v2/write?org=${org}&bucket=${bucket}&precision=ms`, {
        method: "POST",
        headers: { authorization: `Token ${token}` },
        body: `readings,boiler=typed,site=demo-plant coDryPpm="high" ${storedReadings(1)[0]?.takenAtMs}`,
      });
      const store = opened();
      front.writes.length = 0;
      const withCo = storedReadings(500, "typed").map((row) => ({
        ...row,
        values: { ...row.values, coDryPpm: 41.5 },
      }));
      await store.write(toStore(withCo, catalogue), 3_000);
      // Beside the checkpoint: once with the field, once without it.
      expect(front.writes.length).toBeLessThanOrEqual(4);
      const stored = await store.readings({ boilerId: "typed", fromMs: 0, toMs: 9e12, limit: 1_000 });
      expect(stored).toHaveLength(500);
      expect(
        stored.filter(({ values }) => typeof values["o2DryPercent"] === "number").length,
      ).toBeGreaterThan(490);
      expect(refused).toHaveLength(500);
      expect(refused[0]).toMatchObject({ field: "coDryPpm" });
      expect(refused[0]?.reason).toMatch(/field type conflict/);
      expect(refused[0]?.line).toMatch(/^readings,boiler=typed,site=demo-plant coDryPpm=41.5 \d+$/);
    });

    test("P9: another reading of a time that is taken is set aside; the same one again changes nothing", async () => {
      const store = opened();
      const first = rows(10, "twice");
      await store.write(first, 4_000);
      const other = first.map(({ origin, frame }) => ({
        origin: { ...origin, seq: origin.seq + 1_000 },
        frame: { ...frame, values: frame.values.map((value) => value + 1) },
      }));
      const fromMs = storedReadings(1)[0]?.takenAtMs ?? 0;
      await opened().write([...first, ...other], 4_010);
      const back = await store.readings({ boilerId: "twice", fromMs: 0, toMs: 9e12, limit: 100 });
      expect(back).toEqual(storedReadings(10, "twice"));
      const conflicts = await store.conflictsPerHour(fromMs, fromMs + 3_600_000);
      expect(conflicts).toContainEqual({ boilerId: "twice", hourStartMs: fromMs, readings: 10 });
    });
  });

  test("what is older than InfluxDB keeps is named line by line, and its checkpoint is kept all the same", async () => {
    const url = `http://127.0.0.1:${server.port}/query`;
    const asked = (q: string) => fetch(url, { method: "POST", body: new URLSearchParams({ q }) });
    await asked('CREATE DATABASE "short" WITH DURATION 1h');
    const told: Refused[] = [];
    const store = influxTelemetry(
      influx1Server({ host: "127.0.0.1", port: server.port, database: "short" }),
      catalogue,
      (some) => told.push(...some),
    );
    const nowMs = Date.now();
    const all = storedReadings(20, "b").map((reading, index) => ({
      ...reading,
      takenAtMs: nowMs + index * 1_000 - (index % 2 === 0 ? 86_400_000 : 0),
    }));
    await store.write(toStore(all, catalogue), 20, async () => ({ rollups: [], notes: "what follows" }));
    expect(await store.progress()).toEqual({ checkpoint: 20, notes: "what follows" });
    const kept = await store.readings({ boilerId: "b", fromMs: 0, toMs: 9e12, limit: 100 });
    expect(kept.map(({ seq }) => seq)).toEqual(
      all.filter((_, index) => index % 2 === 1).map(({ seq }) => seq),
    );
    expect(told).toHaveLength(10);
    expect(told.every(({ field, reason }) => field === null && /retention policy/.test(reason))).toBe(true);
    await store.stop();
  });

  test("a checkpoint moves on with the hours, and never back; what was left with it stays until there is something else", async () => {
    const open = () =>
      influxTelemetry(
        influx1Server({ host: "127.0.0.1", port: server.port, database: "hours" }),
        catalogue,
        () => {},
      );
    const hour = 3_600_000;
    const fromMs = hour * Math.floor(Date.now() / hour);
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ["Date"], now: fromMs });
    await open().write([], 1, async () => ({ rollups: [], notes: "of the first" }));
    const steps = [hour, 5 * hour, -2 * hour, 0];
    for (const [index, stepMs] of steps.entries()) {
      vi.setSystemTime(fromMs + stepMs);
      await open().write([], index + 2);
      expect(await open().progress()).toEqual({ checkpoint: index + 2, notes: "of the first" });
    }
    await open().goBack(3, [], null);
    expect(await open().progress()).toEqual({ checkpoint: 3, notes: null });
  });

  test("InfluxDB 1.x without its database has it made again, and stores", async () => {
    const store = influxTelemetry(
      influx1Server({ host: "127.0.0.1", port: server.port, database: "dropped" }),
      catalogue,
      () => {},
    );
    await store.write(rows(5, "b"), 5);
    await fetch(`http://127.0.0.1:${server.port}/query`, {
      method: "POST",
      body: new URLSearchParams({ q: 'DROP DATABASE "dropped"' }),
    });
    // While it lets go of its files it says 500; then, that there is no such database.
    const refusals: string[] = [];
    await until("it is made again, and stored", async () => {
      try {
        await store.write(rows(5, "b"), 5);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: "telemetry-unavailable" });
        refusals.push((error as Error).message);
        return false;
      }
    });
    expect(refusals.join("\n")).toMatch(/is not there: make it.*404|cannot do it now.*500/);
    expect(await countOf(store, "b")).toBe(5);
    await store.stop();
  });
}

const given = process.env["FLUEWATCH_TEST_INFLUX2"];
if (given !== undefined) {
  telemetrySuite("InfluxDB 2.x or 3, of yours", async () => {
    const [url = "", ofOrg = "", ofBucket = "", ofToken = ""] = given.split("\n");
    const open = (of: typeof catalogue) =>
      influxTelemetry(influx2Server({ url, org: ofOrg, bucket: ofBucket, token: ofToken }), of, () => {});
    return { store: open(catalogue), reopen: async (again) => open(again) };
  });
}

const victoria = neededProgram("victoria-metrics");
if (victoria !== null) {
  test("a foreign server of /api/v2/write, VictoriaMetrics, reads every value of our lines", async () => {
    const port = await freePort();
    const child = spawn(
      victoria,
      [`-httpListenAddr=127.0.0.1:${port}`, `-storageDataPath=${temporaryFolder()}`, "-retentionPeriod=100y"],
      { stdio: "ignore" },
    );
    await answering(`http://127.0.0.1:${port}/health`);
    const lines = influx2Server({ url: `http://127.0.0.1:${port}`, org, bucket, token });
    const store = influxTelemetry({ ...lines, select: async () => [] }, catalogue, () => {});
    await store.write(rows(300, "b-1"), 300);
    await fetch(`http://127.0.0.1:${port}/internal/force_flush`);
    const match = encodeURIComponent('{__name__="readings_o2DryPercent",boiler="b-1"}');
    const exported = await (await fetch(`http://127.0.0.1:${port}/api/v1/export?match[]=${match}`)).text();
    const { values, timestamps } = JSON.parse(exported) as { values: number[]; timestamps: number[] };
    const sent = storedReadings(300).filter(({ values: of }) => of["o2DryPercent"] !== null);
    expect(timestamps).toEqual(sent.map(({ takenAtMs }) => takenAtMs));
    // It keeps decimals of fifteen digits.
    expect(values).toEqual(
      sent.map(({ values: of }) => Number((of["o2DryPercent"] ?? Number.NaN).toPrecision(15))),
    );
    await store.stop();
    await ended(child);
  });
}
