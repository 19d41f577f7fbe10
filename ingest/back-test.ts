import type { Priority } from "../domain/alarms/alarm.ts";
import type { ReadingReader } from "../platform/telemetry/telemetry.ts";
import type { World } from "../platform/world.ts";
import { acceptedBatches } from "./accepted.ts";
import { plantHappenings } from "./happenings.ts";
import type { Journal } from "./journal.ts";
import { batchOf, note } from "./pass.ts";
import type { Plant } from "./plant.ts";
import { type ConditionEvent, type PlantEvent, pipeline } from "./stage.ts";
import { stagesOf } from "./stages/stages.ts";
import { eventsOfStored, storedPast } from "./stored-past.ts";

/** An alarm's condition from its onset to its end, whoever might have hidden or acknowledged it. */
export interface Episode {
  readonly ruleId: string;
  readonly sourceId: string;
  /** The most urgent that it became. */
  readonly priority: Priority;
  readonly sinceMs: number;
  /** `null`: it held at the end of the range. */
  readonly returnedAtMs: number | null;
}

/** What other rules would have given, beside what those in force give. */
export interface BackTest {
  readonly fromMs: number;
  readonly toMs: number;
  /** From when on the journal reaches back; what was asked for before that is of the stored readings. */
  readonly journalFromMs: number | null;
  readonly readings: number;
  /** The same under both. */
  readonly same: number;
  readonly gone: Episode[];
  readonly added: Episode[];
  readonly changed: { readonly before: Episode; readonly after: Episode }[];
  /** How many of each rule, before and after; of rules that raised any. */
  readonly byRule: { readonly ruleId: string; readonly before: number; readonly after: number }[];
}

/** Steady windows, hours and learned firing need a run-up; what begins in it is not counted. */
const runUpMs = 2 * 3_600_000;
/** A long back-test beside a running plant works for so long, and lets everything else run as long. */
const turnMs = 20;

/** So long before the journal's first arrival its own readings begin. */
const underWayMs = 5_000;
const secondMs = 1_000;

/**
 * Runs the same stretch of the past through the plant as it is and as it would be, and tells the difference: the
 * journal where it reaches, what is stored before that. Of gateways, of messages set aside and of the disk the store
 * knows nothing; rules about those begin with the journal. It reads, and writes nothing.
 */
export async function backTest(
  journal: Journal,
  store: ReadingReader,
  plants: { readonly before: Plant; readonly after: Plant },
  fromMs: number,
  toMs: number,
  world: World,
  signal?: AbortSignal,
): Promise<BackTest> {
  const first = await offsetAt(journal, fromMs - runUpMs);
  const reader = journal.reader(first.offset);
  const accepted = acceptedBatches();
  const runs = { before: watching(plants.before), after: watching(plants.after) };
  const happenings = [plants.before, plants.after].map(({ catalogue }) => plantHappenings(catalogue));
  let readings = 0;
  let turnBeganMs = world.clock.monotonicMs();
  async function takeTurns(): Promise<void> {
    if (world.clock.monotonicMs() - turnBeganMs < turnMs) return;
    await world.clock.sleep(turnMs, signal);
    turnBeganMs = world.clock.monotonicMs();
  }
  const storedUptoMs = Math.min(toMs, first.atMs === null ? toMs : first.atMs - underWayMs);
  const boilerIds = [...plants.before.boilers.keys()];
  let tickMs = Number.NaN;
  for await (const stored of storedPast(store, boilerIds, fromMs - runUpMs, storedUptoMs)) {
    if (signal?.aborted) break;
    if (Number.isNaN(tickMs)) tickMs = stored.takenAtMs;
    for (; tickMs < stored.takenAtMs; tickMs += secondMs) {
      const tick = { kind: "tick", atMs: tickMs, monotonicMs: tickMs - fromMs + runUpMs } as const;
      for (const run of [runs.before, runs.after]) run.through({ ...tick, telemetryLag: null });
    }
    for (const event of eventsOfStored(stored, plants.before.catalogue)) runs.before.through(event);
    for (const event of eventsOfStored(stored, plants.after.catalogue)) runs.after.through(event);
    readings += 1;
    await takeTurns();
  }
  reading: for (;;) {
    const entries = await reader.read();
    if (entries.length === 0) break;
    for (const entry of entries) {
      if (entry.arrivedAtMs >= toMs || signal?.aborted) break reading;
      const batch = batchOf(entry);
      if (batch === null || accepted.identityOf(batch) === "new") {
        for (const [index, { tell }] of happenings.entries())
          tell(entry, batch, index === 0 ? runs.before.through : runs.after.through);
      }
      note(accepted, entry, batch);
      readings += batch?.n ?? 0;
      await takeTurns();
    }
  }
  const within = (episode: Episode) =>
    episode.sinceMs < toMs && (episode.returnedAtMs === null || episode.returnedAtMs >= fromMs);
  const before = runs.before.episodes().filter(within);
  const after = runs.after.episodes().filter(within);
  return { fromMs, toMs, journalFromMs: first.atMs, readings, ...difference(before, after) };
}

