// `npm run bench -- alarms`: from a register that changes to the alarm in an open browser, with 200 boilers at 1 Hz:
// real Modbus, real MQTT, the built program in a process of its own, the alerts page in Chromium. Then once more while
// a gateway that was cut off sends a day of 20 boilers at the pace at which that day takes five minutes.
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { stringify } from "yaml";
import { packageRoot } from "../platform/package-root.ts";
import { sqliteRecords } from "../platform/records/records.ts";
import { realWorld } from "../platform/world.ts";
import type { LoadOrder, LoadReport } from "./mqtt-load.ts";

const servers = 10;
const unitsEach = 20;
const boilers = servers * unitsEach;
const changes = 400;
const changeEveryMs = 150;
/** Longer than a scan, so that each is seen; shorter than the delay of any shipped rule. */
const lowForMs = 2_500;
const warmUpMs = 8_000;
/** A gateway whose past is on its way: 20 boilers, batches of 10 scans, a day in five minutes. */
const oldBoilers = Array.from({ length: 20 }, (_, index) => `old-${index}`);
const oldRows = 10;
const oldBatchesPerSecond = Math.round(86_400 / oldRows / 300);
const soundO2Percent = 4;
const lowO2Percent = 1.5;
const world = realWorld("error");

const o2 = new Float64Array(boilers).fill(soundO2Percent);
/** How often each was read while it was low: what no scan saw, no alarm can tell. */
const readLow = new Uint32Array(boilers);
const folder = mkdtempSync(join(tmpdir(), "fluewatch-bench-"));
const listening = await Promise.all(Array.from({ length: servers }, (_, index) => modbusServer(index)));
const mqttPort = await freePort();
const program = start(plantFile(listening.map(portOf)));
try {
  await bench(await printedLink(program));
} finally {
  program.kill("SIGTERM");
  if (program.exitCode === null) await once(program, "exit");
  for (const server of listening) server.close();
}
rmSync(folder, { recursive: true, force: true });
process.exit(0);

async function bench(link: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  });
  const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
  // Each row of the list tells when it was first there.
  await page.addInitScript(`
    globalThis.seenAtMs = {};
    new MutationObserver(() => {
      for (const row of document.querySelectorAll("tr[data-alarm]")) seenAtMs[row.dataset.alarm] ??= Date.now();
    }).observe(document, { childList: true, subtree: true, attributes: true });
  `);
  await page.goto(link);
  await page.goto(`${new URL(link).origin}/alerts`);
  await page.waitForSelector(".a-list");
  await world.clock.sleep(warmUpMs);

  console.log(`${boilers} boilers at 1 Hz, ${changes} registers changed, one alarm each:`);
  const began = world.clock.nowMs();
  await measure(page);
  const stopBacklog = await backlog();
  const withBacklog = world.clock.nowMs();
  console.log("the same while a day of 20 boilers is filled in:");
  await measure(page);
  const readings = stopBacklog();
  const seconds = (world.clock.nowMs() - withBacklog) / 1_000;
  console.log(`  filled in meanwhile                      ${Math.round(readings / seconds)} readings/s`);
  await browser.close();
  await printQueued("alone", began, withBacklog);
  await printQueued("with the backlog", withBacklog, world.clock.nowMs());
}

async function measure(page: Page): Promise<void> {
  let unread = 0;
  const changedAtMs: { readonly boilerId: string; readonly atMs: number }[] = [];
  for (let change = 0; change < changes; change += 1) {
    const index = change % boilers;
    o2[index] = lowO2Percent;
    readLow[index] = 0;
    changedAtMs.push({ boilerId: `b-${index}`, atMs: world.clock.nowMs() });
    void world.clock.sleep(lowForMs).then(() => {
      o2[index] = soundO2Percent;
      if (readLow[index] === 0) unread += 1;
    });
    // Not in step with the scans.
    await world.clock.sleep(changeEveryMs * (0.5 + world.random.next()));
  }
  await world.clock.sleep(2 * lowForMs);
  const seen = (await page.evaluate("seenAtMs")) as Readonly<Record<string, number>>;
  const tookMs = changedAtMs.flatMap(({ boilerId, atMs }) => {
    const shown = Object.entries(seen)
      .filter(([id]) => id.startsWith(`changed--${boilerId}--`))
      // The boiler's next change is its own.
      .filter(([, shownMs]) => shownMs >= atMs && shownMs < atMs + (boilers * changeEveryMs) / 2)
      .map(([id, shownMs]) => ({ id, tookMs: shownMs - atMs, listedMs: shownMs - onsetOf(id) }));
    return shown.sort((a, b) => a.tookMs - b.tookMs).slice(0, 1);
  });
  print(
    "register change → alarm in the browser",
    tookMs.map((each) => each.tookMs),
  );
  print(
    "condition true → listed in the browser",
    tookMs.map((each) => each.listedMs),
  );
  console.log(`  read by no scan while changed            ${unread}`);
  console.log(`  never shown                              ${changes - tookMs.length}`);
}

