import { dirname, join, resolve } from "node:path";
import { type DeviceMapFile as DeviceMap, DeviceMapFile } from "../contracts/device-map.ts";
import type { Environment } from "../platform/environment.ts";
import { type Fault, type Files, faultsError, filesOnDisk, loadYaml } from "../platform/yaml-file.ts";
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
  /** Where Fluewatch itself is, with the rules and device maps that come with it. */
  readonly packageRoot: string;
  /** The same configuration of other texts. */
  readonly again: (files: Files) => Settings | { readonly faults: readonly Fault[] };
}

/** The folder of the rules, or of the device maps: those that come with Fluewatch, and those beside the configuration. */
export function foldersOf(
  configFile: string,
  packageRoot: string,
  name: "rules" | "devices",
): readonly string[] {
  return [...new Set([join(packageRoot, "config", name), join(dirname(configFile), name)])];
}

/**
 * Reads the configuration, the rule files and the device maps. Besides those that come with Fluewatch, the folders
 * `rules/` and `devices/` beside the configuration file are read.
 * @throws OperationalError `config-invalid`, with every fault at its line
 */
export function loadSettings(configFile: string, packageRoot: string, environment: Environment): Settings {
  const read = settingsIn(filesOnDisk, configFile, packageRoot, environment);
  if ("faults" in read) throw faultsError(read.faults);
  return read;
}

/** The same of files that may be elsewhere, or nowhere yet. */
export function settingsIn(
  files: Files,
  configFile: string,
  packageRoot: string,
  environment: Environment,
): Settings | { readonly faults: readonly Fault[] } {
  const file = resolve(configFile);
  const faults: Fault[] = [];
  const all = (name: "rules" | "devices") =>
    foldersOf(file, packageRoot, name).flatMap((folder) => yamlFiles(folder, files));
  const rules = rulesFrom(all("rules"), faults, files);
  const { maps, incomplete } = deviceMaps(all("devices"), faults, files);
  const loaded = loadYaml(file, () => configSchema, files);
  if (!loaded.ok) return { faults: [...faults, ...loaded.faults] };
  const fileAt = (name: string) => resolve(dirname(file), name);
  faults.push(...configFaults(loaded.file, rules, maps, incomplete, (name) => secretFault(fileAt(name))));
  if (faults.length > 0) return { faults };

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
    packageRoot,
    again: (others) => settingsIn(others, configFile, packageRoot, environment),
  };
}

export function yamlFiles(folder: string, files: Files): readonly string[] {
  return files
    .list(folder)
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => join(folder, name));
}

function deviceMaps(names: readonly string[], faults: Fault[], files: Files) {
  const maps = new Map<
    string,
    { readonly map: DeviceMap; readonly fault: (path: (string | number)[], message: string) => Fault }
  >();
  let incomplete = false;
  for (const file of names) {
    const loaded = loadYaml(file, () => DeviceMapFile, files);
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
