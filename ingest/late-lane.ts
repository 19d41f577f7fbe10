import { importedBy } from "../contracts/batch.ts";
import type { PastEpisode } from "../domain/alarms/alarm.ts";
import type { Plant } from "./plant.ts";
import type { BoilerStage, ConditionEvent, PlantEvent, Stage } from "./stage.ts";
import { pipeline } from "./stage.ts";
import type { Family, LateLeft } from "./watches/alarm-memory.ts";
import type { Source, Tell } from "./watches/families.ts";
import type { LateOn } from "./watches/meet-late.ts";
import { staleAfterMs } from "./watches/stale.ts";

/** A stretch of a boiler that live data jumped over: what the stages knew before it, and how far late data have come. */
interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  /** What each stage knew of the boiler; as late data leave it. */
  memory: Record<string, unknown>;
  /** Newest late reading that ran through. */
  reachedMs: number;
  /** When that was, in ingest's monotonic time. */
  ranMonotonicMs: number;
  /** By rule: what began in the gap and has not ended there. */
  readonly began: Record<string, ConditionEvent>;
}

interface Memory {
  /** By boiler: the newest live reading. */
  cursors: Record<string, { readonly atMs: number; readonly monotonicMs: number }>;
  /** By boiler: what was known when its silence began; time that passed since has changed the conditions. */
  seeds: Record<string, Record<string, unknown>>;
  /** By boiler, oldest first. */
  gaps: Record<string, Gap[]>;
  monotonicMs: number;
}

/** Older gaps of a boiler than so many are given up: what comes of them is stored, and raises nothing. */
const mostGaps = 8;

/** A backlog that pauses for so long may be all there is. */
const idleMs = 60_000;

/** What the last of the stages remembers of a boiler. */
type Raised = Readonly<Record<"families", Record<string, Family>>>;

/** Where the two meet: the alarms of the live data, and what late data left of one rule at one boiler. */
export interface LateMeeting {
  /** Live readings of a boiler go on behind a gap; or, with `null`, none of its gaps is open any more. */
  goesOn(boilerId: string, fromMs: number | null): void;
  /** @returns what is to go on in the next gap; `null` where there is none */
  meet(source: Source, ruleId: string, left: LateLeft, tell: Tell): LateOn | null;
}

/**
 * Judges what comes late as it would have been judged in time. When the live readings of a boiler jump, what the
 * stages knew of it before is put aside; the backlog, which comes in order, runs through a copy of them. Episodes that
 * begin and end there go into the records without a word to anybody. Where the backlog reaches the live readings, what
 * still holds is handed over: it is announced once, with its true onset.
 * @param live the stages behind this one, in their order
 * @param copies the same stages once more, for the backlog
 */
