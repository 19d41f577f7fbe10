// `npm run bench -- simulators`: 500 boilers behind 100 Modbus TCP servers of this process, and a year of one boiler;
// each beside the same work without the simulation.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Batch } from "../contracts/batch.ts";
import type { DeviceMapFile } from "../contracts/device-map.ts";
import { sha256Hex } from "../gateway/outbox.ts";
import { readEnvironment } from "../platform/environment.ts";
import { packageRoot } from "../platform/package-root.ts";
import { type Service, serviceStack } from "../platform/service.ts";
import { realWorld } from "../platform/world.ts";
import { fuelsNow } from "../settings/registry.ts";
import { loadSettings } from "../settings/settings.ts";
import type { SimulatorsConfig } from "../simulators/config.ts";
import { fittedPoints } from "../simulators/fitted.ts";
import { history } from "../simulators/history.ts";
import { startModbusServer } from "../simulators/modbus/server.ts";
import { nothingAround, simulation } from "../simulators/simulation.ts";
import { startSimulators } from "../simulators/simulators.ts";
import { mappedUnit } from "../simulators/unit.ts";
import type { Counts, PollerOrder, PollerReport, Read } from "./modbus-poller.ts";

const servers = 100;
const unitsPerServer = 5;
const warmUpMs = 8_000;
const measuredMs = 20_000;
const yearSeconds = 365 * 86_400;
const stepSeconds = 60;

/** The points of a fully fitted steam boiler, as 32-bit floats in two blocks: two requests read all of them. */
const blocks = {
  holding: [
    "firing",
    "loadPercent",
    "naturalGasFlowNm3PerH",
    "exhaustTempC",
    "combustionAirTempC",
    "steamFlowKgPerH",
    "steamPressureBarG",
    "feedwaterTempC",
  ],
  input: [
    "o2DryPercent",
    "co2DryPercent",
    "coDryPpm",
    "noxDryPpm",
    "soxDryPpm",
    "pmDryMgPerNm3",
    "stackFlowDryNm3PerH",
  ],
} as const;
const pointCount = blocks.holding.length + blocks.input.length;
const map: DeviceMapFile = {
  kind: "device-map",
  id: "bench",
  title: "Bench",
  addressBase: 0,
  registers: (["holding", "input"] as const).flatMap((table) =>
    blocks[table].map((point, index) => ({
      point,
      table,
      address: 2 * index,
      type: "float32" as const,
      wordOrder: "ABCD" as const,
      scale: 1,
      offset: 0,
      sentinels: [],
    })),
  ),
};
const maps = new Map([[map.id, map]]);
const reads: readonly Read[] = [
  { functionCode: 3, address: 0, count: 2 * blocks.holding.length },
  { functionCode: 4, address: 0, count: 2 * blocks.input.length },
];

const world = realWorld("warn");
const settings = loadSettings(
  join(packageRoot(), "config", "plants", "test-boiler.yaml"),
  packageRoot(),
  readEnvironment({}),
);
const fuels = fuelsNow(settings, world.clock.nowMs());
const [model] = settings.config.simulators.boilers;
if (model === undefined) throw new Error("the test bench has a boiler");
const boilers = Array.from({ length: servers * unitsPerServer }, (_, index) => ({
  ...model,
  id: `b-${index}`,
  seed: index,
}));
const unitIds = Array.from({ length: unitsPerServer }, (_, index) => index + 1);
const line = { host: "127.0.0.1", turnaroundMs: 0, latencyMs: 0, jitterMs: 0 };
const limits = { maxRegisters: 125, overMaxException: 3 as const, unmapped: "refused" as const, holes: [] };
const config: SimulatorsConfig = {
  boilers,
  servers: Array.from({ length: servers }, (_, server) => ({
    ...line,
    id: `s-${server}`,
    units: unitIds.map((unitId) => ({
      unitId,
      map: map.id,
      boiler: `b-${server * unitsPerServer + unitId - 1}`,
      texts: {},
      ...limits,
    })),
  })),
};

interface Running {
  readonly service: Service;
  readonly ports: readonly number[];
}

async function simulated(): Promise<Running> {
  const service = await startSimulators(config, {
    maps,
    fuels,
    fileAt: (name) => name,
    events: [],
    speed: 1,
    around: nothingAround,
    world,
  });
  return { service, ports: [...service.servers.values()].map(({ port }) => port ?? 0) };
}

