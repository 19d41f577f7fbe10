import { join } from "node:path";
import { parseArgs } from "node:util";
import { gatewayTool, gatewayTools, gatewayToolsHelp } from "./gateway/commands.ts";
import { assemble, type Happening, type Role, roles, writeHistory } from "./plant.ts";
import { type Environment, readEnvironment } from "./platform/environment.ts";
import { messageOf, OperationalError } from "./platform/errors.ts";
import { packageRoot } from "./platform/package-root.ts";
import { serviceStack } from "./platform/service.ts";
import { realWorld, type World } from "./platform/world.ts";
import { runReference } from "./settings/reference.ts";
import { registerList } from "./settings/register-list.ts";
import { loadScenario } from "./settings/scenario.ts";
import { loadSettings, type Settings } from "./settings/settings.ts";
import { type SimulateOptions, simulateWish, withModbusPorts } from "./settings/simulate.ts";

const help = `Fluewatch watches industrial boilers: combustion, limits and emissions, live.

  fluewatch [start] [roles…] [--config file]   starts all roles, or those named: ${roles.join(", ")}
                                               --scenario file: its plant, and what happens to it
  fluewatch check-config [--config file]       reads the configuration and names every fault
  fluewatch simulate scenario                  only the plant's Modbus side, with its register map printed
      --speed N                                simulated seconds in a second
      --modbus-port P                          its first line listens there, the next one beside it
      --history 2y --step "60 s"               writes so much of its past into the journal, and ends
  fluewatch reference file                     runs golden cases through the formulas that run live
${gatewayToolsHelp}

Without --config (or FLUEWATCH_CONFIG) it is the demo plant, config/demo.yaml.
Environment: FLUEWATCH_CONFIG, FLUEWATCH_DATA_DIR, FLUEWATCH_HTTP_PORT, FLUEWATCH_MQTT_PORT,
FLUEWATCH_ADMIN_PASSWORD, FLUEWATCH_LOG_LEVEL.
`;

const exit = { ok: 0, failed: 1, usage: 2 } as const;
const stopWithinMs = 10_000;
/** Files of ours are for their owner alone. */
const ownerOnly = 0o077;

/** Runs a command line to its end and gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const tool = gatewayTools.find((each) => argv[0] === "gateway" && argv[1] === each);
    const wantsHelp = argv.includes("--help") || argv.includes("-h");
    if (tool !== undefined && !wantsHelp) {
      const world = realWorld("silent");
      const settings = (named: string | null) => {
        const environment = readEnvironment();
        return loadSettings(configFileOf(named, environment), packageRoot(), environment);
      };
      const stopped = stopOnSignal(async () => {}, world);
      return (await gatewayTool(tool, argv.slice(2), { settings, world, say, stopped }))
        ? exit.ok
        : exit.failed;
    }
    const { positionals, values } = parsed(tool === undefined ? argv : ["--help"]);
    if (values.help) {
      say(help.trimEnd());
      return exit.ok;
    }
    const [first = "start", ...rest] = positionals;
    const environment = readEnvironment();
    const configFile = configFileOf(values.config ?? null, environment);
    if (first === "check-config" && rest.length === 0) {
      loadSettings(configFile, packageRoot(), environment);
      say(`${configFile} is in order`);
      return exit.ok;
    }
    if (first === "reference") return reference(rest, loadSettings(configFile, packageRoot(), environment));
    if (first === "simulate") return await simulate(rest, values, environment);
    const named = first === "start" ? rest : [first, ...rest];
    const scenario =
      values.scenario === undefined ? null : loadScenario(values.scenario, packageRoot(), environment);
    const settings = scenario?.settings ?? loadSettings(configFile, packageRoot(), environment);
    const happening = { scenario, speed: 1 };
    return await start(rolesNamed(named), settings, happening, environment);
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    complain(error.message);
    return exit.usage;
  }
}

function configFileOf(named: string | null, { configFile }: Environment): string {
  return named ?? configFile ?? join(packageRoot(), "config", "demo.yaml");
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { type: "string" },
        scenario: { type: "string" },
        speed: { type: "string" },
        "modbus-port": { type: "string" },
        history: { type: "string" },
        step: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new OperationalError("usage", `${messageOf(error)}\n\n${help}`);
  }
}

function rolesNamed(names: readonly string[]): ReadonlySet<Role> {
  if (names.length === 0) return new Set(roles);
  return new Set(
    names.map((name) => {
      const role = roles.find((each) => each === name);
      if (role !== undefined) return role;
      throw new OperationalError(
        "usage",
        `"${name}" is no command and no role; roles are ${roles.join(", ")}`,
      );
    }),
  );
}

function reference(files: readonly string[], { rules }: Settings): number {
  const [file] = files;
  if (file === undefined || files.length > 1)
    throw new OperationalError("usage", `reference needs one file\n\n${help}`);
  const { outcomes, leftOut } = runReference(file, rules);
  const failed = outcomes.filter(({ faults }) => faults.length > 0);
  for (const { id, kind, faults } of failed) say(`${id} ${kind}: ${faults.join("; ")}`);
  if (leftOut.length > 0)
    say(`${leftOut.length} not run, held by tests of their own: ${[...new Set(leftOut)].join(", ")}`);
  say(`${outcomes.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 ? exit.ok : exit.failed;
}

async function simulate(
  files: readonly string[],
  options: SimulateOptions,
  environment: Environment,
): Promise<number> {
  const [file] = files;
  if (file === undefined || files.length > 1)
    throw new OperationalError("usage", `simulate needs one scenario\n\n${help}`);
  const scenario = loadScenario(file, packageRoot(), environment);
  const wish = simulateWish(options);
  if (wish.historySeconds !== null) {
    process.umask(ownerOnly);
    const world = realWorld(environment.logLevel);
    const readings = await writeHistory(scenario, wish.historySeconds, wish.stepSeconds, world);
    say(
      `${readings} readings were written into the journal in ${scenario.settings.dataDir}; the next start stores them`,
    );
    return exit.ok;
  }
  const settings = withModbusPorts(scenario.settings, wish.modbusPort);
  for (const line of registerList(settings)) say(line);
  return await start(new Set(["simulators"]), settings, { scenario, speed: wish.speed }, environment);
}

async function start(
  started: ReadonlySet<Role>,
  settings: Settings,
  happening: Happening,
  environment: Environment,
): Promise<number> {
  process.umask(ownerOnly);
  const world = realWorld(environment.logLevel);
  const plant = serviceStack(world);
  const stopped = stopOnSignal(() => plant.stop(), world);
  try {
    const { adminPassword } = environment;
    const { api } = await assemble(plant, settings, started, packageRoot(), adminPassword, happening, world);
    say(
      api === null
        ? `Fluewatch is ready: ${[...started].join(", ")}`
        : `Fluewatch is ready: ${api.signInLink()}`,
    );
  } catch (error) {
    await plant.stop();
    throw error;
  }
  await stopped;
  return exit.ok;
}

/** Resolves when everything has been stopped after a signal. A second signal, or ten seconds, end it at once. */
function stopOnSignal(stop: () => Promise<void>, { clock }: World): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false;
    const onSignal = () => {
      if (stopping) process.exit(exit.failed);
      stopping = true;
      complain("Stopping; press Ctrl-C again to stop at once.");
      void clock.sleep(stopWithinMs).then(() => {
        complain("Not everything stopped within 10 s; what was not stored is sent again at the next start.");
        process.exit(exit.failed);
      });
      void stop().then(resolve);
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
