import { resolve } from "node:path";
import { frameOf, readingOf } from "../../domain/frame.ts";
import type { FlawReason, Reading } from "../../domain/reading.ts";
import { plannedReads } from "../../gateway/plan.ts";
import { type ConditionEvent, type PlantEvent, pipeline } from "../../ingest/stage.ts";
import { derive } from "../../ingest/stages/derive.ts";
import { judge } from "../../ingest/stages/judge.ts";
import { raiseAlarms } from "../../ingest/stages/raise-alarms.ts";
import { screen } from "../../ingest/stages/screen.ts";
import { readEnvironment } from "../../platform/environment.ts";
import { fuelsNow, plantOf } from "../../settings/registry.ts";
import { loadScenario } from "../../settings/scenario.ts";
import { fittedPoints } from "../../simulators/fitted.ts";
import type { ModbusUnit } from "../../simulators/modbus/line.ts";
import { simulation } from "../../simulators/simulation.ts";
import { mappedUnit } from "../../simulators/unit.ts";

export const root = resolve(import.meta.dirname, "../..");
const startMs = Date.UTC(2026, 5, 1);

/**
 * A scenario on a clock of its own, from the physics through the registers to the alarms, without sockets: seconds
 * pass as fast as they can be computed. Faults of the bus are not in it.
 * @param stepSeconds of the physics; readings come once a second
 */
export function virtualPlant(scenarioFile: string, stepSeconds = 1) {
  const scenario = loadScenario(resolve(root, scenarioFile), root, readEnvironment({}));
  const { settings } = scenario;
  const { config, maps } = settings;
  const plant = plantOf(settings);
  const { catalogue } = plant;
  const running = simulation(
    config.simulators.boilers,
    scenario.events,
    fuelsNow(settings, startMs),
    fittedPoints(config.simulators, maps),
    stepSeconds,
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
  const devices = config.gateways.flatMap(({ id: gatewayId, site: siteId, lines, devices: ofGateway }) =>
    ofGateway.flatMap((device) => {
      const map = maps.get(device.map);
      const port = lines.find(({ id }) => id === device.line)?.port;
      const unit = units.get(`${port}/${device.unitId}`);
      if (map === undefined || unit === undefined) throw new Error(`device ${device.id} leads nowhere`);
      return plannedReads(device, map).map((read) => ({
        gatewayId,
        siteId,
        ...read,
        unit,
      }));
    }),
  );
  const events: PlantEvent[] = [];
  const through = pipeline([screen(catalogue), derive(plant), judge(plant), raiseAlarms(plant)], (event) => {
    events.push(event);
  });
  let second = 0;

  /** Reads every boiler once, as its gateway would. */
  function scan(): void {
    const scanned = new Map<
      string,
      { values: Record<string, number | null>; flaws: Record<string, FlawReason> }
    >();
    for (const { boilerId, unit, block, values } of devices) {
      const answer = unit.read(block.table, block.address, block.count);
      if (!("registers" in answer)) throw new Error(`${boilerId} refused a read of its own map`);
      const of = scanned.get(boilerId) ?? { values: {}, flaws: {} };
      scanned.set(boilerId, of);
      for (const { point, from, count, decode } of values) {
        const { value, flaw } = decode(answer.registers.slice(from, from + count));
        of.values[point] = value;
        if (flaw !== null) of.flaws[point] = flaw;
      }
    }
    for (const [boilerId, { values, flaws }] of scanned) {
      const { gatewayId, siteId } = devices.find((each) => each.boilerId === boilerId) ?? {
        gatewayId: "",
        siteId: "",
      };
      const frame = frameOf({ boilerId, takenAtMs: startMs + second * 1_000, values, flaws }, catalogue);
      const origin = {
        siteId,
        gatewayId,
        sid: "",
        seq: second + 1,
        timeSegment: 0,
        late: false,
        clockDoubtful: false,
        clockSetMs: 0,
      };
      through({ kind: "reading", origin, frame });
    }
  }

  return {
    scenario,
    settings,
    simulation: running,
    units,
    /** So many seconds on; gives what came of them. */
    run: (seconds: number) => {
      events.length = 0;
      for (const end = second + seconds; second < end; second += 1) {
        running.advance(second);
        scan();
        through({
          kind: "tick",
          atMs: startMs + second * 1_000,
          monotonicMs: second * 1_000,
          telemetryLag: null,
        });
      }
      const readings: Reading[] = [];
      const conditions: ConditionEvent[] = [];
      for (const event of events) {
        if (event.kind === "judged") readings.push(readingOf(event.frame, catalogue));
        if (event.kind === "condition") conditions.push(event);
      }
      return { readings, conditions };
    },
  };
}
