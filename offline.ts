import { join } from "node:path";
import { sha256Hex } from "./gateway/outbox.ts";
import { probe } from "./gateway/tools/probe.ts";
import { type BackTest, backTest } from "./ingest/back-test.ts";
import { openJournal } from "./ingest/journal.ts";
import { type ReplayReport, type ReplayWish, replayJournal } from "./ingest/replay.ts";
import { lockDataFolder } from "./platform/data-folder.ts";
import { OperationalError } from "./platform/errors.ts";
import { serviceStack } from "./platform/service.ts";
import type { TelemetryStore } from "./platform/telemetry/config.ts";
import { forgetRefusals } from "./platform/telemetry/refusal-log.ts";
import type { World } from "./platform/world.ts";
import { openConfiguration } from "./settings/configuration.ts";
import type { Example } from "./settings/example.ts";
import { withRules } from "./settings/other-rules.ts";
import { fuelsNow, plantOf, simulatedGateways, withRecorded } from "./settings/registry.ts";
import type { Scenario } from "./settings/scenario.ts";
import type { Settings } from "./settings/settings.ts";
import { fittedPoints } from "./simulators/fitted.ts";
import { history } from "./simulators/history.ts";
import { simulation } from "./simulators/simulation.ts";
import { openRecords, openTelemetry } from "./stores.ts";

/**
 * What other rules would have given of a stretch of the past, beside those in force; nothing is written.
 * @param file alarm rules, limit tables or an emission standard, as in `config/rules/`
 * @throws OperationalError `config-invalid`, `data-folder-locked`
 */
export async function backTestOf(
  settings: Settings,
  file: string,
  fromMs: number,
  toMs: number,
  world: World,
): Promise<BackTest> {
  const plants = { before: plantOf(settings), after: plantOf(withRules(settings, file)) };
  const opened = serviceStack(world);
  try {
    const folder = opened.add(lockDataFolder(settings.dataDir, "journal"));
    const store = await openTelemetry(opened, settings, world);
    const journal = await openJournal(folder.path, settings.config.ingest.journal, 0, world);
    try {
      return await backTest(journal, store, plants, fromMs, toMs, world);
    } finally {
      await journal.close();
    }
  } finally {
    await opened.stop();
  }
}

/**
 * Replays the journal into the stores, so many times; all of their folders are locked meanwhile.
 * @throws OperationalError `data-folder-locked` while Fluewatch runs on them
 */
export async function replay(
  settings: Settings,
  wish: ReplayWish,
  times: number,
  world: World,
  example: Example | null = null,
  store: TelemetryStore = settings.config.telemetry.store,
): Promise<readonly ReplayReport[]> {
  const { config, dataDir } = settings;
  const opened = serviceStack(world);
  const folder = (name: string) => opened.add(lockDataFolder(dataDir, name)).path;
  try {
    const records = (await openRecords(opened, settings)).db;
    const configuration = await openConfiguration(settings, {
      ...{ db: records, world, readOnly: "The journal is replayed" },
      probe: (wish) => probe(wish, world),
      tryOut: () => Promise.reject(new OperationalError("dry-run-busy", "The journal is replayed")),
    });
    const recorded = example === null ? [] : [example.scenario.settings];
    const plants = configuration.history((plant) => withRecorded(plant, recorded));
    const needs = {
      plant: plants,
      folder: folder("journal"),
      records,
      telemetry: await openTelemetry(opened, settings, world, store, plants.newest.catalogue),
      keep: config.telemetry.keep,
      world,
    };
    if (wish.rebuilt.has("telemetry")) forgetRefusals(join(dataDir, "telemetry"));
    const reports: ReplayReport[] = [];
    for (let time = 0; time < times; time += 1) reports.push(await replayJournal(config.ingest, wish, needs));
    return reports;
  } finally {
    await opened.stop();
  }
}

/**
 * Writes the past of a simulated plant into the journal, as its gateways would have sent it; ends with now.
 * @returns how many readings were written
 */
export async function writeHistory(
  { settings, events }: Scenario,
  seconds: number,
  stepSeconds: number,
  world: World,
): Promise<number> {
  const { config, dataDir } = settings;
  const gateways = simulatedGateways(settings);
  const real = config.sites.find(
    ({ id, simulated }) => !simulated && gateways.some(({ site }) => site === id),
  );
  if (real !== undefined) {
    throw new OperationalError(
      "history-refused",
      `${real.id} is a real site: no past is made up for it; set simulated: true, or choose another scenario`,
    );
  }
  const nowMs = world.clock.nowMs();
  const folder = lockDataFolder(dataDir, "journal");
  const journal = await openJournal(folder.path, config.ingest.journal, 0, world);
  try {
    const plant = simulation(
      config.simulators.boilers,
      events,
      fuelsNow(settings, nowMs),
      fittedPoints(config.simulators, settings.maps),
      stepSeconds,
    );
    const stepMs = stepSeconds * 1_000;
    const wish = {
      gateways,
      fromMs: Math.floor((nowMs - seconds * 1_000) / stepMs) * stepMs,
      seconds,
      stepSeconds,
      sid: world.random.uuid,
      sha256Hex,
    };
    let readings = 0;
    let written: Promise<unknown> = Promise.resolve();
    for (const text of history(plant, wish)) {
      const bytes = Buffer.from(text);
      if (!journal.log.hasRoom(bytes.length)) await written;
      written = journal.append({ kind: "batch", bytes });
      readings += (JSON.parse(text) as { readonly n: number }).n;
    }
    await written;
    return readings;
  } finally {
    await journal.close();
    await folder.stop();
  }
}
