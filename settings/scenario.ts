import { dirname, resolve } from "node:path";
import type { Environment } from "../platform/environment.ts";
import { type Fault, faultsError, loadYaml } from "../platform/yaml-file.ts";
import { fittedPoints } from "../simulators/fitted.ts";
import { ScenarioFile } from "../simulators/scenario.ts";
import { type ScenarioLine, type ScenarioPlant, scenarioFaults } from "../simulators/scenario-faults.ts";
import { newestFuels } from "./newest-fuels.ts";
import { loadSettings, type Settings } from "./settings.ts";

/** A scenario, and the settings of the plant that it happens to. */
export interface Scenario extends Omit<ScenarioFile, "kind" | "plant"> {
  readonly settings: Settings;
}

/**
 * Reads a scenario, and the configuration of its plant.
 * @throws OperationalError `config-invalid`, with every fault at its line
 */
export function loadScenario(name: string, packageRoot: string, environment: Environment): Scenario {
  const file = resolve(name);
  const loaded = loadYaml(file, () => ScenarioFile);
  if (!loaded.ok) throw faultsError(loaded.faults);
  const { kind: _kind, plant, ...scenario } = loaded.file.value;
  const settings = loadSettings(resolve(dirname(file), plant), packageRoot, environment);
  const faults: Fault[] = [];
  scenarioFaults(scenario.events, plantOf(settings), (path, message) =>
    faults.push(loaded.file.fault(path, message)),
  );
  if (faults.length > 0) throw faultsError(faults);
  return { ...scenario, settings };
}

/** What of a plant is simulated. */
export function plantOf({ config, maps, rules }: Settings): ScenarioPlant {
  const lines = new Map<string, ScenarioLine>();
  for (const { id, host, port, pty, framing, units } of config.simulators.servers) {
    lines.set(id ?? pty ?? `${host}:${port}`, {
      units: new Set(units.map(({ unitId }) => unitId)),
      framing: framing ?? (pty === undefined ? "tcp" : "rtu"),
      hasSockets: pty === undefined,
    });
  }
  return {
    boilers: new Map(config.simulators.boilers.map((boiler) => [boiler.id, boiler])),
    points: fittedPoints(config.simulators, maps),
    lines,
    gateways: new Set(config.gateways.map(({ id }) => id)),
    fuels: newestFuels(rules),
  };
}
