import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Integrity } from "../../contracts/http/integrity.ts";
import type { StoredReading } from "../../platform/telemetry/telemetry.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { plantFile, type RunningFluewatch, startFluewatch } from "../helpers/fluewatch.ts";
import { ended, freePort, neededProgram, temporaryFolder } from "../helpers/servers.ts";
import { sized, tell, within } from "../helpers/sized.ts";
import { until } from "../helpers/until.ts";

const boilers = ["toh-01", "toh-02", "cfb-01"] as const;
const countedUnits: Readonly<Record<string, number>> = { "toh-01": 1, "toh-02": 11, "cfb-01": 1 };

interface LedgerLine {
  readonly atMs: number;
  readonly port: number;
  readonly unitId: number;
  readonly servedPolls: number | null;
}

/** Who is killed, how often: by itself, while all others run on; or all three at once. */
const victims = {
  ingest: sized(2, 50),
  gateway: sized(1, 50),
  broker: sized(1, 15),
  "broker, its storage wiped": sized(1, 5),
  all: sized(1, 10),
} as const;
type Victim = keyof typeof victims;
const seed = 20_260_312;

const mosquitto = neededProgram("mosquitto");

/**
 * The oracle is the simulators' ledger, in a process that is not killed: each answered poll of a boiler carries a
 * number of its own, and the store must hold each of them exactly once, save those in the air when their gateway died.
 */
