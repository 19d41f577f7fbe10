import { ImportMap } from "../contracts/import-map.ts";
import { conversion, unitsInto } from "../domain/units.ts";
import { type Fault, faultsError, loadYaml } from "../platform/yaml-file.ts";
import { catalogueOf } from "./registry.ts";
import type { Settings } from "./settings.ts";

/**
 * The map of an import, held against the configuration.
 * @throws OperationalError `config-invalid`, with every fault at its line
 */
export function importMap(file: string, settings: Settings): ImportMap {
  const loaded = loadYaml(file, () => ImportMap);
  if (!loaded.ok) throw faultsError(loaded.faults);
  const { value: map, fault } = loaded.file;
  const faults: Fault[] = [];
  const catalogue = catalogueOf(settings);
  const boilerIds = settings.config.sites.flatMap(({ boilers }) => boilers.map(({ id }) => id));
  const named =
    typeof map.boiler === "string"
      ? [{ path: ["boiler"], id: map.boiler }]
      : Object.entries(map.boiler.ids ?? {}).map(([name, id]) => ({ path: ["boiler", "ids", name], id }));
  for (const { path, id } of named)
    if (!boilerIds.includes(id))
      faults.push(fault(path, `is "${id}", which is no boiler; known are ${boilerIds.join(", ")}`));
  for (const [name, { unit }] of Object.entries(map.points)) {
    const point = catalogue.get(name);
    if (point === undefined || point === null)
      faults.push(fault(["points", name], "is no point; docs/domain.md lists those that are known"));
    else if (unit !== undefined && conversion(unit, point.unit) === null)
      faults.push(
        fault(["points", name, "unit"], `is "${unit}"; it may be ${unitsInto(point.unit).join(", ")}`),
      );
  }
  if (faults.length > 0) throw faultsError(faults);
  return map;
}
