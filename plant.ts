import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Api, startApi } from "./api/api.ts";
import { projects } from "./api/retrofits/projects.ts";
import type { Trainer } from "./api/trainer.ts";
import { type RunningExample, startExample } from "./example.ts";
import { gatewayWill, startGateway } from "./gateway/gateway.ts";
import { openLine } from "./gateway/modbus/open-line.ts";
import { sha256Hex } from "./gateway/outbox.ts";
import { startIngest } from "./ingest/ingest.ts";
import { openJournal } from "./ingest/journal.ts";
import { type Broker, startBroker } from "./platform/broker.ts";
import { connectBus, type Will } from "./platform/bus.ts";
import { lockDataFolder } from "./platform/data-folder.ts";
import { OperationalError } from "./platform/errors.ts";
import { sqliteRecords } from "./platform/records/records.ts";
import type { ServiceStack } from "./platform/service.ts";
import { duckdbTelemetry } from "./platform/telemetry/duckdb-telemetry.ts";
import { influx1Telemetry } from "./platform/telemetry/influx1-telemetry.ts";
import type { World } from "./platform/world.ts";
import type { Example } from "./settings/example.ts";
import {
  catalogueOf,
  fuelsNow,
  plantOf,
  registryOf,
  simulatedGateways,
  withRecorded,
} from "./settings/registry.ts";
import { savingsRulesOf } from "./settings/savings-rules.ts";
import type { Scenario } from "./settings/scenario.ts";
import type { Settings } from "./settings/settings.ts";
import { fittedPoints } from "./simulators/fitted.ts";
import { history } from "./simulators/history.ts";
import { simulation } from "./simulators/simulation.ts";
import { startSimulators } from "./simulators/simulators.ts";
import { trainerOf } from "./simulators/trainer.ts";

export const roles = ["simulators", "broker", "gateway", "ingest", "api"] as const;
export type Role = (typeof roles)[number];

/** What happens to a simulated plant, and how fast its time goes. */
export interface Happening {
  readonly scenario: Scenario | null;
  readonly speed: number;
}

export interface Assembled {
  readonly api: Api | null;
}

/**
 * Puts roles together, listeners before speakers. Stopping runs it backwards, so the last sample is still stored.
 * @throws OperationalError that says what to change, when something cannot start
 */
