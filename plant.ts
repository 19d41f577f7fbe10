import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Api, startApi } from "./api/api.ts";
import { projects } from "./api/retrofits/projects.ts";
import { watchReleased } from "./api/retrofits/watch-released.ts";
import type { Trainer } from "./api/trainer.ts";
import type { Role } from "./contracts/plant-roles.ts";
import { gatewayTopic } from "./contracts/topics.ts";
import type { PointCatalogue } from "./domain/points.ts";
import { type RunningExample, startExample } from "./example.ts";
import type { GatewayConfig, LineConfig } from "./gateway/config.ts";
import { gatewayWill, startGateway } from "./gateway/gateway.ts";
import { openLine } from "./gateway/modbus/open-line.ts";
import { startRemoteGateway } from "./gateway/remote-config.ts";
import { probe } from "./gateway/tools/probe.ts";
import { type Ingest, startIngest } from "./ingest/ingest.ts";
import { startNotifier } from "./notifications/notifier.ts";
import { openDesk } from "./notifications/recipients.ts";
import { type Broker, startBroker } from "./platform/broker.ts";
import { type Bus, connectBus, type Identity, type Will } from "./platform/bus.ts";
import { lockDataFolder } from "./platform/data-folder.ts";
import { OperationalError } from "./platform/errors.ts";
import { thisMachine } from "./platform/machine.ts";
import { serverUser } from "./platform/mqtt/config.ts";
import { newestOf } from "./platform/newest.ts";
import type { RecordsDb } from "./platform/records/records.ts";
import { type Service, type ServiceStack, serviceStack } from "./platform/service.ts";
import type { Telemetry } from "./platform/telemetry/telemetry.ts";
import type { World } from "./platform/world.ts";
import { certificateFiles } from "./settings/certificates.ts";
import { openConfiguration, type RunningConfiguration } from "./settings/configuration.ts";
import { directoryOf } from "./settings/directory.ts";
import type { Example } from "./settings/example.ts";
import { documentPart } from "./settings/gateway-document.ts";
import { grantsOf } from "./settings/mqtt.ts";
import { withRulesText } from "./settings/other-rules.ts";
import { fuelsNow, plantOf, registryOf, withRecorded } from "./settings/registry.ts";
import { savingsRulesOf } from "./settings/savings-rules.ts";
import type { Scenario } from "./settings/scenario.ts";
import { notificationSecrets } from "./settings/secrets.ts";
import type { Settings } from "./settings/settings.ts";
import { fittedPoints } from "./simulators/fitted.ts";
import { type PlantFaults, plantFaults } from "./simulators/plant-faults.ts";
import { startSimulators } from "./simulators/simulators.ts";
import { trainerOf } from "./simulators/trainer.ts";
import { openRecords, openTelemetry } from "./stores.ts";

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
  const { config, dataDir, fileAt } = settings;
  if (started.has("ingest") !== started.has("api")) {
    throw new OperationalError(
      "roles-apart",
      "ingest and api share one process over an embedded store: start both, or neither",
    );
  }
  const folder = (name: string) => plant.add(lockDataFolder(dataDir, name)).path;
  let mqtt = config.mqtt;
  const grants = new Map(grantsOf(config));
  let broker: Broker | null = null;
  if (started.has("broker")) {
    broker = plant.add(await startBroker(config.mqtt, world, grants));
    mqtt = { ...mqtt, port: broker.port };
  }
  // Each role has its own connection and last will, so that one process behaves as five would.
  const server: Identity =
    broker === null ? { user: serverUser } : { user: serverUser, secret: broker.ownSecret };
  const busFor = (name: string, stack = plant, will?: Will, identity = server) =>
    stack.add(connectBus(mqtt, name, world, will, identity));

  const { scenario } = happening;
  /** The configuration that counts now; another one may be accepted while this runs. */
  let configuration: RunningConfiguration | null = null;
  const now = () => configuration?.settings ?? settings;
  const broken = plantFaults();
  // Only beside its own broker may anybody speak in a gateway's name.
  const isDamaging =
    broker !== null && scenario?.events.some((event) => event.message !== undefined) === true;
  const stray = isDamaging ? busFor("fluewatch-scenario") : null;
  const message = (gatewayId: string) => {
    const gateway = now().config.gateways.find(({ id }) => id === gatewayId);
    if (gateway === undefined || stray?.up !== true) return;
    stray.publish(gatewayTopic(gateway.site, gateway.id, "data"), "{", { qos: 0 }).catch((error: unknown) => {
      if (!(error instanceof OperationalError)) throw error; // the link has gone meanwhile
    });
  };

  let trainer: Trainer | null = null;
  if (started.has("simulators")) {
    const { simulation } = plant.add(
      await startSimulators(config.simulators, {
        maps: settings.maps,
        fuels: fuelsNow(settings, world.clock.nowMs()),
        fileAt,
        events: scenario?.events ?? [],
        speed: happening.speed,
        around: { ...broken.targets, broker: (isCut) => broker?.cut(isCut), message },
        world,
      }),
    );
    const { title, about, answer = null } = scenario ?? {};
    const told = title === undefined || about === undefined ? null : { title, about, answer };
    trainer = trainerOf(simulation, fittedPoints(config.simulators, settings.maps), told);
  }

  const gateways = runningGateways(async ({ gateway, settings: of }, stack) => {
    // A gateway elsewhere is who it is by its own secret; beside the broker it is part of the server.
    const identity = broker === null ? { user: gateway.id } : server;
    const needs = {
      folder: stack.add(lockDataFolder(dataDir, join("gateway", gateway.id))).path,
      bus: busFor(gateway.id, stack, gatewayWill(gateway, world), identity),
      world: scenario === null ? world : broken.worldOf(gateway.id, world),
      openLine: (line: LineConfig) => openLine(line, world),
    };
    const { maps } = of;
    stack.add(
      gateway.acceptsDocuments
        ? await startRemoteGateway(
            { gateway, maps },
            { ...needs, partOf: (document) => documentPart(now(), document) },
          )
        : await startGateway(gateway, { ...needs, maps }),
    );
  }, world);

  let api: Api | null = null;
  let makeExample = () => {};
  if (started.has("ingest") && started.has("api")) {
    const recorded = example === null ? [] : [example.scenario.settings];
    const records = await openRecords(plant, settings);
    const opened = await openConfiguration(settings, {
      db: records.db,
      world,
      readOnly: scenario === null ? null : "A scenario runs; its plant is part of it",
      probe: (wish) => probe(wish, world),
      tryOut: (other, fromMs, toMs, signal) => data.ingest.backTest(plantOf(other), fromMs, toMs, signal),
    });
    configuration = opened;
    const data = plant.add(
      await startDataPath(opened, recorded, {
        ...{ folder, broken, scenario, broker, busFor, records: records.db, world },
      }),
    );
    const telemetry = newestOf(() => data.telemetry);
    const savings = newestOf(remade(now, (of) => savingsRulesOf(of, recorded)));
    const version = versionOf(packageRoot);
    const retrofits = projects({
      rules: savings,
      store: telemetry,
      db: records.db,
      world,
      software: `fluewatch ${version}`,
    });
    plant.add(watchReleased(retrofits, world));
    let making: RunningExample | null = null;
    makeExample = () => {
      if (example === null) return;
      const bus = busFor("fluewatch-example");
      making = plant.add(startExample(example, { projects: retrofits, telemetry, bus, world }));
    };
    const siteIds = config.sites.map(({ id }) => id);
    const bus = busFor("fluewatch-notifications");
    const desk = openDesk(config.notifications, notificationSecrets(settings), siteIds, bus, world);
    plant.add(startNotifier(desk, newestOf(remade(now, directoryOf)), records.db, world));
    opened.onAccepted(async (accepted) => {
      grants.clear();
      for (const [user, grant] of grantsOf(accepted.config)) grants.set(user, grant);
      const wanted = started.has("gateway") ? accepted : null;
      // What a gateway sends under the new configuration is taken by the new one.
      await gateways.stopChanged(wanted);
      await data.again();
      await gateways.startMissing(wanted);
    });
    api = plant.add(
      await startApi(config.api, {
        registry: newestOf(remade(now, registryOf)),
        savings,
        retrofits,
        preparing: () => making?.preparing() ?? null,
        catalogue: newestOf(() => data.catalogue),
        telemetry,
        keep: config.telemetry.keep,
        records: records.db,
        deadLetter: (offset) => data.ingest.deadLetter(offset),
        bus: busFor("fluewatch-api"),
        troubles: () => broker?.troubles ?? [],
        world,
        version,
        dashboardFolder: join(packageRoot, "dist", "dashboard"),
        adminPassword,
        fileAt,
        trainer,
        configuration: opened.forPeople,
        tryRules: (rules, fromMs, toMs, signal) => {
          const other = withRulesText(now(), rules);
          return data.ingest.backTest(plantOf(other), fromMs, toMs, signal);
        },
      }),
    );
  }
  plant.add(gateways);
  if (started.has("gateway")) await gateways.startMissing(now());
  makeExample();
  return { api };
}

