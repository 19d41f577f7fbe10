// One poller in a process of its own, for the gateway's benchmark: bare sockets on timers, plain modbus-serial, or ours.
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import modbusSerial from "modbus-serial";
import { Value } from "typebox/value";
import type { DeviceMapFile } from "../contracts/device-map.ts";
import { GatewayConfig } from "../gateway/config.ts";
import { startGateway } from "../gateway/gateway.ts";
import { openLine } from "../gateway/modbus/open-line.ts";
import { connectBus } from "../platform/bus.ts";
import { type Service, serviceStack } from "../platform/service.ts";
import { realWorld } from "../platform/world.ts";
import { scannedPoints } from "./plant.ts";

export const subjects = ["bare timers", "modbus-serial", "gateway"] as const;
export type SubjectName = (typeof subjects)[number];

export interface SubjectOrder {
  readonly subject: SubjectName;
  readonly ports: readonly number[];
  readonly mqttPort: number;
}
/** What a subject has used so far. */
export interface SubjectReport {
  readonly cpuMs: number;
  readonly rssMib: number;
  readonly polls: number;
}

const everyMs = 1_000;
const registers = 2 * scannedPoints.length;
const timeoutMs = 500;
let polls = 0;
let running: Service | null = null;

process.on("message", (order: SubjectOrder | "tell" | "stop") => {
  if (order === "tell") {
    const { user, system } = process.cpuUsage();
    process.send?.({
      cpuMs: (user + system) / 1_000,
      rssMib: process.memoryUsage.rss() / 1024 / 1024,
      polls,
    } satisfies SubjectReport);
  } else if (order === "stop") {
    void (running?.stop() ?? Promise.resolve()).then(() => process.exit(0));
  } else {
    void starts[order.subject](order).then((service) => {
      running = service;
      process.send?.("started");
    });
  }
});

const starts: Readonly<Record<SubjectName, (order: SubjectOrder) => Promise<Service>>> = {
  "bare timers": bareTimers,
  "modbus-serial": plainModbusSerial,
  gateway: ourGateway,
};

/** The least that can be done: a timer a device, on absolute times, and a fixed request on a socket. */
async function bareTimers({ ports }: SubjectOrder): Promise<Service> {
  const request = Buffer.from([0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, registers]);
  const sockets = await Promise.all(ports.map(opened));
  for (const socket of sockets) {
    socket.on("data", () => {
      polls += 1;
    });
    let dueMs = Date.now() + everyMs;
    const fire = () => {
      socket.write(request);
      dueMs += everyMs;
      setTimeout(fire, dueMs - Date.now());
    };
    setTimeout(fire, everyMs);
  }
  return { name: "bare", stop: async () => {} };
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** As its own examples do it: an interval a device, the registers read, the floats taken out; nothing is kept or sent. */
async function plainModbusSerial({ ports }: SubjectOrder): Promise<Service> {
  for (const port of ports) {
    const client = new modbusSerial.default();
    await client.connectTCP("127.0.0.1", { port });
    client.setID(1);
    client.setTimeout(timeoutMs);
    setInterval(() => {
      client.readHoldingRegisters(0, registers).then(
        ({ buffer }) => {
          const values = scannedPoints.map((_, index) => buffer.readFloatBE(4 * index));
          if (values.length === scannedPoints.length) polls += 1;
        },
        () => {},
      );
    }, everyMs);
  }
  return { name: "modbus-serial", stop: async () => {} };
}

/** All that the gateway does: read, decode, check, number, hash, fsync, send, and forget what is acknowledged. */
async function ourGateway({ ports, mqttPort }: SubjectOrder): Promise<Service> {
  const world = realWorld("warn");
  const folder = mkdtempSync(join(tmpdir(), "fluewatch-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const map: DeviceMapFile = {
    kind: "device-map",
    id: "bench",
    title: "Bench",
    addressBase: 0,
    registers: scannedPoints.map((point, index) => ({
      point,
      table: "holding",
      address: 2 * index,
      type: "float32",
      wordOrder: "ABCD",
      scale: 1,
      offset: 0,
      sentinels: [],
    })),
  };
  const services = serviceStack(world);
  const bus = services.add(connectBus({ host: "127.0.0.1", port: mqttPort }, "gw", world));
  services.add(
    await startGateway(
      Value.Default(GatewayConfig, {
        id: "gw",
        site: "works",
        scanMs: everyMs,
        lines: ports.map((port, index) => ({
          id: `l-${index}`,
          host: "127.0.0.1",
          port,
          connectTimeoutMs: 3_000,
          timeoutMs,
        })),
        devices: ports.map((_, index) => ({
          id: `d-${index}`,
          line: `l-${index}`,
          unitId: 1,
          map: "bench",
          boiler: `b-${index}`,
          maxRegisters: 125,
          pauseMs: 0,
        })),
      }) as GatewayConfig,
      { maps: new Map([["bench", map]]), folder, bus, world, openLine: (line) => openLine(line, world) },
    ),
  );
  return { name: "gateway", stop: () => services.stop() };
}
