import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Configuration } from "../api/configuration.ts";
import type { ConfigDraft, ConfigVersionText, ConfigWish } from "../contracts/http/configuration.ts";
import type { BackTestResult } from "../contracts/http/dry-runs.ts";
import { type EnteringConfig, followedBy, type Plant, type PlantHistory } from "../ingest/plant.ts";
import { replaceFile } from "../platform/data-folder.ts";
import { messageOf, OperationalError } from "../platform/errors.ts";
import {
  addConfigVersion,
  type ConfigTexts,
  type ConfigVersion,
  configHash,
  configTextsOf,
  configVersion,
  configVersions,
  markConfig,
} from "../platform/records/config-records.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import type { World } from "../platform/world.ts";
import { editedYaml } from "../platform/yaml-edit.ts";
import { type Fault, faultsError } from "../platform/yaml-file.ts";
import {
  changedNames,
  changesBetween,
  filesOf,
  fileTexts,
  isOwnFile,
  nameOf,
  pathOf,
  restartNeeded,
  textsOnDisk,
} from "./config-files.ts";
import { catalogueOf, plantOf } from "./registry.ts";
import type { Settings } from "./settings.ts";

/** The configuration that runs, its versions, and what changes when another one is accepted. */
export interface RunningConfiguration {
  readonly settings: Settings;
  /** As people see and change it. */
  readonly forPeople: Configuration;
  /**
   * The plant as each version has it that something kept may still be judged by.
   * @param adapted what else stands beside each of them
   */
  history(adapted: (plant: Plant) => Plant): PlantHistory;
  /** Of a version that the journal does not tell of yet. */
  entering(): EnteringConfig | null;
  /** Called with each version that is accepted, until it runs. */
  onAccepted(run: (settings: Settings) => Promise<void>): void;
}

interface Kept {
  readonly version: ConfigVersion;
  readonly settings: Settings;
}

export interface ConfigurationNeeds {
  readonly db: RecordsDb;
  readonly world: World;
  /** Why nobody may change it while this runs; `null`: people may. */
  readonly readOnly: string | null;
  readonly probe: Configuration["probe"];
  readonly tryOut: (
    settings: Settings,
    fromMs: number,
    toMs: number,
    signal: AbortSignal,
  ) => Promise<BackTestResult>;
}

const dayMs = 86_400_000;
/** Besides those within the journal's reach: what comes later than that is judged by the oldest of them. */
const mostVersions = 500;

/**
 * Opens the configuration that a process was started with. What stands in its files counts: where that is another one
 * than was accepted last, it becomes a version, in the name of `file`.
 */