async function constant(): Promise<Running> {
  const service = serviceStack(world);
  const values = Object.fromEntries(map.registers.map(({ point }, index) => [point, index + 0.5]));
  const ports: number[] = [];
  for (const { id = "", units: _units, ...rest } of config.servers) {
    const units = new Map(unitIds.map((unitId) => [unitId, mappedUnit(map, () => values)]));
    const server = service.add(
      await startModbusServer({ ...rest, id, seed: 1 }, units, { world, ledger: () => {} }),
    );
    ports.push(server.port ?? 0);
  }
  return { service: { name: "constant servers", stop: service.stop }, ports };
}

interface Load extends Counts {
  readonly corePercent: number;
}

async function loadOf(start: () => Promise<Running>): Promise<Load> {
  const { service, ports } = await start();
  const poller = fork(join(import.meta.dirname, "modbus-poller.js"), { execArgv: [] });
  try {
    const order = (wish: PollerOrder) => poller.send(wish);
    order({ kind: "connect", ports, unitIds, reads });
    await heard(poller, "connected");
    await world.clock.sleep(warmUpMs);
    order({ kind: "count" });
    const [used, fromMs] = [process.cpuUsage(), performance.now()];
    await world.clock.sleep(measuredMs);
    const { user, system } = process.cpuUsage(used);
    const tookMs = performance.now() - fromMs;
    order({ kind: "tell" });
    const counts = await heard(poller, "told");
    return { ...counts, corePercent: (100 * (user + system)) / 1_000 / tookMs };
  } finally {
    poller.kill();
    await service.stop();
  }
}

async function heard<K extends PollerReport["kind"]>(
  poller: ChildProcess,
  kind: K,
): Promise<PollerReport & { readonly kind: K }> {
  const [told] = (await once(poller, "message")) as [PollerReport];
  if (told.kind !== kind) throw new Error(`the poller said ${told.kind} instead of ${kind}`);
  return told as PollerReport & { readonly kind: K };
}

function printLoad(name: string, { corePercent, answered, wrong, late, slowestMs }: Load): void {
  const perSecond = (1_000 * answered) / measuredMs;
  console.log(
    `${name}  ${corePercent.toFixed(1).padStart(5)} % of one core   ${answered} requests answered ` +
      `(${perSecond.toFixed(0)} /s), ${wrong} wrong, ${late} late rounds, slowest ${slowestMs.toFixed(0)} ms`,
  );
}

function year() {
  const one = { ...config, boilers: boilers.slice(0, 1) };
  const fitted = fittedPoints(one, maps);
  const points = [...(fitted.get("b-0") ?? [])];
  const [texts, simulated] = timed(() => {
    const plant = simulation(one.boilers, [], fuels, fitted, stepSeconds);
    return [
      ...history(plant, {
        gateways: [{ id: "gw-0", site: "works", boilers: [{ id: "b-0", points }] }],
        fromMs: Date.UTC(2025, 0, 1),
        seconds: yearSeconds,
        stepSeconds,
        sid: world.random.uuid,
        sha256Hex,
      }),
    ];
  });
  const rows = texts.flatMap((text) => (JSON.parse(text) as Pick<Batch, "b">).b.flatMap((each) => each.rows));
  const [characters, written] = timed(() => rows.reduce((sum, row) => sum + JSON.stringify(row).length, 0));
  return { simulated, written, batches: texts.length, readings: rows.length, characters };
}

interface Took {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

function timed<T>(work: () => T): readonly [T, Took] {
  const [used, fromMs] = [process.cpuUsage(), performance.now()];
  const result = work();
  const { user, system } = process.cpuUsage(used);
  return [result, { seconds: (performance.now() - fromMs) / 1_000, cpuSeconds: (user + system) / 1e6 }];
}

function printTook(name: string, { seconds, cpuSeconds }: Took): void {
  console.log(`${name}  ${seconds.toFixed(1).padStart(5)} s   (${cpuSeconds.toFixed(1)} s of the processor)`);
}

console.log(
  `${servers * unitsPerServer} boilers, ${pointCount} points each, read once a second in ${reads.length} requests ` +
    `behind ${servers} Modbus TCP servers, over ${measuredMs / 1_000} s`,
);
printLoad("simulated         ", await loadOf(simulated));
printLoad("constant values   ", await loadOf(constant));

const { simulated: sealed, written, batches, readings, characters } = year();
console.log(
  `\na year of one boiler, a reading of ${pointCount} points every ${stepSeconds} s: ${readings} readings in ${batches} ` +
    `sealed batches, ${(characters / 1e6).toFixed(0)} MB of rows`,
);
printTook("simulated, sealed ", sealed);
printTook("its rows as JSON  ", written);
