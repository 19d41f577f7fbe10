import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { Batch } from "../../contracts/batch.ts";
import type { Alarm } from "../../domain/alarms/alarm.ts";
import { type AlarmStepTaken, alarmKpis } from "../../domain/alarms/kpi.ts";
import { type AlarmChange, alarmDesk } from "../../ingest/alarm-desk.ts";
import { plantHappenings } from "../../ingest/happenings.ts";
import { type PlantEvent, pipeline } from "../../ingest/stage.ts";
import { stagesOf } from "../../ingest/stages/stages.ts";
import { plantOf, simulatedGateways } from "../../settings/registry.ts";
import { history } from "../../simulators/history.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { isLong } from "../helpers/long.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { root, virtualPlant } from "../helpers/virtual-plant.ts";

/** A multiple of the demo's three. */
const boilers = isLong ? 21 : 3;
const days = isLong ? 30 : 2;
const stepSeconds = 10;
/** A Monday at 08:00 in Taipei, as the load profiles begin. */
const fromMs = Date.UTC(2026, 2, 2);
const hourMs = 3_600_000;

/** The demo's three boilers, over and over, with shifts, weekends and swings; each with an instrument that fails. */
function plantAndScenario(): string {
  const demo = parse(readFileSync(join(root, "config", "demo.yaml"), "utf8")) as {
    sites: { steady?: object; alarms?: object; boilers: { id: string; name: string }[] }[];
    gateways: {
      scanMs: number;
      lines: { id: string; port: number }[];
      devices: { id: string; line: string; boiler: string }[];
    }[];
    simulators: {
      boilers: { id: string; seed: number; load: object; schedule?: object[] }[];
      servers: { host: string; port: number; units: { boiler: string }[] }[];
    };
  };
  const [site] = demo.sites;
  const [gateway] = demo.gateways;
  if (site === undefined || gateway === undefined) throw new Error("the demo has a site and a gateway");
  // As a plant that is no demo: fifteen minutes steady, half an hour after light-off.
  delete site.steady;
  delete site.alarms;
  const [ofSite, ofGateway, ofSimulators] = [site.boilers, { ...gateway }, { ...demo.simulators }];
  [site.boilers, gateway.lines, gateway.devices] = [[], [], []];
  [demo.simulators.boilers, demo.simulators.servers] = [[], []];
  gateway.scanMs = 10_000;
  const events: { at: string }[] = [];
  for (let copy = 0; site.boilers.length < boilers; copy += 1) {
    const rename = (id: string) => `${id}-${copy}`;
    const port = (old: number) => old + 10 * copy;
    gateway.lines.push(
      ...ofGateway.lines.map((line) => ({ ...line, id: rename(line.id), port: port(line.port) })),
    );
    for (const server of ofSimulators.servers)
      demo.simulators.servers.push({
        ...server,
        port: port(server.port),
        units: server.units.map((unit) => ({ ...unit, boiler: rename(unit.boiler) })),
      });
    for (const [index, boiler] of ofSite.entries()) {
      const id = rename(boiler.id);
      site.boilers.push({ ...boiler, id, name: id.toUpperCase() });
      gateway.devices.push(
        ...ofGateway.devices
          .filter((device) => device.boiler === boiler.id)
          .map((device) => ({ ...device, id: rename(device.id), line: rename(device.line), boiler: id })),
      );
      const simulated = ofSimulators.boilers.find((each) => each.id === boiler.id);
      if (simulated === undefined) throw new Error(`nobody simulates ${boiler.id}`);
      const parts = [
        { kind: "swing", percent: index === 0 ? 12 : 1.5, periodSeconds: 2_400 + 300 * index },
        { kind: "shift", fromHour: 6 + index, toHour: 20 + index, outsidePercent: 0 },
        { kind: "weekend", percent: copy % 2 === 0 ? 0 : 60 },
      ];
      demo.simulators.boilers.push({
        ...simulated,
        id,
        seed: 100 * copy + index,
        load: { meanPercent: 75, parts },
      });
      const fault = (point: string, kind: object, at: string, lasts: string, every: string) =>
        events.push({ at, ...{ boiler: id, point, fault: kind, for: lasts, every } });
      fault(
        boiler.id === "toh-02" ? "o2WetPercent" : "o2DryPercent",
        { kind: "no-value" },
        `${3 + index} h`,
        "20 min",
        "26 h",
      );
      if (copy % 2 === 1)
        fault("exhaustTempC", { kind: "spike", height: 300, everySeconds: 70 }, "5 h", "30 min", "31 h");
      const trim = { set: { o2TrimPercent: 2.6 }, over: "2 min", for: "70 min", every: "29 h" };
      events.push({ at: `${2 + index} h`, ...{ boiler: id, ...trim } });
    }
  }
  events.sort((a, b) => Number.parseInt(a.at, 10) - Number.parseInt(b.at, 10));
  const folder = temporaryFolder();
  writeFileSync(join(folder, "plant.yaml"), stringify(demo));
  const label = { en: "A month", "zh-TW": "一個月" };
  const scenario = { kind: "scenario", title: label, about: label, plant: "plant.yaml", events };
  writeFileSync(join(folder, "scenario.yaml"), stringify(scenario));
  return join(folder, "scenario.yaml");
}

