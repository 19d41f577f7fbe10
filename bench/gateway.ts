// `npm run bench -- gateway`: 100 Modbus TCP devices of 40 registers at 1 Hz, read by the gateway, by plain
// modbus-serial, and asked by bare timers; each in a process of its own, in turns, against the same devices.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import type { Ack, Batch } from "../contracts/batch.ts";
import { startBroker } from "../platform/broker.ts";
import { connectBus } from "../platform/bus.ts";
import { realWorld } from "../platform/world.ts";
import { type SubjectName, type SubjectOrder, type SubjectReport, subjects } from "./gateway-subject.ts";
import { scannedPoints, scans } from "./plant.ts";

const devices = 100;
const everyMs = 1_000;
const warmUpMs = 5_000;
const measuredMs = 15_000;
/** In turns, so that what disturbs the machine disturbs all of them. */
const rounds = 3;
/** As config/systemd/fluewatch-gateway.service runs it: memory counts there, and there is little to collect. */
const gatewayFlags = ["--max-semi-space-size=2"];

/** When each device was asked, by the devices' own clock. */
const askedMs: number[][] = Array.from({ length: devices }, () => []);
const values = scans(600);

const servers = await Promise.all(Array.from({ length: devices }, (_, index) => device(index)));
const ports = servers.map(portOf);
const world = realWorld("silent");
const broker = await startBroker({ host: "127.0.0.1", port: 0 }, world);
const readings = await acknowledging(broker.port);

interface Turn {
  readonly name: SubjectName;
  readonly corePercent: number;
  readonly rssMib: number;
  readonly polls: number;
  /** By how much each period was off its second, in ms. */
  readonly offMs: readonly number[];
}
interface Result extends Omit<Turn, "offMs"> {
  readonly jitterMs: { readonly p50: number; readonly p99: number; readonly most: number };
}

const turns: Turn[] = [];
for (let round = 0; round < rounds; round += 1) for (const name of subjects) turns.push(await measured(name));
const results = subjects.map((name) => resultOf(turns.filter((turn) => turn.name === name)));
console.log(
  `${devices} devices × ${2 * scannedPoints.length} registers, once a second, ${rounds} × ${measuredMs / 1_000} s each:`,
);
console.log("                 of a core      RSS    polls   period off by: p50      p99      most");
for (const { name, corePercent, rssMib, polls, jitterMs } of results) {
  const ms = (value: number) => `${value.toFixed(1).padStart(6)} ms`;
  console.log(
    `${name.padEnd(15)} ${corePercent.toFixed(1).padStart(7)} %  ${rssMib.toFixed(0).padStart(4)} MiB  ` +
      `${String(polls).padStart(6)}            ${ms(jitterMs.p50)} ${ms(jitterMs.p99)} ${ms(jitterMs.most)}`,
  );
}
console.log(
  `the gateway delivered ${readings.delivered} readings, ${readings.flawed} values of them without an answer`,
);
process.exit(0);

async function measured(name: SubjectName): Promise<Turn> {
  const child = fork(join(import.meta.dirname, "gateway-subject.js"), {
    execArgv: name === "gateway" ? gatewayFlags : [],
  });
  const order: SubjectOrder = { subject: name, ports, mqttPort: broker.port };
  child.once("exit", (code) => {
    if (code !== 0) process.exit(1); // it has said why
  });
  child.send(order);
  await once(child, "message");
  await slept(warmUpMs);
  for (const times of askedMs) times.length = 0;
  const before = await told(child);
  const beganMs = performance.now();
  await slept(measuredMs);
  const after = await told(child);
  const wallMs = performance.now() - beganMs;
  const polls = askedMs.reduce((sum, times) => sum + times.length, 0);
  const offMs = askedMs.flatMap((times) =>
    times.slice(1).map((atMs, index) => Math.abs(atMs - (times[index] ?? 0) - everyMs)),
  );
  const gone = once(child, "exit");
  child.send("stop");
  await gone;
  const corePercent = (100 * (after.cpuMs - before.cpuMs)) / wallMs;
  return { name, corePercent, rssMib: after.rssMib, polls, offMs };
}

/** Means of the rounds, and the periods of all of them. */
function resultOf(turns: readonly Turn[]): Result {
  const mean = (of: (turn: Turn) => number) => turns.reduce((sum, turn) => sum + of(turn), 0) / turns.length;
  const off = turns.flatMap(({ offMs }) => offMs).sort((a, b) => a - b);
  const at = (share: number) => off[Math.min(off.length - 1, Math.floor(share * off.length))] ?? Number.NaN;
  return {
    name: turns[0]?.name ?? "gateway",
    corePercent: mean(({ corePercent }) => corePercent),
    rssMib: Math.max(...turns.map(({ rssMib }) => rssMib)),
    polls: turns.reduce((sum, { polls }) => sum + polls, 0),
    jitterMs: { p50: at(0.5), p99: at(0.99), most: off.at(-1) ?? Number.NaN },
  };
}

async function told(child: ChildProcess): Promise<SubjectReport> {
  child.send("tell");
  const [report] = (await once(child, "message")) as [SubjectReport];
  return report;
}

/** A device that answers reads of its registers at once, with other values each time. */
function device(index: number): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => {
    let turn = 0;
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      for (let from = 0; from + 12 <= bytes.length; from += 12) {
        askedMs[index]?.push(performance.now());
        const count = bytes.readUInt16BE(from + 10);
        const answer = Buffer.alloc(9 + 2 * count);
        bytes.copy(answer, 0, from, from + 8);
        answer.writeUInt16BE(3 + 2 * count, 4);
        answer.writeUInt8(2 * count, 8);
        const scan = values[(turn + index) % values.length] ?? [];
        const first = bytes.readUInt16BE(from + 8) / 2;
        for (let each = 0; each < count / 2; each += 1)
          answer.writeFloatBE(scan[first + each] ?? 0, 9 + 4 * each);
        turn += 1;
        socket.write(answer);
      }
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a device has no port");
  return address.port;
}

/** Takes batches as ingest would, without keeping them, and acknowledges each. */
async function acknowledging(port: number) {
  const counts = { delivered: 0, flawed: 0 };
  const bus = connectBus({ host: "127.0.0.1", port }, "bench-ingest", world);
  bus.subscribe("fluewatch/v1/works/gw/data", (_topic, payload) => {
    const { sid, seq, n, b } = JSON.parse(payload.toString()) as Batch;
    counts.delivered += n;
    counts.flawed += b.reduce((sum, { flaws }) => sum + flaws.length, 0);
    const ack: Ack = { v: 1, by: "bench", sid, upto: seq, ranges: [], dead: [] };
    void bus.publish("fluewatch/v1/works/gw/ack", JSON.stringify(ack), { qos: 1 });
    return "taken";
  });
  const up = new Promise<void>((resolve) => bus.onUp(resolve));
  await up;
  return counts;
}

function slept(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
