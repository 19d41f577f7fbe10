import { type Static, Type } from "typebox";
import { Id } from "../contracts/ids.ts";
import { clockSources } from "../domain/clock.ts";

const closed = { additionalProperties: false } as const;

const LineConfig = Type.Object(
  {
    id: Id,
    /** Where a TCP endpoint is; otherwise `tty` says where a serial port is. */
    host: Type.Optional(Type.String({ minLength: 1 })),
    /** Of `host`; 502, if absent. */
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    tty: Type.Optional(Type.String({ minLength: 1 })),
    /** `tcp` at a host and `rtu` at a tty, if absent; `rtu` at a host is RTU over TCP. */
    framing: Type.Optional(Type.Enum(["tcp", "rtu"] as const)),
    /** Of the serial line: a tty's must be given; behind a host it only helps to plan. */
    baudRate: Type.Optional(Type.Integer({ minimum: 300, maximum: 4_000_000 })),
    parity: Type.Optional(Type.Enum(["none", "even", "odd"] as const)),
    stopBits: Type.Optional(Type.Enum([1, 2] as const)),
    connectTimeoutMs: Type.Integer({ minimum: 100, maximum: 30_000, default: 3_000 }),
    /** For one answer; it is shortened to what a block is seen to need. */
    timeoutMs: Type.Integer({ minimum: 20, maximum: 30_000, default: 500 }),
  },
  closed,
);
export type LineConfig = Static<typeof LineConfig>;

/** Where the keys of a line contradict each other, or `null`. */
export function lineFault(
  line: LineConfig,
): { readonly key: keyof LineConfig; readonly message: string } | null {
  const wrong = (key: keyof LineConfig, message: string) => ({ key, message });
  const { host, port, tty, framing, baudRate, parity, stopBits } = line;
  if ((host === undefined) === (tty === undefined)) return wrong("id", "needs exactly one of host and tty");
  if (tty !== undefined) {
    if (port !== undefined) return wrong("port", "is for a host; a tty has none");
    if (framing === "tcp") return wrong("framing", "is tcp; a tty speaks rtu");
    if (baudRate === undefined) return wrong("tty", "needs baudRate: the same as the devices are set to");
    return null;
  }
  if (parity !== undefined) return wrong("parity", "is for a tty; a host sets its own serial line");
  if (stopBits !== undefined) return wrong("stopBits", "is for a tty; a host sets its own serial line");
  if (baudRate !== undefined && framing !== "rtu")
    return wrong("baudRate", "is for framing rtu; Modbus TCP has no serial line to plan for");
  return null;
}

/** Where a line ends: two lines there would talk at once. */
export function endpointOf({ host, port = 502, tty }: LineConfig): string {
  return tty ?? `${host}:${port}`;
}

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
    /** How often it is read; as the gateway scans, if absent. */
    scanMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 3_600_000 })),
    /** Silence that it needs before a request. */
    pauseMs: Type.Integer({ minimum: 0, maximum: 200, default: 0 }),
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
    /** What keeps the machine's clock: a time server, a battery, or nothing until the link to ingest is up. */
    clock: Type.Enum(clockSources, { default: "rtc" }),
    lines: Type.Array(LineConfig, { minItems: 1, maxItems: 256 }),
    devices: Type.Array(DeviceConfig, { minItems: 1, maxItems: 2_000 }),
    outbox: OutboxConfig,
  },
  closed,
);
export type GatewayConfig = Static<typeof GatewayConfig>;

export const gatewaysConfig = Type.Array(GatewayConfig, { default: [], maxItems: 1_000 });