/** An episode is named for its onset. */
function onsetOf(alarmId: string): number {
  return Number.parseInt(alarmId.split("--").at(-1) ?? "", 36);
}

/** Begins to send the past of a gateway; stops it, and says how much was accepted. */
async function backlog(): Promise<() => number> {
  const rounds = Array.from({ length: 300 }, () => oldBatchesPerSecond);
  const fromMs = world.clock.nowMs() - 86_400_000;
  const gateways = [{ id: "gw-old", boilerIds: oldBoilers }];
  const load = fork(fileURLToPath(new URL("./mqtt-load.js", import.meta.url)), []);
  let readings = 0;
  load.on("message", (report: LoadReport) => {
    if (report !== "ready") readings = report.acknowledged;
  });
  load.send({ mqttPort, gateways, rowsPerBatch: oldRows, rounds, fromMs } satisfies LoadOrder);
  await once(load, "message");
  const sending = setInterval(() => load.send("next"), 1_000);
  return () => {
    clearInterval(sending);
    load.kill("SIGKILL");
    return readings;
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** From the first reading beyond the limit to the queue of who is told, as the records have it. */
async function printQueued(when: string, fromMs: number, toMs: number): Promise<void> {
  const { db, stop } = await sqliteRecords(join(folder, "data", "records"));
  const rows = await db
    .selectFrom("notificationItems")
    .innerJoin("alarms", "alarms.id", "notificationItems.alarmId")
    .where("alarms.ruleId", "=", "changed")
    .where("notificationItems.because", "=", "new")
    .where("alarms.sinceMs", ">=", fromMs)
    .where("alarms.sinceMs", "<", toMs)
    .select(["alarms.sinceMs", "notificationItems.queuedAtMs"])
    .execute();
  const { episodes } = await db
    .selectFrom("alarms")
    .where("ruleId", "=", "changed")
    .where("sinceMs", ">=", fromMs)
    .where("sinceMs", "<", toMs)
    .select(({ fn }) => fn.countAll().as("episodes"))
    .executeTakeFirstOrThrow();
  await stop();
  console.log(`  episodes in the records, ${when.padEnd(16)}${Number(episodes)}`);
  print(
    `condition true → queued, ${when}`,
    rows.map(({ sinceMs, queuedAtMs }) => Number(queuedAtMs) - Number(sinceMs)),
  );
}

function print(what: string, tookMs: readonly number[]): void {
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  console.log(
    `  ${what.padEnd(40)} p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${sorted.at(-1)} ms, of ${sorted.length}`,
  );
}

/** A plant of so many boilers on these ports, and one rule without delay or gate. */
function plantFile(ports: readonly number[]): string {
  const label = (text: string) => ({ en: text, "zh-TW": text });
  const register = (point: string, address: number) => ({ point, table: "input", address, type: "float32" });
  mkdirSync(join(folder, "devices"));
  mkdirSync(join(folder, "rules"));
  const map = { kind: "device-map", id: "bench-probe", title: "Oxygen and load" };
  writeFileSync(
    join(folder, "devices", "bench-probe.yaml"),
    stringify({ ...map, registers: [register("o2DryPercent", 0), register("loadPercent", 2)] }),
  );
  writeFileSync(
    join(folder, "rules", "changed.yaml"),
    stringify({
      kind: "alarm-rules",
      id: "bench",
      validFrom: "2020-01-01",
      source: "The benchmark",
      rules: [
        {
          ...{
            id: "changed",
            watches: "point",
            point: "o2DryPercent",
            side: "below",
            limit: 2,
            deadband: 0.2,
          },
          ...{ onDelaySeconds: 0, offDelaySeconds: 0, priority: 3, acknowledgement: "optional" },
          ...{ title: label("Changed"), response: [label("Nothing")], consequence: label("None") },
        },
      ],
    }),
  );
  const ids = Array.from({ length: boilers }, (_, index) => `b-${index}`);
  const site = { id: "works", name: label("Works"), place: label("Bench"), timeZone: "Asia/Taipei" };
  const plant = {
    sites: [
      {
        ...site,
        boilers: [...ids, ...oldBoilers].map((id) => ({
          ...{ id, name: id, capacityTPerH: 10, heatCarrier: "steam" },
          fuels: ["natural-gas"],
        })),
      },
    ],
    gateways: [
      {
        ...{ id: "gw", site: "works", scanMs: 1_000 },
        lines: ports.map((port, index) => ({ id: `line-${index}`, host: "127.0.0.1", port })),
        devices: ids.map((id, index) => ({
          ...{ id: `probe-${index}`, line: `line-${Math.floor(index / unitsEach)}`, map: "bench-probe" },
          ...{ unitId: 1 + (index % unitsEach), boiler: id },
        })),
      },
      {
        // Nothing answers it now: all that is known of its boilers is what it sends of the past.
        ...{ id: "gw-old", site: "works", scanMs: 1_000 },
        lines: [{ id: "old", host: "127.0.0.1", port: 9 }],
        devices: oldBoilers.map((boiler, index) => ({
          ...{ id: `plc-${index}`, line: "old", map: "burner-plc", unitId: 1 + index, boiler },
        })),
      },
    ],
    notifications: {
      destinations: [{ id: "scada", mqtt: {} }],
      routes: [{ to: ["scada"] }],
    },
  };
  const file = join(folder, "plant.yaml");
  writeFileSync(file, stringify(plant));
  return file;
}

function start(config: string): ChildProcess {
  return spawn(
    process.execPath,
    [join(packageRoot(), "scripts", "fluewatch.js"), "start", "--config", config],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        PATH: "/usr/bin:/bin",
        FLUEWATCH_DATA_DIR: join(folder, "data"),
        FLUEWATCH_HTTP_PORT: "0",
        FLUEWATCH_MQTT_PORT: String(mqttPort),
        FLUEWATCH_LOG_LEVEL: "error",
      },
    },
  );
}

