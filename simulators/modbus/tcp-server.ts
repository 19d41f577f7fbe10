import { createServer, type Socket } from "node:net";
import { listening } from "../../platform/broker.ts";
import type { ServerSettings } from "./config.ts";
import type { BusFault } from "./fault.ts";
import { rtuFraming, rtuRequests, tcpFraming, tcpRequests } from "./framing.ts";
import { modbusLine } from "./line.ts";
import type { ModbusServer, ServerNeeds } from "./modbus-server.ts";
import type { ModbusUnit } from "./modbus-unit.ts";
import { readingBySilence } from "./read-by-silence.ts";

/** Modbus TCP, or RTU frames on a TCP connection. */
export async function startTcpServer(
  settings: ServerSettings & { readonly port: number },
  units: ReadonlyMap<number, ModbusUnit>,
  { world, ledger }: ServerNeeds,
): Promise<ModbusServer> {
  const { host } = settings;
  const isRtu = settings.framing === "rtu";
  /** Each with the fault that made it dead, if one did: it stays so, as after the restart of a device. */
  const sockets = new Map<Socket, BusFault | null>();
  // An end without an answer is what a half-open connection is, so that ends are answered by hand.
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const fault = line.fault(null);
    socket.on("error", () => socket.destroy());
    if (fault?.kind === "refuse") {
      socket.resetAndDestroy();
      return;
    }
    sockets.set(socket, fault?.kind === "half-open" ? fault : null);
    const requests = isRtu ? rtuRequests() : tcpRequests();
    const send = (bytes: Buffer) => {
      if (!socket.writable || sockets.get(socket) !== null) return false;
      socket.write(bytes);
      return true;
    };
    const read = readingBySilence(requests, settings.baudRate ?? null, world.clock, (request) => {
      const dead = sockets.get(socket) ?? null;
      if (dead === null) line.take(request, send);
      else line.lose(request, dead);
    });
    socket.on("data", (bytes) => {
      read.take(bytes);
      if ("isLost" in requests && requests.isLost) socket.destroy();
    });
    socket.on("end", () => {
      if (sockets.get(socket) === null) socket.end();
    });
    socket.once("close", () => {
      read.stop();
      sockets.delete(socket);
    });
  });
  const port = await listening(
    server,
    { host, port: settings.port },
    "simulators.servers[].port",
    "--modbus-port of simulate",
  );
  const id = settings.id ?? `${host}:${port}`;
  const line = modbusLine(
    {
      ...settings,
      name: id,
      port,
      framing: isRtu ? rtuFraming : tcpFraming,
      baudRate: settings.baudRate ?? null,
    },
    units,
    world.clock,
    ledger,
  );

  return {
    name: `modbus server ${id}`,
    id,
    port,
    setFault: (unitId, fault) => {
      line.setFault(unitId, fault);
      if (fault?.kind === "refuse") for (const socket of sockets.keys()) socket.resetAndDestroy();
      if (fault?.kind === "half-open") for (const socket of sockets.keys()) sockets.set(socket, fault);
    },
    fault: line.fault,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets.keys()) socket.destroy();
      await closed;
      await line.stop();
    },
  };
}