export async function openConfiguration(
  found: Settings,
  { db, world, readOnly, probe, tryOut }: ConfigurationNeeds,
): Promise<RunningConfiguration> {
  const place = found;
  const { clock } = world;
  let kept: Kept[] = [];
  const listeners: ((settings: Settings) => Promise<void>)[] = [];
  /** Changes one after the other. */
  let turn: Promise<unknown> = Promise.resolve();
  /** Parts that were changed since the start and wait for the next one. */
  let waiting: readonly string[] = [];

  await takeUp();
  const newest = () => kept.at(-1) as Kept;

  async function takeUp(): Promise<void> {
    const atMs = clock.nowMs();
    let [last] = await configVersions(db, 1);
    let settings = found;
    if (last !== undefined && !last.isWritten) {
      // It was accepted, and the process ended before its files were written.
      write(await configTextsOf(db, last));
      await markConfig(db, last.version, "writtenAtMs", atMs);
      settings = settingsOf(await configTextsOf(db, last));
    }
    const texts = textsOnDisk(place);
    if (last === undefined || configHash(texts) !== last.hash) {
      const before = last === undefined ? new Map() : await configTextsOf(db, last);
      const comment =
        last === undefined ? "As it was at the first start" : "As it stood in the files at the start";
      const changed = changedNames(before, texts);
      last = await addConfigVersion(db, texts, { comment, changed, isWritten: true }, { by: "file", atMs });
    }
    const reachMs = atMs - found.config.ingest.journal.keepDays * dayMs;
    const earlier: Kept[] = [];
    for (const version of await configVersions(db, mostVersions, last.version)) {
      const of = found.again(filesOf(await configTextsOf(db, version), place));
      // One that this release cannot read any more: the one after it counts for its time, too.
      if ("faults" in of)
        world.log.warn({ version: version.version }, "an old version of the configuration cannot be read");
      else earlier.unshift({ version, settings: of });
      if (version.atMs < reachMs) break;
    }
    kept = [...earlier, { version: last, settings }];
  }

  /** @throws OperationalError `config-invalid` */
  function settingsOf(texts: ConfigTexts): Settings {
    const read = found.again(filesOf(texts, place));
    if ("faults" in read)
      throw faultsError(read.faults.map((fault) => ({ ...fault, file: nameOf(fault.file, place, texts) })));
    return read;
  }

  function write(texts: ConfigTexts): void {
    const now = textsOnDisk(place);
    for (const name of changedNames(now, texts).filter((each) => isOwnFile(each, place))) {
      const path = pathOf(name, place);
      mkdirSync(dirname(path), { recursive: true });
      replaceFile(path, texts.get(name) ?? null);
    }
  }

  /** The files as they are, and as a wish would have them. */
  function wanted(wish: ConfigWish): { readonly before: ConfigTexts; readonly after: ConfigTexts } {
    const before = textsOnDisk(place);
    if (configHash(before) !== wish.base)
      throw new OperationalError(
        "rev-stale",
        "The configuration's files have changed since you saw them; look again",
      );
    const after = new Map(before);
    const own = (name: string) => {
      if (!isOwnFile(name, place))
        throw new OperationalError(
          "config-invalid",
          `${name} is no file that can be changed here; it is the configuration's own, devices/….yaml or rules/….yaml`,
        );
      return name;
    };
    for (const { name, text } of wish.files ?? []) {
      if (text === null) after.delete(own(name));
      else after.set(own(name), text);
    }
    for (const { file, path, ...change } of wish.edits ?? [])
      after.set(own(file), editedYaml(after.get(file) ?? "", [{ path, ...change }]));
    return { before, after };
  }

  function draft(wish: ConfigWish): ConfigDraft {
    const { before, after } = wanted(wish);
    const read = found.again(filesOf(after, place));
    const faults = "faults" in read ? read.faults : [];
    const { version } = newest();
    const names = changedNames(before, after);
    return {
      hash: configHash(after),
      faults: faults.map((fault) => faultText(fault, after)),
      changes: changesBetween(configHash(before) === version.hash ? before : runningTexts, after),
      files: names.map((name) => ({
        name,
        before: before.get(name) ?? null,
        after: after.get(name) ?? null,
      })),
      restart: "faults" in read ? [] : restartNeeded(newest().settings.config, read.config),
    };
  }

  let runningTexts = await configTextsOf(db, newest().version);

  function faultText({ file, line, path, message }: Fault, texts: ConfigTexts) {
    return { file: nameOf(file, place, texts), line, path: path === undefined ? null : [...path], message };
  }

  async function accept(wish: ConfigWish, comment: string, by: string): Promise<ConfigVersionText> {
    if (readOnly !== null) throw new OperationalError("config-unwritable", readOnly);
    const { before, after } = wanted(wish);
    const settings = settingsOf(after);
    if (configHash(after) === newest().version.hash) return versionText(newest().version);
    const changed = changedNames(runningTexts, after);
    try {
      write(after);
    } catch (cause) {
      try {
        write(before);
      } catch (error) {
        world.log.error({ error: messageOf(error) }, "the configuration's files could not be put back");
      }
      throw new OperationalError(
        "config-unwritable",
        `The configuration's files cannot be written (${messageOf(cause)})`,
        {
          cause,
        },
      );
    }
    const version = await addConfigVersion(
      db,
      after,
      { comment, changed, isWritten: true },
      { by, atMs: clock.nowMs() },
    );
    waiting = [...new Set([...waiting, ...restartNeeded(newest().settings.config, settings.config)])].sort();
    kept = [...kept, { version, settings }];
    runningTexts = after;
    for (const run of listeners) {
      const running = run(settings);
      // One that does not come to run leaves nothing that could be gone on with: the process ends, and begins with it.
      await running.catch((error: unknown) => void Promise.reject(error));
    }
    return versionText(version);
  }

  async function versionText(version: ConfigVersion): Promise<ConfigVersionText> {
    const { hash, by, comment, atMs } = version;
    const before = await configVersion(db, version.version - 1);
    const changed = [...new Set([...(before?.files.keys() ?? []), ...version.files.keys()])]
      .filter((name) => before?.files.get(name) !== version.files.get(name))
      .sort();
    return { version: version.version, hash, by, comment, atMs, changed: before === null ? [] : changed };
  }

  return {
    get settings() {
      return newest().settings;
    },
    history: (adapted) => plantHistory(kept, adapted),
    entering: () => {
      const { version, hash, by, atMs, isEntered } = newest().version;
      if (isEntered) return null;
      const entered = () => markConfig(db, version, "enteredAtMs", clock.nowMs());
      return { version, hash, by, atMs, entered };
    },
    onAccepted: (run) => {
      listeners.push(run);
    },
    forPeople: {
      now: async () => {
        const texts = textsOnDisk(place);
        const { version } = newest();
        const hash = configHash(texts);
        return {
          running: await versionText(version),
          hash,
          differs: hash !== version.hash,
          readOnly,
          restart: [...waiting],
          files: fileTexts(texts),
        };
      },
      draft: async (wish) => draft(wish),
      accept: (wish, comment, by) => {
        const accepted = turn.then(() => accept(wish, comment, by));
        turn = accepted.catch(() => {});
        return accepted;
      },
      versions: async (before, limit) => {
        const page = await configVersions(db, limit + 1, before);
        const shown = page.slice(0, limit);
        return {
          versions: await Promise.all(shown.map(versionText)),
          nextCursor: page.length > limit ? String(shown.at(-1)?.version) : null,
        };
      },
      version: async (number) => {
        const version = await configVersion(db, number);
        if (version === null) return null;
        return { version: await versionText(version), files: fileTexts(await configTextsOf(db, version)) };
      },
      tryOut: async (wish, fromMs, toMs, signal) =>
        tryOut(settingsOf(wanted(wish).after), fromMs, toMs, signal),
      probe,
    },
  };
}

function plantHistory(kept: readonly Kept[], adapted: (plant: Plant) => Plant): PlantHistory {
  const [first, ...others] = kept.map(({ settings }) => settings);
  const catalogue = catalogueOf(first as Settings, ...others);
  const plants: { readonly version: number; readonly plant: Plant }[] = [];
  for (const { version, settings } of kept) {
    const plant = adapted(plantOf(settings, catalogue));
    const before = plants.at(-1)?.plant;
    plants.push({
      version: version.version,
      plant: before === undefined ? plant : followedBy(before, plant, version.atMs),
    });
  }
  const [oldest] = plants;
  const newest = plants.at(-1);
  if (oldest === undefined || newest === undefined) throw new Error("a configuration has a version");
  return {
    newest: newest.plant,
    at: (version) => (plants.findLast((each) => each.version <= version) ?? oldest).plant,
  };
}
