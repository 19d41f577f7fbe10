import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Api, startApi } from "./api/api.ts";
import { gatewayWill, startGateway } from "./gateway/gateway.ts";
import { openLine } from "./gateway/modbus/open-line.ts";
import { startIngest } from "./ingest/ingest.ts";
import { startBroker } from "./platform/broker.ts";
import { connectBus, type Will } from "./platform/bus.ts";
import { lockDataFolder } from "./platform/data-folder.ts";
import { OperationalError } from "./platform/errors.ts";
import { sqliteRecords } from "./platform/records/records.ts";
import type { ServiceStack } from "./platform/service.ts";
import { duckdbTelemetry } from "./platform/telemetry/duckdb-telemetry.ts";
import { influx1Telemetry } from "./platform/telemetry/influx1-telemetry.ts";
import type { World } from "./platform/world.ts";
import { catalogueOf, fuelsNow, plantOf, registryOf } from "./settings/registry.ts";
import type { Settings } from "./settings/settings.ts";
import { startSimulators } from "./simulators/simulators.ts";

export const roles = ["simulators", "broker", "gateway", "ingest", "api"] as const;
export type Role = (typeof roles)[number];

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
  world: World,
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
  if (started.has("broker")) {
    const { port } = plant.add(await startBroker(config.mqtt, world));
    mqtt = { ...mqtt, port };
  }
  // Each role has its own connection and last will, so that one process behaves as five would.
  const busFor = (name: string, will?: Will) => plant.add(connectBus(mqtt, name, world, will));

  let api: Api | null = null;
  if (started.has("ingest") && started.has("api")) {
    const catalogue = catalogueOf(settings);
    const records = plant.add(await sqliteRecords(folder("records")));
    const telemetry = plant.add(
      config.telemetry.store === "influx1" && config.telemetry.influx1 !== undefined
        ? await influx1Telemetry(config.telemetry.influx1, catalogue)
        : await duckdbTelemetry(folder("telemetry"), catalogue),
    );
    plant.add(
      await startIngest(config.ingest, {
        plant: plantOf(settings),
        folder: folder("journal"),
        telemetry,
        records: records.db,
        bus: busFor("fluewatch-ingest"),
        world,
      }),
    );
    api = plant.add(
      await startApi(config.api, {
        registry: registryOf(settings),
        telemetry,
        records: records.db,
        bus: busFor("fluewatch-api"),
        world,
        version: versionOf(packageRoot),
        dashboardFolder: join(packageRoot, "dist", "dashboard"),
        adminPassword,
      }),
    );
  }
  if (started.has("simulators")) {
    plant.add(
      await startSimulators(config.simulators, {
        maps,
        fuels: fuelsNow(settings, world.clock.nowMs()),
        fileAt,
        world,
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
  return { api };
}

function versionOf(packageRoot: string): string {
  return (JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { readonly version: string })
    .version;
}
