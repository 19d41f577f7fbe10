import { resolve } from "node:path";
import type { Reading } from "../../domain/reading.ts";
import type { RegisterSource } from "../../gateway/register-source.ts";
import { scannedPlant } from "../../gateway/scanned-plant.ts";
import { readEnvironment } from "../../platform/environment.ts";
import { fuelsNow } from "../../settings/registry.ts";
import { loadScenario } from "../../settings/scenario.ts";
import { fittedPoints } from "../../simulators/fitted.ts";
import type { BusFault } from "../../simulators/modbus/fault.ts";
import type { ModbusUnit } from "../../simulators/modbus/modbus-unit.ts";
import { nothingAround, simulation } from "../../simulators/simulation.ts";
import { mappedUnit } from "../../simulators/unit.ts";
import { simulatedWorld } from "./simulated-world.ts";
import { root } from "./virtual-plant.ts";

const answerMs = 5;

/** The first gateway of a scenario, scanning units that do not answer or refuse when the scenario says so. */
export function virtualLines(scenarioFile: string) {
  const { settings, events } = loadScenario(resolve(root, scenarioFile), root, readEnvironment({}));
  const { config, maps } = settings;
  const startMs = Date.UTC(2026, 5, 1);
  const world = simulatedWorld({ startMs });
  const faults = new Map<string, BusFault | null>();
  const running = simulation(
    config.simulators.boilers,
    events,
    fuelsNow(settings, startMs),
    fittedPoints(config.simulators, maps),
    1,
    {
      ...nothingAround,
      busFault: (line, unitId, fault) => faults.set(`${line}/${unitId}`, fault),
    },
  );
  const units = new Map<string, ModbusUnit>();
  for (const { id, units: ofServer } of config.simulators.servers) {
    for (const { unitId, map, boiler = "", texts: _texts, replay: _replay, ...limits } of ofServer) {
      const described = maps.get(map);
      if (described === undefined) throw new Error(`no map ${map}`);
      const unit = mappedUnit(described, () => running.shown(boiler), limits);
      units.set(`${id}/${unitId}`, unit);
    }
  }

  const sourceOf = (line: string): RegisterSource => ({
    read: async ({ unitId, table, address, count }, timeoutMs) => {
      const fault = faults.get(`${line}/${unitId}`) ?? null;
      if (fault?.kind === "dead") {
        await world.clock.sleep(timeoutMs);
        return { kind: "silent", why: "no answer" };
      }
      await world.clock.sleep(answerMs);
      if (fault?.kind === "exception") return { kind: "exception", code: fault.code, tookMs: answerMs };
      const answer = units.get(`${line}/${unitId}`)?.read(table, address, count);
      if (answer === undefined || !("registers" in answer))
        throw new Error(`${line}/${unitId} refused its map`);
      return { kind: "words", words: [...answer.registers], tookMs: answerMs };
    },
    readyInMs: () => 0,
    close: async () => {},
  });
  const [gateway] = config.gateways;
  if (gateway === undefined) throw new Error("no gateway");
  const { scanning } = scannedPlant(gateway, maps, ({ id }) => sourceOf(id), world);
  let second = 0;

  return {
    /** So many scans, one a second. */
    scan: async (scans: number): Promise<readonly Reading[]> => {
      const readings: Reading[] = [];
      for (const end = second + scans; second < end; second += 1) {
        running.advance(second);
        const scan = scanning.scan({ slot: second, withinMs: 900 });
        await world.advance(1_000);
        readings.push(...(await scan));
      }
      return readings;
    },
  };
}
