import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { type Api, startApi } from "../../api/api.ts";
import { type Projects, projects } from "../../api/retrofits/projects.ts";
import type { RetrofitDocument } from "../../contracts/http/retrofits.ts";
import { plantDayStartMs } from "../../domain/mv/plant-days.ts";
import { sha256Hex } from "../../gateway/outbox.ts";
import { startIngest } from "../../ingest/ingest.ts";
import { openJournal } from "../../ingest/journal.ts";
import { readEnvironment } from "../../platform/environment.ts";
import { type RecordsDb, sqliteRecords } from "../../platform/records/records.ts";
import { type ServiceStack, serviceStack } from "../../platform/service.ts";
import { duckdbTelemetry } from "../../platform/telemetry/duckdb-telemetry.ts";
import type { Telemetry } from "../../platform/telemetry/telemetry.ts";
import { realWorld, type World } from "../../platform/world.ts";
import { openConfiguration } from "../../settings/configuration.ts";
import { type Example, loadExample } from "../../settings/example.ts";
import {
  catalogueOf,
  fuelsNow,
  plantOf,
  registryOf,
  simulatedGateways,
  withRecorded,
} from "../../settings/registry.ts";
import { savingsRulesOf } from "../../settings/savings-rules.ts";
import { loadSettings, type Settings } from "../../settings/settings.ts";
import { fittedPoints } from "../../simulators/fitted.ts";
import { history } from "../../simulators/history.ts";
import type { ScenarioEvent } from "../../simulators/scenario.ts";
import { simulation } from "../../simulators/simulation.ts";
import { memoryBroker } from "./memory-bus.ts";
import { temporaryFolder } from "./servers.ts";
import { until } from "./until.ts";

const root = resolve(import.meta.dirname, "../..");
export const password = "a password for tests";

export interface SavingsPlant {
  readonly url: string;
  readonly projects: Projects;
  readonly db: RecordsDb;
  readonly telemetry: Telemetry;
  readonly settings: Settings;
  readonly example: Example;
  readonly document: RetrofitDocument;
  readonly world: World;
  readonly dataDir: string;
  /** Asks the API as the administrator. */
  ask(
    path: string,
    init?: RequestInit,
  ): Promise<{
    readonly status: number;
    readonly body: never;
    readonly text: string;
    readonly headers: Headers;
  }>;
  send(
    method: string,
    path: string,
    body: unknown,
  ): Promise<{ readonly status: number; readonly body: never }>;
  stop(): Promise<void>;
}

export interface PastOptions {
  readonly stepSeconds?: number;
  readonly days?: number;
  /** In place of the example's own. */
  readonly events?: readonly ScenarioEvent[];
}

/**
 * The demo's configuration with the example's past: as its gateway would have sent it, through journal, stages and
 * store, with the API in front. Nothing is live.
 */