export async function assemble(
  plant: ServiceStack,
  settings: Settings,
  started: ReadonlySet<Role>,
  packageRoot: string,
  adminPassword: string | null,
  happening: Happening,
  world: World,
  example: Example | null = null,
): Promise<Assembled> {
  const { config, maps, dataDir, fileAt } = settings;
  if (started.has("ingest") !== started.has("api")) {
    throw new OperationalError(
      "roles-apart",
      "ingest and api share one process over an embedded store: start both, or neither",
    );
  }
  const folder = (name: string) => plant.add(lockDataFolder(dataDir, name)).path;
  let mqtt = config.mqtt;
  let broker: Broker | null = null;
  if (started.has("broker")) {
    broker = plant.add(await startBroker(config.mqtt, world));
    mqtt = { ...mqtt, port: broker.port };
  }
  // Each role has its own connection and last will, so that one process behaves as five would.
  const busFor = (name: string, will?: Will) => plant.add(connectBus(mqtt, name, world, will));

  let trainer: Trainer | null = null;
  if (started.has("simulators")) {
    const { simulation } = plant.add(
      await startSimulators(config.simulators, {
        maps,
        fuels: fuelsNow(settings, world.clock.nowMs()),
        fileAt,
        events: happening.scenario?.events ?? [],
        speed: happening.speed,
        cutBroker: (isCut) => broker?.cut(isCut),
        world,
      }),
    );
    const { title, about, answer = null } = happening.scenario ?? {};
    const told = title === undefined || about === undefined ? null : { title, about, answer };
    trainer = trainerOf(simulation, fittedPoints(config.simulators, maps), told);
  }

  let api: Api | null = null;
  let makeExample = () => {};
  if (started.has("ingest") && started.has("api")) {
    const catalogue = catalogueOf(settings);
    const nowMs = world.clock.nowMs();
    const recorded = example === null ? [] : [example.scenario.settings];
    const records = plant.add(await sqliteRecords(folder("records")));
    const telemetry = plant.add(
      config.telemetry.store === "influx1" && config.telemetry.influx1 !== undefined
        ? await influx1Telemetry(config.telemetry.influx1, catalogue)
        : await duckdbTelemetry(folder("telemetry"), catalogue),
    );
    plant.add(
      await startIngest(config.ingest, {
        plant: withRecorded(plantOf(settings, nowMs), recorded, nowMs),
        folder: folder("journal"),
        telemetry,
        records: records.db,
        bus: busFor("fluewatch-ingest"),
        world,
      }),
    );
    const savings = savingsRulesOf(settings, recorded, nowMs);
    const version = versionOf(packageRoot);
    const retrofits = projects({
      rules: savings,
      store: telemetry,
      db: records.db,
      world,
      software: `fluewatch ${version}`,
    });
    let making: RunningExample | null = null;
    makeExample = () => {
      if (example === null) return;
      const bus = busFor("fluewatch-example");
      making = plant.add(startExample(example, { projects: retrofits, telemetry, bus, world }));
    };
    api = plant.add(
      await startApi(config.api, {
        registry: registryOf(settings, nowMs),
        savings,
        retrofits,
        preparing: () => making?.preparing() ?? null,
        telemetry,
        records: records.db,
        bus: busFor("fluewatch-api"),
        world,
        version,
        dashboardFolder: join(packageRoot, "dist", "dashboard"),
        adminPassword,
        trainer,
      }),
    );
  }
  if (started.has("gateway")) {
    for (const gateway of config.gateways) {
      const bus = busFor(`fluewatch-gateway-${gateway.id}`, gatewayWill(gateway, world));
      plant.add(
        await startGateway(gateway, {
          maps,
          folder: folder(join("gateway", gateway.id)),
          bus,
          world,
          openLine: (line) => openLine(line, world),
        }),
      );
    }
  }
  makeExample();
  return { api };
}

/**
 * Writes the past of a simulated plant into the journal, as its gateways would have sent it; ends with now.
 * @returns how many readings were written
 */
export async function writeHistory(
  { settings, events }: Scenario,
  seconds: number,
  stepSeconds: number,
  world: World,
): Promise<number> {
  const { config, dataDir } = settings;
  const gateways = simulatedGateways(settings);
  const real = config.sites.find(
    ({ id, simulated }) => !simulated && gateways.some(({ site }) => site === id),
  );
  if (real !== undefined) {
    throw new OperationalError(
      "history-refused",
      `${real.id} is a real site: no past is made up for it; set simulated: true, or choose another scenario`,
    );
  }
  const nowMs = world.clock.nowMs();
  const folder = lockDataFolder(dataDir, "journal");
  const journal = await openJournal(folder.path, config.ingest.journal, 0, world);
  try {
    const plant = simulation(
      config.simulators.boilers,
      events,
      fuelsNow(settings, nowMs),
      fittedPoints(config.simulators, settings.maps),
      stepSeconds,
    );
    const stepMs = stepSeconds * 1_000;
    const wish = {
      gateways,
      fromMs: Math.floor((nowMs - seconds * 1_000) / stepMs) * stepMs,
      seconds,
      stepSeconds,
      sid: world.random.uuid,
      sha256Hex,
    };
    let readings = 0;
    let written: Promise<unknown> = Promise.resolve();
    for (const text of history(plant, wish)) {
      const bytes = Buffer.from(text);
      if (!journal.log.hasRoom(bytes.length)) await written;
      written = journal.append({ kind: "batch", bytes });
      readings += (JSON.parse(text) as { readonly n: number }).n;
    }
    await written;
    return readings;
  } finally {
    await journal.close();
    await folder.stop();
  }
}

function versionOf(packageRoot: string): string {
  return (JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { readonly version: string })
    .version;
}
