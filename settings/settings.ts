import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type DeviceMapFile as DeviceMap, DeviceMapFile } from "../contracts/device-map.ts";
import type { Environment } from "../platform/environment.ts";
import { type Fault, faultsError, loadYaml } from "../platform/yaml-file.ts";
import { configFaults } from "./checks.ts";
import { type Config, configSchema } from "./config.ts";
import { mqttOf } from "./mqtt.ts";
import { type Rules, rulesFrom } from "./rules.ts";
import { secretFault } from "./secrets.ts";

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
  const { maps, incomplete } = deviceMaps(folders("devices").flatMap(yamlFiles), faults);
  const loaded = loadYaml(file, () => configSchema);
  if (!loaded.ok) throw faultsError([...faults, ...loaded.faults]);
  const fileAt = (name: string) => resolve(dirname(file), name);
  faults.push(...configFaults(loaded.file, rules, maps, incomplete, (name) => secretFault(fileAt(name))));
  if (faults.length > 0) throw faultsError(faults);

  const { value } = loaded.file;
  const config: Config = {
    ...value,
    api: { ...value.api, port: environment.httpPort ?? value.api.port },
    mqtt: { ...mqttOf(value.mqtt, fileAt), port: environment.mqttPort ?? value.mqtt.port },
  };
  return {
    configFile: file,
    config,
    rules,
    maps: new Map([...maps].map(([id, { map }]) => [id, map])),
    dataDir: resolve(environment.dataDir ?? config.dataDir),
    fileAt,
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
  let incomplete = false;
  for (const file of files) {
    const loaded = loadYaml(file, () => DeviceMapFile);
    if (!loaded.ok) {
      faults.push(...loaded.faults);
      incomplete = true;
      continue;
    }
    const { value: map, fault } = loaded.file;
    if (maps.has(map.id))
      faults.push(fault(["id"], `is "${map.id}", which another file of devices/ has already`));
    maps.set(map.id, { map, fault });
  }
  return { maps, incomplete };
}
