// The alarm engine as a process of its own, to be killed: journal, pass, records and notifications on one folder.
// It writes the script into the journal, from where the journal ends; everything else is what a plant runs.
// node alarm-engine.js <folder> <configuration> <script.json>
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** @param {string} name */
const built = (name) => import(new URL(`../../dist/server/${name}.js`, import.meta.url).href);
const [folder = "", configFile = "", scriptFile = ""] = process.argv.slice(2);

const { realWorld } = await built("platform/world");
const { sqliteRecords } = await built("platform/records/records");
const { openJournal } = await built("ingest/journal");
const { startPass, snapshotFor } = await built("ingest/pass");
const { recordsSink } = await built("ingest/records-sink");
const { stagesOf } = await built("ingest/stages/stages");
const { loadSettings } = await built("settings/settings");
const { plantOf } = await built("settings/registry");
const { directoryOf } = await built("settings/directory");
const { readEnvironment } = await built("platform/environment");
const { openDesk } = await built("notifications/recipients");
const { startNotifier } = await built("notifications/notifier");
const { notificationSecrets } = await built("settings/secrets");

const world = realWorld("warn");
const root = fileURLToPath(new URL("../..", import.meta.url));
const settings = loadSettings(configFile, root, readEnvironment({}));
/** @type {{ kind: string, text: string }[]} */
const script = JSON.parse(readFileSync(scriptFile, "utf8"));

const plant = plantOf(settings);
const bus = { name: "nobody listens", up: false, shed: 0, onUp: () => {}, subscribe: () => {} };
const { db } = await sqliteRecords(folder);
const sink = await recordsSink(db, plant, bus, world);
const snapshot = snapshotFor(folder, [sink]);
const journal = await openJournal(folder, settings.config.ingest.journal, sink.checkpoint, world);
const { stages } = stagesOf(plant);
startPass(folder, settings.config.ingest, journal, plant.catalogue, () => stages, [sink], snapshot, world);
const { notifications, sites } = settings.config;
const siteIds = sites.map((/** @type {{ id: string }} */ { id }) => id);
const desk = openDesk(notifications, notificationSecrets(settings), siteIds, bus, world);
startNotifier(desk, directoryOf(settings), db, world);

process.stdout.write("up\n");
// Offsets begin with 1: the next one says how much of the script is written down.
for (let next = journal.log.nextOffset - 1; next < script.length; next += 1) {
  const { kind, text } = script[next] ?? { kind: "", text: "" };
  await journal.append({ kind, bytes: Buffer.from(text) });
  await world.clock.sleep(2);
}