async function printedLink(child: ChildProcess): Promise<string> {
  let output = "";
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    const link = /Fluewatch is ready: (http\S+)/.exec(output)?.[1];
    if (link !== undefined) {
      child.stdout?.on("data", () => {});
      return link;
    }
  }
  throw new Error(`Fluewatch did not start:\n${output}`);
}

/** Answers each unit of a line at once with its boiler's oxygen and load. */
function modbusServer(server: number): Promise<Server> {
  const listener = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      for (let from = 0; from + 12 <= bytes.length; from += 12) {
        const unit = bytes.readUInt8(from + 6) - 1;
        const first = bytes.readUInt16BE(from + 8) / 2;
        const count = bytes.readUInt16BE(from + 10);
        const answer = Buffer.alloc(9 + 2 * count);
        bytes.copy(answer, 0, from, from + 8);
        answer.writeUInt16BE(3 + 2 * count, 4);
        answer.writeUInt8(2 * count, 8);
        const boiler = server * unitsEach + unit;
        const values = [o2[boiler] ?? 0, 80];
        if (values[0] === lowO2Percent) readLow[boiler] = (readLow[boiler] ?? 0) + 1;
        for (let each = 0; each < count / 2; each += 1)
          answer.writeFloatBE(values[first + each] ?? 0, 9 + 4 * each);
        socket.write(answer);
      }
    });
  });
  return new Promise((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(0, "127.0.0.1", () => resolve(listener));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a server has no port");
  return address.port;
}
