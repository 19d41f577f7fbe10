import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Static, Type } from "typebox";
import { apiConfig } from "../api/config.ts";
import { type DeviceMapFile as DeviceMap, DeviceMapFile } from "../contracts/device-map.ts";
import { registryProperties } from "../contracts/registry.ts";
import { gatewaysConfig } from "../gateway/config.ts";
import { ingestConfig } from "../ingest/config.ts";
import { mqttConfig } from "../platform/bus.ts";
import type { Environment } from "../platform/environment.ts";
import { type Rules, rulesFrom } from "../platform/rules.ts";
import { telemetryConfig } from "../platform/telemetry/config.ts";
import { type Fault, faultsError, loadYaml } from "../platform/yaml-file.ts";
import { simulatorsConfig } from "../simulators/config.ts";
import { configFaults } from "./checks.ts";

/** The whole configuration file: each room's own part. */
const configSchema = Type.Object(
  {
    ...registryProperties,
    /** Where each role keeps its data; seen from the working folder. */
    dataDir: Type.String({ default: "data", minLength: 1 }),
    mqtt: mqttConfig,
    gateways: gatewaysConfig,
    ingest: ingestConfig,
    telemetry: telemetryConfig,
    api: apiConfig,
    simulators: simulatorsConfig,
  },
  { additionalProperties: false },
);
export type Config = Static<typeof configSchema>;

/** The configuration with all that it refers to, checked as a whole. */
export interface Settings {
  readonly configFile: string;
  readonly config: Config;
  readonly rules: Rules;
  readonly maps: ReadonlyMap<string, DeviceMap>;
  readonly dataDir: string;
  /** A file that the configuration names, seen from its own folder. */
  readonly fileAt: (name: string) => string;
}

/**
 * Reads the configuration, the rule files and the device maps. Besides those that come with Fluewatch, the folders
 * `rules/` and `devices/` beside the configuration file are read.
 * @throws OperationalError `config-invalid`, with every fault at its line
 */
export function loadSettings(configFile: string, packageRoot: string, environment: Environment): Settings {
  const file = resolve(configFile);
  const folders = (name: string) => [
    ...new Set([join(packageRoot, "config", name), join(dirname(file), name)]),
  ];
  const faults: Fault[] = [];
  const rules = rulesFrom(folders("rules").flatMap(yamlFiles), faults);
  const maps = deviceMaps(folders("devices").flatMap(yamlFiles), faults);
  const loaded = loadYaml(file, () => configSchema);
  if (!loaded.ok) throw faultsError([...faults, ...loaded.faults]);
  faults.push(...configFaults(loaded.file, rules, maps));
  if (faults.length > 0) throw faultsError(faults);

  const { value } = loaded.file;
  const config: Config = {
    ...value,
    api: { ...value.api, port: environment.httpPort ?? value.api.port },
    mqtt: { ...value.mqtt, port: environment.mqttPort ?? value.mqtt.port },
  };
  return {
    configFile: file,
    config,
    rules,
    maps: new Map([...maps].map(([id, { map }]) => [id, map])),
    dataDir: resolve(environment.dataDir ?? config.dataDir),
    fileAt: (name) => resolve(dirname(file), name),
  };
}

function yamlFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => join(folder, name));
}

function deviceMaps(files: readonly string[], faults: Fault[]) {
  const maps = new Map<
    string,
    { readonly map: DeviceMap; readonly fault: (path: (string | number)[], message: string) => Fault }
  >();
  for (const file of files) {
    const loaded = loadYaml(file, () => DeviceMapFile);
    if (!loaded.ok) {
      faults.push(...loaded.faults);
      continue;
    }
    const { value: map, fault } = loaded.file;
    if (maps.has(map.id))
      faults.push(fault(["id"], `is "${map.id}", which another file of devices/ has already`));
    maps.set(map.id, { map, fault });
  }
  return maps;
}
