import { type Static, Type } from "typebox";
import { Id } from "../contracts/ids.ts";

const closed = { additionalProperties: false } as const;

const LineConfig = Type.Object(
  {
    id: Id,
    host: Type.String({ minLength: 1 }),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 502 }),
    connectTimeoutMs: Type.Integer({ minimum: 100, maximum: 30_000, default: 3_000 }),
    /** For one answer. */
    timeoutMs: Type.Integer({ minimum: 20, maximum: 30_000, default: 500 }),
  },
  closed,
);
export type LineConfig = Static<typeof LineConfig>;

const DeviceConfig = Type.Object(
  {
    id: Id,
    line: Id,
    unitId: Type.Integer({ minimum: 0, maximum: 255 }),
    /** A file of `config/devices/` by its id. */
    map: Id,
    boiler: Id,
    /** Registers that this device gives in one answer. */
    maxRegisters: Type.Integer({ minimum: 1, maximum: 125, default: 125 }),
  },
  closed,
);
export type DeviceConfig = Static<typeof DeviceConfig>;

export const OutboxConfig = Type.Object(
  {
    segmentMib: Type.Integer({ minimum: 1, maximum: 256, default: 4 }),
    /** Acknowledged batches are kept so long for a server that has to ask again. */
    keepAckedHours: Type.Number({ minimum: 0, maximum: 24 * 90, default: 168 }),
    keepAckedMib: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 512 }),
  },
  { ...closed, default: {} },
);
export type OutboxConfig = Static<typeof OutboxConfig>;

export const GatewayConfig = Type.Object(
  {
    id: Id,
    site: Id,
    scanMs: Type.Integer({ minimum: 100, maximum: 60_000, default: 1_000 }),
    lines: Type.Array(LineConfig, { minItems: 1, maxItems: 256 }),
    devices: Type.Array(DeviceConfig, { minItems: 1, maxItems: 2_000 }),
    outbox: OutboxConfig,
  },
  closed,
);
export type GatewayConfig = Static<typeof GatewayConfig>;

export const gatewaysConfig = Type.Array(GatewayConfig, { default: [], maxItems: 1_000 });
