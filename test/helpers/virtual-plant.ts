import { resolve } from "node:path";
import type { Batch } from "../../contracts/batch.ts";
import { gatewayTopic } from "../../contracts/topics.ts";
import { readingOf } from "../../domain/frame.ts";
import type { FlawReason, Reading } from "../../domain/reading.ts";
import { exceptionReport } from "../../gateway/exception-report.ts";
import { plannedReads } from "../../gateway/plan.ts";
import { watchedClock } from "../../gateway/watched-clock.ts";
import { plantHappenings } from "../../ingest/happenings.ts";
import type { Entry } from "../../ingest/journal.ts";
import type { Plant } from "../../ingest/plant.ts";
import { type ConditionEvent, type PlantEvent, pipeline } from "../../ingest/stage.ts";
import { derive } from "../../ingest/stages/derive.ts";
import { judge } from "../../ingest/stages/judge.ts";
import { raiseAlarms } from "../../ingest/stages/raise-alarms.ts";
import { screen } from "../../ingest/stages/screen.ts";
import { readEnvironment } from "../../platform/environment.ts";
import { fuelsNow, plantOf } from "../../settings/registry.ts";
import { loadScenario } from "../../settings/scenario.ts";
import { fittedPoints } from "../../simulators/fitted.ts";
import type { ModbusUnit } from "../../simulators/modbus/modbus-unit.ts";
import type { ServerState } from "../../simulators/scenario.ts";
import { type Surroundings, simulation } from "../../simulators/simulation.ts";
import { mappedUnit } from "../../simulators/unit.ts";
import { sid } from "./batches.ts";

export const root = resolve(import.meta.dirname, "../..");
const startMs = Date.UTC(2026, 5, 1);

/**
 * A scenario on a clock of its own, from the physics through the registers to the alarms, without sockets: seconds
 * pass as fast as they can be computed. Faults of the bus are not in it.
 * @param stepSeconds of the physics, a scan where it is not given; readings come as often as the gateway scans
 */
export function virtualPlant(scenarioFile: string, stepSeconds?: number) {
  const scenario = loadScenario(resolve(root, scenarioFile), root, readEnvironment({}));
  const { settings } = scenario;
  const { config, maps } = settings;
  const scanSeconds = Math.min(...config.gateways.map(({ scanMs }) => scanMs)) / 1_000;
  const plant = plantOf(settings);
  const { catalogue } = plant;
  const path = virtualPath(plant);
  const running = simulation(
    config.simulators.boilers,
    scenario.events,
    fuelsNow(settings, startMs),
    fittedPoints(config.simulators, maps),
    stepSeconds ?? scanSeconds,
    path.around,
  );
  const units = new Map<string, ModbusUnit>();
  for (const { port, units: ofServer } of config.simulators.servers) {
    for (const { unitId, map, boiler = "", texts: _texts, replay: _replay, ...limits } of ofServer) {
      const described = maps.get(map);
      if (described === undefined) throw new Error(`no map ${map}`);
      units.set(
        `${port}/${unitId}`,
        mappedUnit(described, () => running.shown(boiler), limits),
      );
    }
  }
  const devicesOf = new Map(
    config.gateways.map(({ id, lines, devices }) => [
      id,
      devices.flatMap((device) => {
        const map = maps.get(device.map);
        const port = lines.find((line) => line.id === device.line)?.port;
        const unit = units.get(`${port}/${device.unitId}`);
        if (map === undefined || unit === undefined) throw new Error(`device ${device.id} leads nowhere`);
        return plannedReads(device, map).map((read) => ({ ...read, unit }));
      }),
    ]),
  );
  let second = 0;

  /** Reads every boiler of a gateway once. */
  function scanned(gatewayId: string): readonly Scanned[] {
    const read = new Map<string, Writable>();
    for (const { boilerId, unit, block, values } of devicesOf.get(gatewayId) ?? []) {
      const answer = unit.read(block.table, block.address, block.count);
      if (!("registers" in answer)) throw new Error(`${boilerId} refused a read of its own map`);
      const of = read.get(boilerId) ?? { values: {}, flaws: {} };
      read.set(boilerId, of);
      for (const { point, from, count, decode } of values) {
        const { value, flaw } = decode(answer.registers.slice(from, from + count));
        of.values[point] = value;
        if (flaw !== null) of.flaws[point] = flaw;
      }
    }
    return [...read].map(([boilerId, of]) => ({ boilerId, ...of }));
  }

  return {
    scenario,
    settings,
    simulation: running,
    units,
    /** So many seconds on; gives what came of them. */
    run: (seconds: number) => {
      path.events.length = 0;
      for (const end = second + seconds; second < end; second += 1) {
        running.advance(second);
        for (const gateway of config.gateways)
          if ((second * 1_000) % gateway.scanMs === 0) path.send(second, gateway, scanned(gateway.id));
        path.tick(second);
      }
      const readings: Reading[] = [];
      const conditions: ConditionEvent[] = [];
      for (const event of path.events) {
        if (event.kind === "judged") readings.push(readingOf(event.frame, catalogue));
        if (event.kind === "condition") conditions.push(event);
      }
      return { readings, conditions };
    },
  };
}

