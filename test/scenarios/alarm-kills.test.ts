import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { type Batch, noHash, sealBatch } from "../../contracts/batch.ts";
import type { Notification } from "../../contracts/notification.ts";
import { sha256Hex } from "../../gateway/outbox.ts";
import { sqliteRecords } from "../../platform/records/records.ts";
import { seededRandom } from "../../simulators/seeded-random.ts";
import { plantFile } from "../helpers/fluewatch.ts";
import { isLong } from "../helpers/long.ts";
import { ended, temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const kills = isLong ? 50 : 8;
const episodes = isLong ? 500 : 80;
const boilers = ["toh-01", "toh-02", "cfb-01"] as const;
const beganMs = Date.UTC(2026, 2, 12, 6);
const engine = resolve(import.meta.dirname, "../helpers/alarm-engine.js");

/** Too little oxygen for 40 s, enough of it for 70 s, somebody who acknowledges; over and over, as a journal has it. */
function script(): readonly { readonly kind: "batch" | "command"; readonly text: string }[] {
  let seq = 0;
  const points = ["firing", "loadPercent", "o2DryPercent"];
  const batch = (boiler: string, t0: number, o2DryPercent: number, seconds: number) => {
    seq += 1;
    const times = Array.from({ length: seconds / 5 }, (_, index) => 5_000 * index);
    const rows = times.map((dt): [number, ...number[]] => [dt, 1, 80, o2DryPercent]);
    const body: Omit<Batch, "h"> = {
      v: 1,
      site: "demo-plant",
      gw: "boiler-house",
      sid: "00000000-0000-4000-8000-000000000001",
      seq,
      boot: 1,
      tseg: 0,
      t0,
      mono: seq * 1_000,
      clk: { src: "rtc", off: 0, unc: 0 },
      gap: [],
      n: rows.length,
      prev: noHash,
      b: [{ boiler, points, rows, flaws: [] }],
    };
    return { kind: "batch", text: sealBatch(body, sha256Hex).text } as const;
  };
  return Array.from({ length: episodes }, (_, episode) => {
    const boiler = boilers[episode % boilers.length] ?? "toh-01";
    const sinceMs = beganMs + episode * 120_000;
    const command = {
      v: 1,
      id: `c-${episode}`,
      site: "demo-plant",
      kind: "acknowledge",
      alarmId: `low-o2--${boiler}--${sinceMs.toString(36)}`,
      rev: 2,
      by: "lin",
      comment: null,
      key: `k-${episode}`,
    };
    return [
      batch(boiler, sinceMs, 1.5, 40),
      batch(boiler, sinceMs + 40_000, 4, 70),
      { kind: "command", text: JSON.stringify(command) } as const,
    ];
  }).flat();
}

test(`P31: kill -9 ${kills} times in ${episodes} episodes: none missed, none invented, everybody told exactly once by key`, async () => {
  const ledger = new Map<string, string>();
  let posts = 0;
  let whenHeard: (() => void) | null = null;
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const key = String(request.headers["idempotency-key"]);
      posts += 1;
      // The same key is the same message, to the byte.
      expect(ledger.get(key) ?? text).toBe(text);
      ledger.set(key, text);
      whenHeard?.();
      response.end();
    });
  });
  await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const told = () => [...ledger.values()].flatMap((text) => (JSON.parse(text) as Notification).events);

  const folder = temporaryFolder();
  const config = await plantFile("demo.yaml", (plant) => {
    Object.assign(plant, {
      notifications: {
        destinations: [
          {
            id: "ledger",
            webhook: { url, secretFile: "secret" },
            tellsEnd: true,
            groupSeconds: 0,
            mostPer10Min: 1_000,
          },
        ],
        routes: [{ to: ["ledger"] }],
      },
    });
  });
  writeFileSync(join(config, "..", "secret"), "a secret of the ledger", { mode: 0o600 });
  const scriptFile = join(folder, "script.json");
  writeFileSync(scriptFile, JSON.stringify(script()));

  const random = seededRandom(31);
  let output = "";
  const start = () => {
    const child = spawn(process.execPath, [engine, folder, config, scriptFile], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stderr.on("data", (bytes) => {
      output += bytes;
    });
    return child;
  };
  let heardAtKill = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const child = start();
    // Every other kill comes while the receiver has the message and the sender does not know; the rest at any moment.
    if (kill % 2 === 0) {
      await new Promise<void>((resolve) => {
        whenHeard = () => {
          whenHeard = null;
          child.kill("SIGKILL");
          heardAtKill += 1;
          resolve();
        };
        child.once("exit", () => resolve());
      });
    } else {
      await new Promise((resolve) => child.stdout.once("data", resolve));
      await new Promise((resolve) => setTimeout(resolve, random() * 300));
    }
    expect(child.exitCode, output).toBeNull();
    await ended(child, "SIGKILL");
    whenHeard = null;
    // What is still to come from the killed one's socket is heard before the next one starts.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const last = start();
  await until("all are told", () => told().length >= 2 * episodes, 60_000);
  await until("the last answers are known", async () => {
    const { db, stop } = await sqliteRecords(folder);
    const left = await db
      .selectFrom("notificationMessages")
      .select("key")
      .where("state", "=", "waiting")
      .execute();
    await stop();
    return left.length === 0;
  });
  await ended(last, "SIGKILL");
  await new Promise((resolve) => receiver.close(resolve));

  const { db, stop } = await sqliteRecords(folder);
  const alarms = await db.selectFrom("alarms").select(["id", "state", "occurrences"]).execute();
  const steps = await db.selectFrom("alarmChanges").select(["alarmId", "rev", "kind"]).execute();
  const commands = await db.selectFrom("commands").select("failure").execute();
  await stop();

  const wanted = Array.from({ length: episodes }, (_, episode) => {
    const sinceMs = beganMs + episode * 120_000;
    return `low-o2--${boilers[episode % boilers.length]}--${sinceMs.toString(36)}`;
  }).sort();
  expect(alarms.map(({ id }) => id).sort()).toEqual(wanted);
  expect(alarms.filter(({ state, occurrences }) => state !== "closed" || occurrences !== 1)).toEqual([]);
  expect(steps.map(({ alarmId, rev, kind }) => `${alarmId} ${rev} ${kind}`).sort()).toEqual(
    wanted.flatMap((id) => [`${id} 1 on`, `${id} 2 off`, `${id} 3 acknowledge`]).sort(),
  );
  expect(commands.every(({ failure }) => failure === null)).toBe(true);
  expect(
    told()
      .map(({ alarmId, rev, because }) => `${alarmId} ${rev} ${because}`)
      .sort(),
  ).toEqual(wanted.flatMap((id) => [`${id} 1 new`, `${id} 3 ended`]).sort());
  const repeats = posts - ledger.size;
  console.log(
    `P31: ${kills} kills, ${ledger.size} messages, ${repeats} sent again, ${heardAtKill} kills mid-answer`,
  );
  expect(repeats).toBeLessThanOrEqual(kills);
}, 180_000);
