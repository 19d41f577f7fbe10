import type { DeviceMapFile } from "../contracts/device-map.ts";
import type { Fuel } from "../domain/fuel.ts";
import { backgroundLoop, type Service, serviceStack } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import type { SimulatorsConfig } from "./config.ts";
import { fittedPoints } from "./fitted.ts";
import { fileLedger } from "./modbus/ledger.ts";
import type { ModbusServer } from "./modbus/modbus-server.ts";
import type { ModbusUnit, UnitValues } from "./modbus/modbus-unit.ts";
import { startModbusServer } from "./modbus/server.ts";
import { openReplay } from "./replay.ts";
import type { ScenarioEvent } from "./scenario.ts";
import { type Simulation, type Surroundings, simulation } from "./simulation.ts";
import { mappedUnit } from "./unit.ts";

export interface SimulatorsNeeds {
  readonly maps: ReadonlyMap<string, DeviceMapFile>;
  readonly fuels: ReadonlyMap<string, Fuel>;
  /** Turns a file's name in the configuration into a path. */
  readonly fileAt: (name: string) => string;
  /** What happens, in order of time. */
  readonly events: readonly ScenarioEvent[];
  /** Simulated seconds in a second. */
  readonly speed: number;
  /** What of the path behind the field bus runs beside the simulators, and can be broken. */
  readonly around: Omit<Surroundings, "busFault">;
  readonly world: World;
}

/** Physics moves on in steps of this length, whatever the polls do. */
const stepMs = 200;

export interface Simulators extends Service {
  /** The lines of the plant, by id: where faults are set. */
  readonly servers: ReadonlyMap<string, ModbusServer>;
  readonly simulation: Simulation;
}

/** Modbus servers that behave like a plant; nobody behind the wire can tell. */
export async function startSimulators(config: SimulatorsConfig, needs: SimulatorsNeeds): Promise<Simulators> {
  const { world, fuels, events, speed, around } = needs;
  const services = serviceStack(world);
  const startedMs = world.clock.monotonicMs();
  const servers = new Map<string, ModbusServer>();
  const plant = simulation(config.boilers, events, fuels, fittedPoints(config, needs.maps), stepMs / 1_000, {
    ...around,
    busFault: (line, unitId, fault) => servers.get(line)?.setFault(unitId, fault),
  });
  const advance = () => plant.advance((speed * (world.clock.monotonicMs() - startedMs)) / 1_000);
  const ledger =
    config.ledgerFile === undefined ? () => {} : services.add(fileLedger(config.ledgerFile, world)).write;

  try {
    for (const [index, { units, ...settings }] of config.servers.entries()) {
      const byId = new Map<number, ModbusUnit>();
      for (const { unitId, map: mapId, boiler, replay, texts, ...limits } of units) {
        const map = needs.maps.get(mapId) as DeviceMapFile;
        const values: () => UnitValues =
          replay === undefined
            ? () => {
                advance();
                return plant.shown(boiler ?? "");
              }
            : replayed({ ...replay, file: needs.fileAt(replay.file) }, world);
        const hasText = Object.keys(texts).length > 0;
        byId.set(unitId, mappedUnit(map, hasText ? () => ({ ...values(), ...texts }) : values, limits));
      }
      const server = services.add(
        await startModbusServer({ ...settings, seed: settings.seed ?? index + 1 }, byId, { world, ledger }),
      );
      servers.set(server.id, server);
    }
  } catch (error) {
    await services.stop();
    throw error;
  }
  // What happens does so at its time, also while nobody polls.
  services.add(
    backgroundLoop("simulation", async (signal) => {
      while (!signal.aborted) {
        advance();
        await world.clock.sleep(stepMs, signal);
      }
    }),
  );

  return { name: "simulators", servers, simulation: plant, stop: services.stop };
}

function replayed(settings: Parameters<typeof openReplay>[0], { clock }: World) {
  const replay = openReplay(settings);
  const rowMs = settings.stepSeconds * 1_000;
  // Rows change half a step off the full steps of the clock, where nobody polls: no poll stands on the edge.
  const firstRowMs = Math.floor(clock.nowMs() / rowMs) * rowMs + rowMs / 2;
  return () => replay.at(Math.max(0, clock.nowMs() - firstRowMs) / 1_000);
}