export async function savingsPlant({
  stepSeconds = 3_600,
  days,
  events,
}: PastOptions = {}): Promise<SavingsPlant> {
  const environment = readEnvironment({});
  const settings = loadSettings(resolve(root, "config/demo.yaml"), root, environment);
  const example = loadExample(settings, root, environment);
  if (example === null) throw new Error("the demo has no example");
  const recorded = example.scenario.settings;
  const world = realWorld("error");
  const stack: ServiceStack = serviceStack(world);
  const dataDir = temporaryFolder();
  const folder = (name: string) => {
    const path = resolve(dataDir, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const journalFolder = folder("journal");
  await writePast(
    example,
    { stepSeconds, days: days ?? example.days, events: events ?? example.scenario.events },
    journalFolder,
    world,
  );

  const records = stack.add(await sqliteRecords(folder("records")));
  const telemetry = stack.add(await duckdbTelemetry(folder("telemetry"), catalogueOf(settings)));
  const bus = memoryBroker();
  const ingest = stack.add(
    await startIngest(settings.config.ingest, {
      plant: withRecorded(plantOf(settings), [recorded]),
      folder: journalFolder,
      telemetry,
      keep: settings.config.telemetry.keep,
      records: records.db,
      bus: bus.connect(),
      world,
    }),
  );
  const timeZone = recorded.config.sites[0]?.timeZone ?? "UTC";
  const lastMs =
    plantDayStartMs(example.from, timeZone) + ((days ?? example.days) * 86_400 - stepSeconds) * 1_000;
  await until(
    "the past is stored",
    async () => {
      const last = await telemetry.readings({
        boilerId: "example-heater-2",
        fromMs: lastMs,
        toMs: lastMs + 1,
        limit: 1,
      });
      return last.length > 0;
    },
    110_000,
  );
  const rules = savingsRulesOf(settings, [recorded]);
  const own = projects({ rules, store: telemetry, db: records.db, world, software: "fluewatch test" });
  const configuration = await openConfiguration(settings, {
    ...{ db: records.db, world, readOnly: "a test" },
    probe: async () => ({ refusal: "nobody is there", words: [], candidates: [] }),
    tryOut: () => Promise.reject(new Error("no rules are tried out here")),
  });
  const api: Api = stack.add(
    await startApi(
      { ...settings.config.api, port: 0 },
      {
        registry: registryOf(settings),
        savings: rules,
        retrofits: own,
        catalogue: catalogueOf(settings),
        keep: settings.config.telemetry.keep,
        fileAt: settings.fileAt,
        telemetry,
        records: records.db,
        bus: bus.connect(),
        world,
        version: "test",
        dashboardFolder: resolve(root, "dist/dashboard"),
        adminPassword: password,
        trainer: null,
        deadLetter: ingest.deadLetter,
        tryRules: () => Promise.reject(new Error("no rules are tried out here")),
        configuration: configuration.forPeople,
      },
    ),
  );
  let cookie: string | null = null;
  async function ask(path: string, init: RequestInit = {}) {
    cookie ??= await signIn(api.url);
    const answer = await fetch(`${api.url}/api/v1/${path}`, {
      ...init,
      headers: {
        "x-requested-with": "fluewatch",
        "content-type": "application/json",
        cookie,
        ...init.headers,
      },
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get("content-type") ?? "");
    return {
      status: answer.status,
      text,
      body: (isJson ? JSON.parse(text) : null) as never,
      headers: answer.headers,
    };
  }
  return {
    url: api.url,
    projects: own,
    db: records.db,
    telemetry,
    settings,
    example,
    document: structuredClone(example.document) as RetrofitDocument,
    world,
    dataDir,
    ask,
    send: (method, path, body) => ask(path, { method, body: JSON.stringify(body) }),
    stop: () => stack.stop(),
  };
}

async function signIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "x-requested-with": "fluewatch", "content-type": "application/json" },
    body: JSON.stringify({ user: "admin", password }),
  });
  return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
}

async function writePast(
  example: Example,
  { stepSeconds, days, events }: Required<PastOptions>,
  folder: string,
  world: World,
): Promise<void> {
  const { settings } = example.scenario;
  const { config, maps } = settings;
  const journal = await openJournal(folder, config.ingest.journal, 0, world);
  const plant = simulation(
    config.simulators.boilers,
    events,
    fuelsNow(settings, world.clock.nowMs()),
    fittedPoints(config.simulators, maps),
    stepSeconds,
  );
  const texts = history(plant, {
    gateways: simulatedGateways(settings),
    fromMs: plantDayStartMs(example.from, config.sites[0]?.timeZone ?? "UTC"),
    seconds: days * 86_400,
    stepSeconds,
    sid: world.random.uuid,
    sha256Hex,
  });
  let written: Promise<unknown> = Promise.resolve();
  for (const text of texts) {
    const bytes = Buffer.from(text);
    if (!journal.log.hasRoom(bytes.length)) await written;
    written = journal.append({ kind: "batch", bytes });
  }
  await written;
  await journal.close();
}
