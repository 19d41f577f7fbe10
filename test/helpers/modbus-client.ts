import { createConnection } from "node:net";
import { crc16 } from "../../contracts/modbus-crc.ts";
import { until } from "./until.ts";

/** A client that knows bytes only, so that it sees what a fault makes of an answer. */
export interface RawClient {
  write(bytes: Buffer): void;
  /** What has come since the last call, once it is at least so many bytes. */
  received(atLeastBytes: number): Promise<Buffer>;
  end(): void;
  /** What the other side did with the connection. */
  readonly state: "open" | "ended" | "closed";
  destroy(): void;
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = createConnection({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
  let unread: Buffer = Buffer.alloc(0);
  let state: RawClient["state"] = "open";
  let isConnected = false;
  socket.on("connect", () => {
    isConnected = true;
  });
  socket.on("data", (bytes: Buffer) => {
    unread = Buffer.concat([unread, bytes]);
  });
  socket.on("end", () => {
    state = "ended";
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    state = "closed";
  });
  await until("the client is connected", () => isConnected || state === "closed");
  return {
    write: (bytes) => {
      socket.write(bytes);
    },
    received: async (atLeastBytes) => {
      await until(`${atLeastBytes} bytes have come`, () => unread.length >= atLeastBytes);
      const bytes = unread;
      unread = Buffer.alloc(0);
      return bytes;
    },
    end: () => {
      socket.end();
    },
    get state() {
      return state;
    },
    destroy: () => socket.destroy(),
  };
}

/** A request to read, in a frame of Modbus TCP. */
export function tcpRequest(
  transactionId: number,
  unitId: number,
  functionCode: number,
  address: number,
  count: number,
) {
  const frame = Buffer.alloc(12);
  frame.writeUInt16BE(transactionId, 0);
  frame.writeUInt16BE(6, 4);
  frame.writeUInt8(unitId, 6);
  frame.writeUInt8(functionCode, 7);
  frame.writeUInt16BE(address, 8);
  frame.writeUInt16BE(count, 10);
  return frame;
}

/** The same in an RTU frame. */
export function rtuRequest(unitId: number, functionCode: number, address: number, count: number) {
  return withCrc(tcpRequest(0, unitId, functionCode, address, count).subarray(6));
}

export function withCrc(body: Uint8Array): Buffer {
  const crc = crc16(body);
  return Buffer.concat([body, Buffer.from([crc & 0xff, crc >> 8])]);
}
