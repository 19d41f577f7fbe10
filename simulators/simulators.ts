import type { DeviceMapFile } from "../contracts/device-map.ts";
import type { Fuel } from "../domain/fuel.ts";
import { type Service, serviceStack } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import { simulatedBoiler } from "./boiler/boiler.ts";
import type { SimulatedBoilerConfig, SimulatorsConfig } from "./config.ts";
import { instrumentSet } from "./instruments.ts";
import { fileLedger } from "./ledger.ts";
import type { ModbusUnit } from "./modbus/line.ts";
import { type ModbusServer, startModbusServer } from "./modbus/server.ts";
import { openReplay } from "./replay.ts";
import { scheduled } from "./schedule.ts";
import { seededRandom } from "./seeded-random.ts";
import { mappedUnit, type UnitValues } from "./unit.ts";

export interface SimulatorsNeeds {
  readonly maps: ReadonlyMap<string, DeviceMapFile>;
  readonly fuels: ReadonlyMap<string, Fuel>;
  /** Turns a file's name in the configuration into a path. */
  readonly fileAt: (name: string) => string;
  readonly world: World;
}

/** Physics moves on in steps of this length, whatever the polls do. */
const stepMs = 200;

export interface Simulators extends Service {
  /** The lines of the plant, by id: where faults are set. */
  readonly servers: ReadonlyMap<string, ModbusServer>;
}

/** Modbus servers that behave like a plant; nobody behind the wire can tell. */
export async function startSimulators(config: SimulatorsConfig, needs: SimulatorsNeeds): Promise<Simulators> {
  const { world } = needs;
  const services = serviceStack(world);
  const startedMs = world.clock.monotonicMs();
  const elapsedMs = () => world.clock.monotonicMs() - startedMs;
  const boilers = new Map(config.boilers.map((boiler) => [boiler.id, stepped(boiler, needs, elapsedMs)]));
  const ledger =
    config.ledgerFile === undefined ? () => {} : services.add(fileLedger(config.ledgerFile)).write;
  const servers = new Map<string, ModbusServer>();

  try {
    for (const [index, { units, ...settings }] of config.servers.entries()) {
      const byId = new Map<number, ModbusUnit>();
      for (const { unitId, map: mapId, boiler, replay, texts, ...limits } of units) {
        const map = needs.maps.get(mapId) as DeviceMapFile;
        const values: () => UnitValues =
          replay === undefined
            ? (boilers.get(boiler ?? "") ?? (() => ({})))
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

  return { name: "simulators", servers, stop: services.stop };
}

function stepped(config: SimulatedBoilerConfig, { fuels }: SimulatorsNeeds, elapsedMs: () => number) {
  const { instruments: configs, schedule, ...design } = config;
  const boiler = scheduled(simulatedBoiler(design, fuels, seededRandom(design.seed)), schedule);
  const instruments = instrumentSet(configs, design.seed);
  const dtSeconds = stepMs / 1_000;
  const shown = () => instruments.read(boiler.step(dtSeconds), dtSeconds);
  let step = 0;
  let values = shown();
  return () => {
    for (const now = Math.floor(elapsedMs() / stepMs); step < now; ) {
      step += 1;
      values = shown();
    }
    return values;
  };
}

function replayed(settings: Parameters<typeof openReplay>[0], { clock }: World) {
  const replay = openReplay(settings);
  const rowMs = settings.stepSeconds * 1_000;
  // Rows change half a step off the full steps of the clock, where nobody polls: no poll stands on the edge.
  const firstRowMs = Math.floor(clock.nowMs() / rowMs) * rowMs + rowMs / 2;
  return () => replay.at(Math.max(0, clock.nowMs() - firstRowMs) / 1_000);
}
