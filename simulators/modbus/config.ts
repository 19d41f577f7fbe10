import { type Static, Type } from "typebox";
import { registerTables } from "../../contracts/device-map.ts";
import { Id } from "../../contracts/ids.ts";

const closed = { additionalProperties: false } as const;

/** Where a line is reached: a TCP port, or a pseudo-terminal. */
const place = {
  /** By which scenarios and the ledger call it; its port or path, if absent. */
  id: Type.Optional(Id),
  host: Type.String({
    default: "127.0.0.1",
    pattern: "^(127\\.0\\.0\\.1|localhost|::1)$",
    description: "127.0.0.1, localhost or ::1: a simulated plant is not for the network",
  }),
  port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
  /** One end of a pair of pseudo-terminals, opened raw by somebody else. */
  pty: Type.Optional(Type.String({ minLength: 1 })),
  /** `tcp` on a port and `rtu` on a pseudo-terminal, if absent; `rtu` on a port is RTU over TCP. */
  framing: Type.Optional(Type.Enum(["tcp", "rtu"] as const)),
};

const timing = {
  /** Of delays and of what faults strike; the place in the list of servers, from 1, if absent. */
  seed: Type.Optional(Type.Integer({ minimum: 0 })),
  /** A unit's own time for an answer. */
  turnaroundMs: Type.Number({ minimum: 0, maximum: 60_000, default: 0 }),
  /** What the way adds to it, and up to how much more. */
  latencyMs: Type.Number({ minimum: 0, maximum: 60_000, default: 0 }),
  jitterMs: Type.Number({ minimum: 0, maximum: 60_000, default: 0 }),
  /** Makes bytes take their time, ten bits each; without it they take none. */
  baudRate: Type.Optional(Type.Integer({ minimum: 300, maximum: 4_000_000 })),
};

const ServerSettings = Type.Object({ ...place, ...timing }, closed);
export type ServerSettings = Static<typeof ServerSettings> & { readonly seed: number };

/** What a unit refuses, beside the registers that its map leaves out. */
export const unitLimits = {
  /** Registers that it gives in one answer; more are refused by `overMaxException`. */
  maxRegisters: Type.Integer({ minimum: 1, maximum: 125, default: 125 }),
  overMaxException: Type.Enum([2, 3] as const, { default: 3 }),
  /** Registers between the mapped ones: exception 2, or 0 as most devices give. */
  unmapped: Type.Enum(["refused", "zero"] as const, { default: "refused" }),
  /** Refused by exception 2 although mapped, or between mapped ones; addresses as on the wire, from 0. */
  holes: Type.Array(
    Type.Object(
      {
        table: Type.Enum(registerTables),
        address: Type.Integer({ minimum: 0, maximum: 65_535 }),
        count: Type.Integer({ minimum: 1, maximum: 65_536, default: 1 }),
      },
      closed,
    ),
    { default: [] },
  ),
};

/** A server with its units, which are the simulators' to describe. */
export function serverConfig<U extends Parameters<typeof Type.Array>[0]>(unit: U) {
  return Type.Object({ ...place, ...timing, units: Type.Array(unit, { minItems: 1 }) }, closed);
}

/** Why a server can be reached nowhere, or in two ways. */
export function serverFault({ port, pty, framing }: Partial<ServerSettings>): string | null {
  if ((port === undefined) === (pty === undefined)) return "needs exactly one of port and pty";
  return pty !== undefined && framing === "tcp" ? "has a pty; Modbus TCP needs a port" : null;
}