/** Rules that are about how a boiler burns now; an hour or a day is judged when it is over, whatever burns then. */
const isProcess = (ruleId: string) =>
  !/^(sensor-|hour-incomplete$|gateway-|messages-|telemetry-|disk-|certificate-|[a-z]+-(hour-above|hour-twice|day-above)-limit$)/.test(
    ruleId,
  );

test(`${boilers} boilers, ${days} days: no process alarm while not firing, no table verdict while not steady, KPIs as counted`, {
  timeout: 3_600_000,
}, () => {
  const { simulation, settings } = virtualPlant(plantAndScenario(), stepSeconds);
  const plant = plantOf(settings);
  const firingSlot = plant.catalogue.slotOf("firing");
  const desk = alarmDesk(plant, []);
  const random = seededRandom(20);
  const changes: AlarmChange[] = [];
  const open = new Map<string, Alarm>();
  let nowMs = fromMs;

  const holding = new Map<string, Set<string>>();
  const litMs = new Map<string, number | null>();
  const seen = { readings: 0, idle: 0, verdicts: 0, lights: 0, conditions: 0 };
  const wrong: string[] = [];
  const { windowSeconds, afterLightOffSeconds } = settings.config.sites[0]?.steady ?? {
    windowSeconds: 0,
    afterLightOffSeconds: 0,
  };

  function drafted(act: (draft: ReturnType<typeof desk.begin>) => void): void {
    const draft = desk.begin();
    act(draft);
    draft.keep();
    for (const change of draft.changes) {
      changes.push(change);
      if (change.alarm.state === "closed") open.delete(change.alarm.id);
      else open.set(change.alarm.id, change.alarm);
    }
  }

  let judged: Extract<PlantEvent, { kind: "judged" }> | null = null;
  const through = pipeline(stagesOf(plant).stages, (event) => {
    if (event.kind === "judged") {
      settle();
      judged = event;
    }
    if (event.kind !== "condition") return;
    seen.conditions += 1;
    nowMs = Math.max(nowMs, event.atMs);
    drafted((draft) => draft.condition(event, nowMs));
    if (!isProcess(event.ruleId)) return;
    const of = holding.get(event.sourceId) ?? new Set<string>();
    holding.set(event.sourceId, of);
    if (event.turned === "off") of.delete(event.ruleId);
    else of.add(event.ruleId);
  });
  /** After all that a reading brought: what holds must be true of a boiler in that state. */
  function settle(): void {
    if (judged === null) return;
    const { frame, verdicts } = judged;
    const { boilerId, takenAtMs } = frame;
    const firing = frame.values[firingSlot] === 1;
    seen.readings += 1;
    const lit = litMs.get(boilerId);
    if (!firing) litMs.set(boilerId, null);
    // A boiler first seen firing was lit before we looked.
    else if (lit === undefined) litMs.set(boilerId, 0);
    else if (lit === null) {
      litMs.set(boilerId, takenAtMs);
      seen.lights += 1;
    }
    if (!firing) {
      seen.idle += 1;
      for (const ruleId of holding.get(boilerId) ?? []) wrong.push(`${ruleId} at ${boilerId}, not firing`);
    }
    const isJudged = [verdicts.airRatio, verdicts.exhaustTempC].some(({ kind }) => kind !== "not-judged");
    if (!isJudged) return;
    seen.verdicts += 1;
    const burnsSinceMs = litMs.get(boilerId);
    const neededMs = 1_000 * Math.max(windowSeconds, afterLightOffSeconds);
    if (
      burnsSinceMs === null ||
      burnsSinceMs === undefined ||
      takenAtMs - burnsSinceMs < neededMs - stepSeconds * 1_000
    )
      wrong.push(`a verdict of ${boilerId} at ${new Date(takenAtMs).toISOString()}, not steady`);
  }

  const happenings = plantHappenings(plant.catalogue);
  const texts = history(simulation, {
    gateways: simulatedGateways(settings),
    fromMs,
    seconds: days * 86_400,
    stepSeconds,
    sid: () => "00000000-0000-4000-8000-000000000007",
    sha256Hex: (bytes) => createHash("sha256").update(bytes).digest("hex"),
  });
  let offset = 0;
  for (const text of texts) {
    offset += 1;
    const batch = JSON.parse(text) as Batch;
    const bytes = Buffer.from(text);
    happenings.tell({ kind: "batch", bytes, offset, arrivedAtMs: batch.t0 + 600_000 }, batch, through);
    settle();
    judged = null;
    const last = batch.t0 + Math.max(...batch.b.map(({ rows }) => Number(rows.at(-1)?.[0] ?? 0)));
    nowMs = Math.max(nowMs, last);
    drafted((draft) => draft.tick(nowMs));
    for (const { id, rev, state, siteId } of [...open.values()]) {
      const waits = state === "unacknowledged" || state === "returned" || state === "latched-unacknowledged";
      if (!waits || random() < 0.6) continue;
      const common = { v: 1, id: "c", site: siteId, by: "lin", key: `${offset}-${id}` } as const;
      drafted((draft) =>
        draft.command({ ...common, kind: "acknowledge", alarmId: id, rev, comment: null }, nowMs),
      );
    }
  }

  expect(wrong.slice(0, 10)).toEqual([]);
  // The month must have held what it is about.
  expect(seen.readings).toBe(boilers * days * (86_400 / stepSeconds));
  expect(seen.idle).toBeGreaterThan(seen.readings / 10);
  expect(seen.lights).toBeGreaterThanOrEqual(boilers * Math.max(1, Math.floor(days / 2)));
  expect(seen.verdicts).toBeGreaterThan(seen.readings / 20);
  expect(changes.some(({ alarm }) => alarm.ruleId === "air-ratio-above-table")).toBe(true);
  expect(changes.some(({ alarm }) => alarm.ruleId === "sensor-silent")).toBe(true);

  const toMs = fromMs + days * 24 * hourMs;
  const steps = changes.map(
    ({ alarm: { id, ruleId, sourceId, state, priority }, event }): AlarmStepTaken => ({
      alarmId: id,
      ruleId,
      sourceId,
      kind: event.kind,
      state,
      priority,
      atMs: event.nowMs,
    }),
  );
  const kpis = alarmKpis(steps, fromMs, toMs);
  // Counted otherwise: by what people were told, and by what was held back because they had just been told.
  const told = changes.filter(
    ({ event, effects, alarm }) =>
      effects.some(
        (effect) =>
          effect.kind === "notify" && effect.because !== "escalated" && effect.because !== "latched",
      ) ||
      (event.kind === "on" && effects.length === 0 && alarm.state === "unacknowledged"),
  );
  const within = told.filter(({ event }) => event.nowMs < toMs);
  expect(kpis.annunciations).toBe(within.length);
  for (const priority of [1, 2, 3] as const)
    expect(kpis.byPriority[priority]).toBe(within.filter(({ alarm }) => alarm.priority === priority).length);
  const buckets = new Map<number, number>();
  for (const { event } of within) {
    const bucket = Math.floor((event.nowMs - fromMs) / 600_000);
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
  }
  expect(kpis.per10Min.peak).toBe(Math.max(...buckets.values()));
  expect(kpis.per10Min.average).toBeCloseTo(within.length / (days * 144), 12);
  const byTag = new Map<string, number>();
  for (const { alarm } of within) {
    const tag = `${alarm.ruleId} ${alarm.sourceId}`;
    byTag.set(tag, (byTag.get(tag) ?? 0) + 1);
  }
  expect(kpis.topTen.map(({ count }) => count)).toEqual(
    [...byTag.values()].sort((a, b) => b - a).slice(0, 10),
  );
  const waits = changes.flatMap(({ alarm, event }) => {
    if (event.kind !== "acknowledge") return [];
    const before = told.filter((each) => each.alarm.id === alarm.id && each.alarm.rev < alarm.rev).at(-1);
    return before === undefined ? [] : [event.nowMs - before.event.nowMs];
  });
  expect(kpis.acknowledged.count).toBe(waits.length);
  expect(kpis.acknowledged.p50Ms).toBe(waits.sort((a, b) => a - b)[Math.ceil(waits.length / 2) - 1]);
  console.log(
    `month: ${seen.readings} readings, ${seen.idle} not firing, ${seen.lights} light-offs, ${seen.verdicts} judged against the tables, ${kpis.annunciations} alarms announced, peak ${kpis.per10Min.peak} per 10 min, wrong 0`,
  );
});