interface DataPathNeeds {
  readonly folder: (name: string) => string;
  readonly broken: PlantFaults;
  readonly scenario: Scenario | null;
  readonly broker: Broker | null;
  readonly busFor: (name: string, stack: ServiceStack) => Bus;
  readonly records: RecordsDb;
  readonly world: World;
}

/** From the broker to the stores. Under another configuration it begins again where it ended; gateways wait meanwhile. */
interface DataPath extends Service {
  readonly telemetry: Telemetry;
  readonly ingest: Ingest;
  readonly catalogue: PointCatalogue;
  again(): Promise<void>;
}

async function startDataPath(
  configuration: RunningConfiguration,
  recorded: readonly Settings[],
  { folder, broken, scenario, broker, busFor, records, world }: DataPathNeeds,
): Promise<DataPath> {
  const journal = folder("journal");
  // What was set up at the start stands till the next one: stores, ports, and how long things are kept.
  const { config } = configuration.settings;

  async function started() {
    const stack = serviceStack(world);
    try {
      const { settings } = configuration;
      const plants = configuration.history((plant) => withRecorded(plant, recorded));
      const { catalogue } = plants.newest;
      const telemetry = await openTelemetry(
        stack,
        { ...settings, config },
        world,
        config.telemetry.store,
        catalogue,
      );
      const ingest = stack.add(
        await startIngest(settings.config.ingest, {
          plant: plants,
          entering: configuration.entering(),
          folder: journal,
          telemetry: scenario === null ? telemetry : broken.storeBehind(telemetry),
          keep: config.telemetry.keep,
          records,
          bus: busFor("fluewatch-ingest", stack),
          world,
          thirdParty: settings.config.thirdParty,
          door: broker?.admit ?? null,
          certificates: certificateFiles(settings),
          machine: scenario === null ? thisMachine : broken.machineBehind(thisMachine),
        }),
      );
      return { stack, telemetry, ingest, catalogue };
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  let running = await started();
  return {
    name: "data path",
    get telemetry() {
      return running.telemetry;
    },
    get ingest() {
      return running.ingest;
    },
    get catalogue() {
      return running.catalogue;
    },
    again: async () => {
      await running.stack.stop();
      running = await started();
    },
    stop: () => running.stack.stop(),
  };
}

/** Gives what is made of something, and makes it again when that is another one. */
function remade<From, T>(from: () => From, make: (of: From) => T): () => T {
  let last: { readonly of: From; readonly made: T } | null = null;
  return () => {
    const of = from();
    if (last?.of !== of) last = { of, made: make(of) };
    return last.made;
  };
}

interface GatewayToRun {
  readonly gateway: GatewayConfig;
  readonly settings: Settings;
}

/** The gateways of this process. Those that a change of the configuration concerns are started again; no other misses a scan. */
interface RunningGateways extends Service {
  /** `null`: none is to run. */
  stopChanged(wanted: Settings | null): Promise<void>;
  startMissing(wanted: Settings | null): Promise<void>;
}

function runningGateways(
  start: (what: GatewayToRun, stack: ServiceStack) => Promise<void>,
  world: World,
): RunningGateways {
  const running = new Map<string, { readonly is: string; readonly stack: ServiceStack }>();
  /** All that a gateway does follows from this. */
  const described = ({ gateway, settings: { maps } }: GatewayToRun) =>
    JSON.stringify([gateway, gateway.devices.map(({ map }) => maps.get(map))]);
  const wantedOf = (settings: Settings | null) =>
    new Map(settings?.config.gateways.map((gateway) => [gateway.id, { gateway, settings }]));

  return {
    name: "gateways",
    stopChanged: async (settings) => {
      const wanted = wantedOf(settings);
      for (const [id, { is, stack }] of [...running].reverse()) {
        const now = wanted.get(id);
        if (now !== undefined && described(now) === is) continue;
        running.delete(id);
        await stack.stop();
      }
    },
    startMissing: async (settings) => {
      for (const [id, what] of wantedOf(settings)) {
        if (running.has(id)) continue;
        const stack = serviceStack(world);
        running.set(id, { is: described(what), stack });
        await start(what, stack);
      }
    },
    stop: async () => {
      for (const { stack } of [...running.values()].reverse()) await stack.stop();
      running.clear();
    },
  };
}

function versionOf(packageRoot: string): string {
  return (JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { readonly version: string })
    .version;
}