test.skipIf(mosquitto === null)(
  `P2 to P4: kill -9 of ${Object.entries(victims)
    .map(([victim, times]) => `${victim} ${times} ×`)
    .join(
      ", ",
    )} (seed ${seed}): every captured reading is stored exactly once, what was in the air is declared`,
  async () => {
    const ledgerFile = join(temporaryFolder(), "ledger.jsonl");
    const config = await plantFile("demo.yaml", (plant) => {
      plant.points = {
        servedPollsCount: { unit: "", range: [0, 1e9], label: { en: "Polls served", "zh-TW": "輪詢次數" } },
      };
      plant.simulators.ledgerFile = ledgerFile;
      for (const gateway of plant.gateways) gateway.scanMs = 200;
      // The burner's map with the counter behind its last register.
      for (const { units } of plant.simulators.servers)
        for (const unit of units) if (unit.map === "burner-plc") unit.map = "counted-burner-plc";
      for (const { devices } of plant.gateways) {
        for (const device of devices as { map: string }[])
          if (device.map === "burner-plc") device.map = "counted-burner-plc";
      }
    });
    const devices = join(config, "..", "devices");
    mkdirSync(devices, { recursive: true });
    const map = readFileSync(new URL("../../config/devices/burner-plc.yaml", import.meta.url), "utf8");
    writeFileSync(
      join(devices, "counted.yaml"),
      `${map.replace("id: burner-plc", "id: counted-burner-plc")}  - { point: servedPollsCount, table: holding, address: 3, type: uint32 }\n`,
    );

    const simulators = await startFluewatch({ config, roles: ["simulators"] });
    const dataDir = temporaryFolder();
    const mqttPort = await freePort();
    const env = {
      FLUEWATCH_MQTT_PORT: String(mqttPort),
      FLUEWATCH_ADMIN_PASSWORD: "a password for tests",
    };
    const brokerFolder = temporaryFolder();
    const store = join(brokerFolder, "store");
    const brokerConfig = join(brokerFolder, "mosquitto.conf");
    writeFileSync(
      brokerConfig,
      `listener ${mqttPort} 127.0.0.1
allow_anonymous true
persistence true
persistence_location ${store}/
autosave_interval 1
user root
`,
    );
    const startBroker = (): ChildProcess => {
      mkdirSync(store, { recursive: true });
      return spawn(mosquitto ?? "", ["-c", brokerConfig], { stdio: "ignore" });
    };
    const startGateway = () => startFluewatch({ config, roles: ["gateway"], dataDir, env });
    let slowestReadyMs = 0;
    async function startIngest(): Promise<RunningFluewatch> {
      const fromMs = Date.now();
      const started = await startFluewatch({ config, roles: ["ingest", "api"], dataDir, env });
      slowestReadyMs = Math.max(slowestReadyMs, Date.now() - fromMs);
      return started;
    }

    let broker = startBroker();
    let plant = await startIngest();
    let gateway = await startGateway();
    const random = seededRandom(seed);
    const order = Object.entries(victims)
      .flatMap(([victim, times]) => Array.from({ length: times }, () => ({ victim, luck: random() })))
      .sort((a, b) => a.luck - b.luck)
      .map(({ victim }) => victim as Victim);
    for (const victim of order) {
      await new Promise((resolve) => setTimeout(resolve, 800 + random() * 2_500));
      const isOf = (part: "ingest" | "gateway" | "broker") => victim === "all" || victim.startsWith(part);
      // All at once: nobody has a moment to write down that the others are gone.
      await Promise.all([
        isOf("ingest") && plant.stop("SIGKILL"),
        isOf("gateway") && gateway.stop("SIGKILL"),
        isOf("broker") && ended(broker, "SIGKILL"),
      ]);
      if (victim === "broker, its storage wiped") rmSync(store, { recursive: true, force: true });
      if (isOf("broker")) broker = startBroker();
      if (isOf("ingest")) plant = await startIngest();
      if (isOf("gateway")) gateway = await startGateway();
    }
    const gatewayKills = victims.gateway + victims.all;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const untilMs = Date.now();

    const stored = async (boilerId: string) => {
      const { body } = await plant.ask(`boilers/${boilerId}/readings?from=0&to=${untilMs}`);
      return (body as { readonly readings: readonly StoredReading[] }).readings;
    };
    const newest = async (boilerId: string) => (await stored(boilerId)).at(-1)?.takenAtMs ?? 0;
    await until("the store has caught up", async () => (await newest("cfb-01")) > untilMs - 500);
    const readings = Object.fromEntries(
      await Promise.all(boilers.map(async (id) => [id, await stored(id)] as const)),
    );
    const { body } = await plant.ask("integrity");
    const integrity = body as Integrity;
    await gateway.stop();
    await plant.stop();
    await ended(broker);
    await simulators.stop();

    const ledger = readFileSync(ledgerFile, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as LedgerLine);
    const ports = [...new Set(ledger.map(({ port }) => port))];
    let missing = 0;
    for (const [boilerId, rows] of Object.entries(readings)) {
      const times = rows.map(({ takenAtMs }) => takenAtMs);
      expect(new Set(times).size, `${boilerId}: no time twice`).toBe(times.length);
      expect(times, `${boilerId}: in order`).toEqual([...times].sort((a, b) => a - b));
      const polls = rows
        .map(({ values }) => values["servedPollsCount"])
        .filter((count) => count !== null && count !== undefined);
      expect(new Set(polls).size, `${boilerId}: no poll twice`).toBe(polls.length);

      const served = ledger
        .filter(
          ({ unitId, port }) =>
            unitId === countedUnits[boilerId] && (boilerId === "cfb-01") === (port === ports.at(-1)),
        )
        .filter(({ servedPolls, atMs }) => servedPolls !== null && atMs < untilMs - 500);
      const known = new Set(polls);
      for (const poll of polls) expect(poll <= (served.at(-1)?.servedPolls ?? 0) + 10).toBe(true);
      missing += served.filter(({ servedPolls }) => !known.has(servedPolls ?? -1)).length;
      expect(served.length, `${boilerId}: the ledger has something to say`).toBeGreaterThan(30);
    }
    // A gateway's end finds at most one scan between answer and disk, and one that is being answered.
    expect(missing).toBeLessThanOrEqual(boilers.length * gatewayKills * 2);

    const seqs = new Set(
      Object.values(readings).flatMap((rows) => rows.map(({ sid, seq }) => `${sid}/${seq}`)),
    );
    const [accepted, ...others] = integrity.accepted;
    expect(others).toEqual([]);
    expect(accepted?.ranges).toHaveLength(1);
    const [first, last] = accepted?.ranges[0] ?? [0, 0];
    expect(first).toBe(1);
    for (let seq = first; seq < last - 10; seq += 1)
      expect(seqs.has(`${accepted?.sid}/${seq}`), `batch ${seq}`).toBe(true);
    const hour = integrity.hours.at(-1);
    // The books agree with an independent count; a few more have come in since that was made.
    const total = (of: (hour: Integrity["hours"][number]) => number | null) =>
      integrity.hours.reduce((sum, each) => sum + (of(each) ?? 0), 0);
    const counted = Object.values(readings).flat().length;
    expect(total(({ stored }) => stored)).toBeGreaterThanOrEqual(counted);
    expect(total(({ stored }) => stored) - counted).toBeLessThan(60);
    expect(total(({ captured }) => captured)).toBeGreaterThanOrEqual(total(({ stored }) => stored) - 60);
    expect(integrity.hours.map(({ balanced }) => balanced)).not.toContain(false);
    // What the ledger served and the store does not have was in the air while no gateway was: in a declared gap.
    expect(missing).toBeLessThanOrEqual(boilers.length * total(({ missedScans }) => missedScans));
    expect(total(({ missedScans }) => missedScans)).toBeGreaterThanOrEqual(gatewayKills);
    expect(hour?.quarantined).toBe(0);
    expect(hour?.dropped).toBe(0);
    tell(
      "P2 to P4",
      `kill -9 of ${JSON.stringify(victims)}, seed ${seed}: ${Object.values(readings).flat().length} readings stored once, ` +
        `${missing} polls in the air when their gateway died, ${total(({ missedScans }) => missedScans)} scans declared missing, ` +
        `ingest ready ${slowestReadyMs} ms after its start at the latest`,
    );
  },
  within(120_000),
);
