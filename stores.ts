import { lockDataFolder } from "./platform/data-folder.ts";
import { OperationalError } from "./platform/errors.ts";
import { postgresRecords } from "./platform/records/postgres-records.ts";
import { type Records, sqliteRecords } from "./platform/records/records.ts";
import type { ServiceStack } from "./platform/service.ts";
import type { TelemetryStore } from "./platform/telemetry/config.ts";
import { duckdbTelemetry } from "./platform/telemetry/duckdb-telemetry.ts";
import { influx1Server, influx2Server } from "./platform/telemetry/influx/server.ts";
import { influxTelemetry } from "./platform/telemetry/influx-telemetry.ts";
import { openedLater } from "./platform/telemetry/opened-later.ts";
import { refusalLog } from "./platform/telemetry/refusal-log.ts";
import type { Telemetry } from "./platform/telemetry/telemetry.ts";
import type { World } from "./platform/world.ts";
import { catalogueOf } from "./settings/registry.ts";
import { recordsSecrets, telemetrySecrets } from "./settings/secrets.ts";
import type { Settings } from "./settings/settings.ts";

/** Opens the records that the configuration names; whoever keeps them, one process at a time. */
export async function openRecords(plant: ServiceStack, settings: Settings): Promise<Records> {
  const { config, dataDir } = settings;
  const { store, postgres } = config.records;
  const { path } = plant.add(lockDataFolder(dataDir, "records"));
  if (store === "sqlite" || postgres === undefined) return plant.add(await sqliteRecords(path));
  const { password, ca } = recordsSecrets(settings);
  const secrets = { ...(password !== null && { password }), ...(ca !== null && { ca }) };
  return plant.add(await postgresRecords({ ...postgres, ...secrets }));
}

/** Opens the store that the configuration names, or another one of those that it describes. */
export async function openTelemetry(
  plant: ServiceStack,
  settings: Settings,
  world: World,
  store: TelemetryStore = settings.config.telemetry.store,
  catalogue = catalogueOf(settings),
): Promise<Telemetry> {
  const { config, dataDir } = settings;
  const { influx1, influx2 } = config.telemetry;
  const { path } = plant.add(lockDataFolder(dataDir, "telemetry"));
  if (store === "duckdb") return plant.add(await openedLater(() => duckdbTelemetry(path, catalogue)));
  const { password, token } = telemetrySecrets(settings);
  const server =
    store === "influx1" && influx1 !== undefined
      ? influx1Server({ ...influx1, ...(password !== null && { password }) })
      : store === "influx2" && influx2 !== undefined
        ? influx2Server({ ...influx2, token: token ?? "" })
        : null;
  if (server === null)
    throw new OperationalError("config-invalid", `telemetry.${store}: is not in the configuration`);
  return plant.add(influxTelemetry(server, catalogue, refusalLog(path, world)));
}