const soundServer = { diskUsedPercent: 40, certificateDays: 300 };

/**
 * What lies behind the field bus, as far as a scenario can break it: clocks of gateways, the link, the journal with
 * what nobody can read in it, the store that falls behind; and the stages, which get all of it as they would.
 */
function virtualPath(plant: Plant) {
  const events: PlantEvent[] = [];
  const { catalogue } = plant;
  const through = pipeline([screen(catalogue), derive(plant), judge(plant), raiseAlarms(plant)], (event) => {
    events.push(event);
  });
  const happenings = plantHappenings(catalogue);
  const gateways = new Map<string, ReturnType<typeof virtualGateway>>();
  let waiting: Batch[] = [];
  let isCut = false;
  let stalledAt: number | null = null;
  let server: ServerState = {};
  let entries = 0;
  let now = 0;

  const journal = (entry: Entry, batch: Batch | null = null) => {
    entries += 1;
    happenings.tell({ ...entry, offset: entries, arrivedAtMs: startMs + now * 1_000 }, batch, through);
  };
  const accept = (batch: Batch) => journal({ kind: "batch", bytes: Buffer.alloc(0) }, batch);
  const gatewayOf = (id: string) => {
    const gateway = gateways.get(id) ?? virtualGateway();
    gateways.set(id, gateway);
    return gateway;
  };
  const around: Surroundings = {
    busFault: () => {},
    broker: (cut) => {
      isCut = cut;
    },
    clock: (gatewayId, aheadSeconds) => gatewayOf(gatewayId).setAhead(aheadSeconds * 1_000),
    message: (gatewayId) => {
      const topic = gatewayTopic(plant.gateways.get(gatewayId)?.siteId ?? "", gatewayId, "data");
      journal({
        kind: "quarantine",
        topic,
        reason: "not-json",
        detail: "",
        batch: null,
        bytes: Buffer.alloc(0),
      });
    },
    telemetry: (isStalled) => {
      stalledAt = isStalled ? entries : null;
    },
    server: (state) => {
      server = { ...server, ...state };
    },
  };
  return {
    events,
    around,
    send: (
      second: number,
      gateway: { readonly id: string; readonly site: string },
      scanned: readonly Scanned[],
    ) => {
      now = second;
      const batch = gatewayOf(gateway.id).batch(second, gateway, scanned, !isCut);
      if (isCut) {
        waiting.push(batch);
        return;
      }
      // What is now goes first, then what has waited.
      for (const each of [batch, ...waiting]) accept(each);
      waiting = [];
    },
    tick: (second: number) => {
      now = second;
      journal({
        kind: "tick",
        monotonicMs: second * 1_000,
        telemetryLag: stalledAt === null ? 0 : entries - stalledAt,
        diskUsedPercent: server.diskUsedPercent ?? soundServer.diskUsedPercent,
        certificateDays: server.certificateDays ?? soundServer.certificateDays,
        savingsGoing: server.savingsGoing ?? {},
      });
    },
  };
}

type Scanned = Omit<Reading, "takenAtMs">;

interface Writable {
  readonly values: Record<string, number | null>;
  readonly flaws: Record<string, FlawReason>;
}

/** A gateway's clock, segments and numbers; ingest answers it within a tenth of a second. */
function virtualGateway() {
  let aheadMs = 0;
  let nowMs = 0;
  let seq = 0;
  let segment = 0;
  let newestMs = 0;
  const clock = { nowMs: () => startMs + nowMs + aheadMs, monotonicMs: () => nowMs };
  const watched = watchedClock("rtc", null, clock);
  return {
    setAhead: (byMs: number) => {
      aheadMs = byMs;
    },
    batch: (
      second: number,
      { id: gw, site }: { readonly id: string; readonly site: string },
      scanned: readonly Scanned[],
      isHeard: boolean,
    ): Batch => {
      nowMs = second * 1_000;
      const t0 = Math.round(clock.nowMs());
      if (t0 <= newestMs) segment += 1;
      newestMs = t0;
      seq += 1;
      const clk = watched.state();
      watched.given(t0);
      if (isHeard) watched.compared(startMs + nowMs + 50, nowMs, nowMs + 100);
      const full = scanned.map((each) => ({ ...each, takenAtMs: t0 }));
      const { b } = exceptionReport(undefined).report(full, t0, seq);
      const n = b.length;
      return {
        v: 1,
        site,
        gw,
        sid,
        seq,
        boot: 1,
        tseg: segment,
        t0,
        mono: nowMs,
        clk,
        b,
        gap: [],
        n,
        prev: "",
        h: "",
      };
    },
  };
}
