import { type Role, roles } from "../contracts/plant-roles.ts";
import type { Happening } from "../plant.ts";
import { type Environment, readEnvironment } from "../platform/environment.ts";
import { packageRoot } from "../platform/package-root.ts";
import { serviceStack } from "../platform/service.ts";
import { loadExample } from "../settings/example.ts";
import { loadScenario } from "../settings/scenario.ts";
import type { Settings } from "../settings/settings.ts";
import { type Command, given, say, settingsOf, stopOnSignal, writingWorld, wrongUse } from "./command.ts";

export const start: Command = {
  name: "start",
  help: `  fluewatch [start] [roles…] [--config file]   starts all roles, or those named: ${roles.join(", ")}
                                               --scenario file: its plant, and what happens to it`,
  async run(args) {
    const { values, positionals } = given(this, args, {
      config: { type: "string" },
      scenario: { type: "string" },
    });
    const environment = readEnvironment();
    const named = rolesNamed(positionals);
    const scenario =
      values.scenario === undefined ? null : loadScenario(values.scenario, packageRoot(), environment);
    const settings = scenario?.settings ?? settingsOf(values.config, environment);
    await runRoles(named, settings, { scenario, speed: 1 }, environment);
    return true;
  },
};

/** Starts roles, says when they are ready, and stops them at a signal. */
export async function runRoles(
  started: ReadonlySet<Role>,
  settings: Settings,
  happening: Happening,
  environment: Environment,
): Promise<void> {
  // The rest of the command line does without most of what this loads.
  const { assemble } = await import("../plant.ts");
  const world = writingWorld(environment);
  const plant = serviceStack(world);
  const stopped = stopOnSignal(() => plant.stop(), world);
  try {
    const { adminPassword } = environment;
    const example = started.has("api") ? loadExample(settings, packageRoot(), environment) : null;
    const { api } = await assemble(
      plant,
      settings,
      started,
      packageRoot(),
      adminPassword,
      happening,
      world,
      example,
    );
    say(
      api === null
        ? `Fluewatch is ready: ${[...started].join(", ")}`
        : `Fluewatch is ready: ${await api.signInLink()}`,
    );
  } catch (error) {
    await plant.stop();
    throw error;
  }
  await stopped;
}

function rolesNamed(names: readonly string[]): ReadonlySet<Role> {
  if (names.length === 0) return new Set(roles);
  return new Set(
    names.map((name) => {
      const role = roles.find((each) => each === name);
      if (role !== undefined) return role;
      throw wrongUse(start, `"${name}" is no command and no role; roles are ${roles.join(", ")}`);
    }),
  );
}