export function lateLane(
  plant: Plant,
  live: readonly BoilerStage[],
  copies: readonly BoilerStage[],
  meeting: LateMeeting,
): Stage {
  let memory: Memory = emptyMemory();
  /** By boiler: whose memory the copies hold. */
  const loaded = new Map<string, Gap>();
  let ran: PlantEvent[] = [];
  const through = pipeline(copies, (event) => ran.push(event));

  const scanMs = (boilerId: string) =>
    plant.gateways.get(plant.boilers.get(boilerId)?.gatewayId ?? "")?.scanMs ?? 1_000;
  const isRecorded = (boilerId: string) =>
    plant.sites.get(plant.boilers.get(boilerId)?.siteId ?? "")?.recorded === true;
  const staleMs = (boilerId: string) => staleAfterMs(scanMs(boilerId));
  const known = (boilerId: string) =>
    structuredClone(Object.fromEntries(live.map((stage) => [stage.name, stage.memoryOf(boilerId)])));

  function seen(boilerId: string, atMs: number, clockSetMs: number): void {
    // What was captured before the first that we see may come as well.
    const fromMs = memory.cursors[boilerId]?.atMs ?? 0;
    // A clock that was set is no jump: which time the readings between would have had, nobody can say.
    if (clockSetMs === 0 && atMs - fromMs > staleMs(boilerId)) {
      const seed = memory.seeds[boilerId] ?? (fromMs === 0 ? {} : known(boilerId));
      const reached = { reachedMs: fromMs, ranMonotonicMs: memory.monotonicMs };
      const gaps = [
        ...(memory.gaps[boilerId] ?? []),
        { fromMs, toMs: atMs, memory: seed, ...reached, began: {} },
      ];
      memory.gaps[boilerId] = gaps.slice(-mostGaps);
      meeting.goesOn(boilerId, atMs);
    }
    delete memory.seeds[boilerId];
    memory.cursors[boilerId] = { atMs, monotonicMs: memory.monotonicMs };
  }

  /** Before time that passes in silence changes what is known of a boiler, it is put aside. */
  function ticked(monotonicMs: number, next: Tell): void {
    const restarted = monotonicMs < memory.monotonicMs;
    memory.monotonicMs = monotonicMs;
    for (const [boilerId, { atMs, monotonicMs: heardMs }] of Object.entries(memory.cursors)) {
      if (restarted) memory.cursors[boilerId] = { atMs, monotonicMs };
      else if (monotonicMs - heardMs > staleMs(boilerId)) memory.seeds[boilerId] ??= known(boilerId);
    }
    for (const [boilerId, gaps] of Object.entries(memory.gaps)) {
      for (const gap of gaps) {
        if (restarted) gap.ranMonotonicMs = monotonicMs;
        const isIdle = monotonicMs - gap.ranMonotonicMs > idleMs;
        // Nobody recorded the rest, or it is still on its way: what holds is not kept from people for that.
        if (isIdle && Object.keys(gap.began).length > 0) handOver(boilerId, gap, next);
      }
    }
  }

  /** @returns whether the reading belongs to a gap, and was judged there */
  function late(event: Extract<PlantEvent, { kind: "reading" }>, next: Tell): boolean {
    const { frame, origin } = event;
    const { boilerId, takenAtMs } = frame;
    const gap = memory.gaps[boilerId]?.find(({ fromMs, toMs }) => takenAtMs > fromMs && takenAtMs < toMs);
    if (gap === undefined || takenAtMs <= gap.reachedMs) return false;
    load(boilerId, gap);
    ran = [];
    through({ ...event, origin: { ...origin, late: false } });
    gap.reachedMs = takenAtMs;
    gap.ranMonotonicMs = memory.monotonicMs;
    for (const out of ran) {
      if (out.kind === "condition") note(gap, out, next);
      else if (out.kind === "judged") next({ ...out, origin });
    }
    if (gap.toMs - takenAtMs <= 1.5 * scanMs(boilerId)) close(boilerId, gap, next);
    return true;
  }

  function note(gap: Gap, event: ConditionEvent, next: Tell): void {
    const { ruleId, turned, atMs } = event;
    const began = gap.began[ruleId];
    if (turned === "on") gap.began[ruleId] = event;
    else if (began === undefined)
      return; // it held before the gap: what is live tells of it
    else if (turned === "off") {
      delete gap.began[ruleId];
      next({ kind: "past-episode", ...pastOf(began, atMs) });
    } else if (event.priority < began.priority) {
      const { priority, latching, evidence, context } = event;
      gap.began[ruleId] = { ...began, priority, latching, evidence, context };
    }
  }

  /** What began in the gap and holds is for the live readings to go on with. */
  function handOver(boilerId: string, gap: Gap, next: Tell): void {
    load(boilerId, gap);
    const raised = copies.at(-1)?.memoryOf(boilerId) as Raised;
    const source = { siteId: plant.boilers.get(boilerId)?.siteId ?? "", id: boilerId };
    // Of the next gap nothing has come yet, or it goes its own way.
    const after = (memory.gaps[boilerId] ?? []).find(
      ({ fromMs, reachedMs }) => fromMs >= gap.toMs && reachedMs === fromMs,
    );
    for (const [ruleId, family] of Object.entries(raised.families)) {
      const began = gap.began[ruleId] ?? null;
      delete gap.began[ruleId];
      const left = { family: structuredClone(family), began, untilMs: gap.toMs };
      const on = meeting.meet(source, ruleId, left, next);
      if (on !== null && after !== undefined) goOn(after, ruleId, on);
    }
  }

  /** The next gap begins with what this one and the live readings between have left. */
  function goOn(gap: Gap, ruleId: string, { family, began }: LateOn): void {
    const raised = gap.memory[copies.at(-1)?.name ?? ""] as Raised | undefined;
    if (raised === undefined) return;
    if (Object.keys(family.conditions).length > 0) raised.families[ruleId] = family;
    else delete raised.families[ruleId];
    if (began !== null) gap.began[ruleId] = began;
  }

  /** The backlog has come to where live readings went on. */
  function close(boilerId: string, gap: Gap, next: Tell): void {
    handOver(boilerId, gap, next);
    loaded.delete(boilerId);
    const left = (memory.gaps[boilerId] ?? []).filter((each) => each !== gap);
    if (left.length > 0) memory.gaps[boilerId] = left;
    else {
      delete memory.gaps[boilerId];
      meeting.goesOn(boilerId, null);
    }
  }

  /** Puts the memory of a gap into the copies, and that of another gap of the same boiler back. */
  function load(boilerId: string, gap: Gap): void {
    const other = loaded.get(boilerId);
    if (other === gap) return;
    if (other !== undefined) other.memory = copied(boilerId);
    for (const copy of copies) copy.recallOf(boilerId, structuredClone(gap.memory[copy.name] ?? null));
    loaded.set(boilerId, gap);
  }

  function copied(boilerId: string): Record<string, unknown> {
    return structuredClone(Object.fromEntries(copies.map((copy) => [copy.name, copy.memoryOf(boilerId)])));
  }

  return {
    name: "late-lane",
    step: (event, next) => {
      if (event.kind === "tick") ticked(event.monotonicMs, next);
      if (event.kind === "reading") {
        const isBacklog = event.origin.late && event.origin.gatewayId !== importedBy;
        if (isBacklog && late(event, next)) return;
        // Nobody is told of a plant that is only recorded: what is missing there opens no gap.
        if (!event.origin.late && !isRecorded(event.frame.boilerId))
          seen(event.frame.boilerId, event.frame.takenAtMs, event.origin.clockSetMs);
      }
      next(event);
    },
    memory: () => {
      for (const [boilerId, gap] of loaded) gap.memory = copied(boilerId);
      return memory;
    },
    recall: (recalled) => {
      memory = { ...emptyMemory(), ...((recalled ?? {}) as Partial<Memory>) };
      loaded.clear();
    },
  };
}

function emptyMemory(): Memory {
  return { cursors: {}, seeds: {}, gaps: {}, monotonicMs: 0 };
}

function pastOf(
  { ruleId, siteId, sourceId, priority, sinceMs, evidence, context }: ConditionEvent,
  returnedAtMs: number,
): PastEpisode {
  return { ruleId, siteId, sourceId, priority, sinceMs, returnedAtMs, evidence, context };
}
