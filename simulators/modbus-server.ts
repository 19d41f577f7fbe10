import { createServer, type Socket } from "node:net";
import { isBitTable, type RegisterTable } from "../contracts/device-map.ts";
import { listening } from "../platform/broker.ts";
import type { Service } from "../platform/service.ts";

/** What one unit answers to a read. */
export interface ModbusUnit {
  /** Registers (0 to 65,535) or bits (0 or 1) from `address`, or `null` where the device has none: exception 2. */
  read(table: RegisterTable, address: number, count: number): readonly number[] | null;
}

export interface ModbusServer extends Service {
  readonly port: number;
}

const tableOf: Readonly<Record<number, RegisterTable>> = {
  1: "coil",
  2: "discrete",
  3: "holding",
  4: "input",
};
const exceptions = {
  illegalFunction: 1,
  illegalAddress: 2,
  illegalValue: 3,
  gatewayTargetSilent: 11,
} as const;
const headerBytes = 7;

/**
 * A Modbus TCP server whose units are simulated. It answers reads (function codes 1 to 4) and nothing else.
 * @throws OperationalError `port-busy`
 */
export async function startModbusServer(
  endpoint: { readonly host: string; readonly port: number },
  units: ReadonlyMap<number, ModbusUnit>,
): Promise<ModbusServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    let unread = Buffer.alloc(0);
    socket.on("data", (bytes) => {
      unread = Buffer.concat([unread, bytes]);
      for (;;) {
        const length = unread.length < headerBytes ? null : unread.readUInt16BE(4);
        if (length === null || unread.length < 6 + length) break;
        const request = unread.subarray(0, 6 + length);
        unread = unread.subarray(6 + length);
        socket.write(answer(request, units));
      }
    });
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
  });
  const port = await listening(server, endpoint, "simulators.servers[].port", null);
  return {
    name: `modbus server ${port}`,
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function answer(request: Buffer, units: ReadonlyMap<number, ModbusUnit>): Buffer {
  const unitId = request.readUInt8(6);
  const functionCode = request.length > headerBytes ? request.readUInt8(7) : 0;
  const reply = (body: Buffer) => {
    const frame = Buffer.alloc(headerBytes + body.length);
    request.copy(frame, 0, 0, 4);
    frame.writeUInt16BE(1 + body.length, 4);
    frame.writeUInt8(unitId, 6);
    body.copy(frame, headerBytes);
    return frame;
  };
  const exception = (code: number) => reply(Buffer.from([functionCode | 0x80, code]));

  const table = tableOf[functionCode];
  if (table === undefined || request.length < 12) return exception(exceptions.illegalFunction);
  const unit = units.get(unitId);
  if (unit === undefined) return exception(exceptions.gatewayTargetSilent);
  const address = request.readUInt16BE(8);
  const count = request.readUInt16BE(10);
  if (count < 1 || count > (isBitTable(table) ? 2_000 : 125)) return exception(exceptions.illegalValue);
  const values = unit.read(table, address, count);
  if (values === null) return exception(exceptions.illegalAddress);
  const data = isBitTable(table) ? packedBits(values) : packedRegisters(values);
  return reply(Buffer.concat([Buffer.from([functionCode, data.length]), data]));
}

function packedRegisters(values: readonly number[]): Buffer {
  const data = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) data.writeUInt16BE(value, 2 * index);
  return data;
}

function packedBits(values: readonly number[]): Buffer {
  const data = Buffer.alloc(Math.ceil(values.length / 8));
  for (const [index, value] of values.entries()) {
    const byte = Math.floor(index / 8);
    data.writeUInt8(data.readUInt8(byte) | ((value === 0 ? 0 : 1) << (index % 8)), byte);
  }
  return data;
}
