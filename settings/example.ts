import { dirname, resolve } from "node:path";
import { ExampleFile } from "../contracts/example.ts";
import type { Environment } from "../platform/environment.ts";
import { faultsError, loadYaml } from "../platform/yaml-file.ts";
import { loadScenario, type Scenario } from "./scenario.ts";
import type { Settings } from "./settings.ts";

/** The finished retrofit that a configuration comes with. */
export interface Example extends Omit<ExampleFile, "kind" | "history"> {
  readonly scenario: Scenario;
}

/**
 * Reads the example that a configuration names.
 * @returns `null` where it names none
 * @throws OperationalError `config-invalid`, with every fault at its line
 */
export function loadExample(
  settings: Settings,
  packageRoot: string,
  environment: Environment,
): Example | null {
  const { example } = settings.config;
  if (example === undefined) return null;
  const file = settings.fileAt(example);
  const loaded = loadYaml(file, () => ExampleFile);
  if (!loaded.ok) throw faultsError(loaded.faults);
  const { kind: _kind, history, ...rest } = loaded.file.value;
  const scenario = loadScenario(resolve(dirname(file), history), packageRoot, environment);
  const real = scenario.settings.config.sites.find(({ simulated }) => !simulated);
  const boilers = scenario.settings.config.sites.flatMap((site) => site.boilers.map(({ id }) => id));
  const own = new Set(
    settings.config.sites.flatMap((site) => [site.id, ...site.boilers.map(({ id }) => id)]),
  );
  const taken = [...boilers, ...scenario.settings.config.sites.map(({ id }) => id)].find((id) => own.has(id));
  const unknown = rest.document.plan.boilers.find((id) => !boilers.includes(id));
  const faults = [
    ...(real === undefined
      ? []
      : [
          loaded.file.fault(
            ["history"],
            `has the site ${real.id}, which is not simulated: no past is made up for a real one`,
          ),
        ]),
    ...(taken === undefined
      ? []
      : [loaded.file.fault(["history"], `has ${taken}, which the configuration has, too`)]),
    ...(unknown === undefined
      ? []
      : [
          loaded.file.fault(
            ["document", "plan", "boilers"],
            `names ${unknown}; the plant has ${boilers.join(", ")}`,
          ),
        ]),
  ];
  if (faults.length > 0) throw faultsError(faults);
  return { ...rest, scenario };
}