/** A plant's stages, and the episodes that come out of them. */
function watching(plant: Plant) {
  const open = new Map<string, Episode>();
  const over: Episode[] = [];
  /** Late data show the true onset of one that holds, or is over. */
  const backdate = (tag: string, { ruleId, sourceId, sinceMs, atMs: wasMs }: ConditionEvent) => {
    const known = open.get(tag);
    if (known?.sinceMs === wasMs) open.set(tag, { ...known, sinceMs });
    const at = over.findIndex(
      (each) => each.ruleId === ruleId && each.sourceId === sourceId && each.sinceMs === wasMs,
    );
    const ended = over[at];
    if (ended !== undefined) over[at] = { ...ended, sinceMs };
  };
  const take = (event: PlantEvent) => {
    if (event.kind === "past-episode") over.push(episodeOf(event));
    if (event.kind !== "condition") return;
    const { turned, atMs, priority } = event;
    const tag = `${event.ruleId}--${event.sourceId}`;
    const known = open.get(tag);
    if (turned === "on") open.set(tag, episodeOf({ ...event, returnedAtMs: null }));
    else if (turned === "since") backdate(tag, event);
    else if (known === undefined) return;
    else if (turned === "off") {
      over.push({ ...known, returnedAtMs: atMs });
      open.delete(tag);
    } else if (priority < known.priority) open.set(tag, { ...known, priority });
  };
  return {
    through: pipeline(stagesOf(plant).stages, take),
    episodes: (): readonly Episode[] => [...over, ...open.values()].sort((a, b) => a.sinceMs - b.sinceMs),
  };
}

function episodeOf({ ruleId, sourceId, priority, sinceMs, returnedAtMs }: Episode): Episode {
  return { ruleId, sourceId, priority, sinceMs, returnedAtMs };
}

/** Episodes of one rule at one source that overlap are the same one, seen under other limits. */
export function difference(
  before: readonly Episode[],
  after: readonly Episode[],
): Pick<BackTest, "same" | "gone" | "added" | "changed" | "byRule"> {
  const left = new Set(after);
  const gone: Episode[] = [];
  const changed: { before: Episode; after: Episode }[] = [];
  let same = 0;
  for (const was of before) {
    const overlapping = [...left].filter((is) => areOne(was, is));
    const is = overlapping.find((each) => isSame(was, each)) ?? overlapping[0];
    if (is === undefined) gone.push(was);
    else if (isSame(was, is)) same += 1;
    else changed.push({ before: was, after: is });
    if (is !== undefined) left.delete(is);
  }
  const ruleIds = [...new Set([...before, ...after].map(({ ruleId }) => ruleId))].sort();
  const countOf = (ruleId: string, episodes: readonly Episode[]) =>
    episodes.filter((episode) => episode.ruleId === ruleId).length;
  const byRule = ruleIds.map((ruleId) => ({
    ruleId,
    before: countOf(ruleId, before),
    after: countOf(ruleId, after),
  }));
  return { same, gone, added: [...left], changed, byRule };
}

function areOne(a: Episode, b: Episode): boolean {
  const endOf = ({ returnedAtMs }: Episode) => returnedAtMs ?? Number.POSITIVE_INFINITY;
  return a.ruleId === b.ruleId && a.sourceId === b.sourceId && a.sinceMs <= endOf(b) && b.sinceMs <= endOf(a);
}

function isSame(a: Episode, b: Episode): boolean {
  return a.sinceMs === b.sinceMs && a.returnedAtMs === b.returnedAtMs && a.priority === b.priority;
}

/** The first entry that arrived at a moment or later; entries are in the order of their arrival. */
async function offsetAt(
  journal: Journal,
  atMs: number,
): Promise<{ readonly offset: number; readonly atMs: number | null }> {
  const arrivedAt = async (offset: number) => (await journal.reader(offset).read())[0]?.arrivedAtMs ?? null;
  let low = journal.log.firstOffset;
  let high = journal.log.nextOffset;
  const oldestMs = await arrivedAt(low);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const arrivedMs = await arrivedAt(middle);
    if (arrivedMs === null || arrivedMs >= atMs) high = middle;
    else low = middle + 1;
  }
  return { offset: low, atMs: oldestMs };
}
