import { type Static, Type } from "typebox";
import { apiConfig } from "../api/config.ts";
import { registryProperties } from "../contracts/registry.ts";
import { thirdPartyConfig } from "../contracts/third-party.ts";
import { gatewaysConfig } from "../gateway/config.ts";
import { ingestConfig } from "../ingest/config.ts";
import { notificationsConfig } from "../notifications/config.ts";
import { mqttConfig } from "../platform/mqtt/config.ts";
import { recordsConfig } from "../platform/records/config.ts";
import { telemetryConfig } from "../platform/telemetry/config.ts";
import { simulatorsConfig } from "../simulators/config.ts";

/** The whole configuration file: each room's own part. */
export const configSchema = Type.Object(
  {
    ...registryProperties,
    /** Where each role keeps its data; seen from the working folder. */
    dataDir: Type.String({ default: "data", minLength: 1 }),
    mqtt: mqttConfig,
    gateways: gatewaysConfig,
    thirdParty: thirdPartyConfig,
    ingest: ingestConfig,
    telemetry: telemetryConfig,
    records: recordsConfig,
    api: apiConfig,
    notifications: notificationsConfig,
    simulators: simulatorsConfig,
    /** A finished retrofit to look at, made once in an empty data folder; seen from this file. */
    example: Type.Optional(Type.String({ minLength: 1 })),
  },
  { additionalProperties: false },
);
export type Config = Static<typeof configSchema>;
