import type { FlawReason, Reading } from "../domain/reading.ts";
import type { World } from "../platform/world.ts";
import type { Lane, LaneJob, ValueOutcome } from "./lane.ts";
import {
  type Cell,
  type PlannedDevice,
  type PlannedRead,
  type PlannedValue,
  placeOf,
  readsOf,
} from "./plan.ts";

/** A device with the lane that leads to it. */
export interface ScannedDevice extends PlannedDevice {
  readonly cells: readonly Cell[];
  readonly scanMs?: number | undefined;
  readonly pauseMs: number;
  readonly lane: Lane;
  /** How many registers nobody asked for are read rather than a request made; it may change as the line is measured. */
  readonly gap: () => number;
}

/** Of a scan's period, what is there for requests; the rest is for writing down what they gave. */
export const scanShare = 0.9;
/** The share of a scan's period over which its lines begin. */
const startsWithin = 0.05;

export interface Scan {
  /** Counts the scans on the grid, so that slower registers have their turn. */
  readonly slot: number;
  readonly withinMs: number;
}

export interface Scanner {
  /** Reads everything that is due and returns one reading per boiler of which something was, at the latest after `withinMs`. */
  scan(scan: Scan): Promise<readonly Reading[]>;
  /** The clock was set back: times may repeat from here on. */
  beginTimeSegment(): void;
}

/** Values of one device that are read together, every so many scans. */
interface ScanClass {
  readonly device: ScannedDevice;
  readonly cells: readonly Cell[];
  readonly everyScans: number;
  /** Which of them. */
  readonly phase: number;
  plan: { readonly key: string; readonly reads: readonly PlannedRead[] } | null;
}

/** What a scan has of a boiler so far. */
interface Collected {
  readonly values: Record<string, number | null>;
  readonly flaws: Record<string, FlawReason>;
  arrivedAtMs: number | null;
}

/**
 * Assembles what the answers say about each boiler.
 *
 * Lines are read side by side. What is not answered by the end of the scan is `null` with `no-answer`, and is not asked
 * for twice; what is read every so many scans may be answered in a later one, until its next turn, and is part of the
 * reading in which it was. A reading's time is the arrival of its last answer, always later than that of the one before.
 */
export function scanner(devices: readonly ScannedDevice[], scanMs: number, world: World): Scanner {
  const lanes = [...new Set(devices.map(({ lane }) => lane))];
  const classes = lanes.flatMap((lane) => scanClasses(devices, lane, scanMs));
  const boilerIds = [...new Set(devices.map(({ boiler }) => boiler))];
  const lastTakenAtMs = new Map<string, number>();
  let collected = new Map<string, Collected>();
  let isFirst = true;

  async function scan({ slot, withinMs }: Scan): Promise<readonly Reading[]> {
    const nowMs = world.clock.monotonicMs();
    const endMs = nowMs + withinMs;
    // At first everything is read: a value once an hour is not awaited for an hour.
    const due = classes.filter(
      ({ everyScans, phase }) => isFirst || ((slot % everyScans) + everyScans) % everyScans === phase,
    );
    isFirst = false;
    for (const [index, lane] of lanes.entries()) {
      const jobs = due
        .filter(({ device }) => device.lane === lane)
        .flatMap((each) => jobsOf(each, nowMs, endMs));
      // A failure in there is a bug: it surfaces as an unhandled rejection and ends the process.
      void begun(lane, jobs, (index / lanes.length) * startsWithin * scanMs);
    }
    const over = new AbortController();
    await Promise.race([
      Promise.all(urgent.map(({ settled }) => settled)),
      world.clock.sleep(withinMs, over.signal),
    ]);
    over.abort();
    for (const lane of lanes) lane.withdraw(endMs);
    for (const { unanswered } of urgent.splice(0)) unanswered();
    const endedAtMs = world.clock.nowMs();
    const found = collected;
    collected = new Map();
    return boilerIds.flatMap((boilerId) => {
      const of = found.get(boilerId);
      return of === undefined ? [] : [reading(boilerId, of, endedAtMs)];
    });
  }

  /** Lines do not all begin in the same instant: each has a moment of its own, the same in every scan. */
  async function begun(lane: Lane, jobs: readonly LaneJob[], afterMs: number): Promise<void> {
    if (afterMs > 0) await world.clock.sleep(afterMs);
    await lane.work(jobs);
  }

  /** Requests that must be answered in this scan; one that is under way when it ends comes too late. */
  const urgent: { readonly settled: Promise<void>; readonly unanswered: () => void }[] = [];

  function jobsOf(scanned: ScanClass, nowMs: number, endMs: number) {
    const { device, everyScans } = scanned;
    const isPatient = everyScans > 1;
    const deadlineMs = isPatient ? nowMs + (everyScans - 1) * scanMs + (endMs - nowMs) : endMs;
    return plannedNow(scanned, nowMs).map((read) => {
      let isOver = false;
      const known = new Set<string>();
      let done = () => {};
      const settled = new Promise<void>((resolve) => {
        done = resolve;
      });
      const settle = (values: readonly PlannedValue[], outcome: ValueOutcome) => {
        if (isOver) return;
        for (const { point } of values) known.add(point);
        if (known.size === read.values.length) done();
        collect(read.boilerId, values, outcome);
      };
      if (!isPatient) {
        urgent.push({
          settled,
          unanswered: () => {
            settle(
              read.values.filter(({ point }) => !known.has(point)),
              { kind: "no-answer" },
            );
            isOver = true;
          },
        });
      }
      return { read, deadlineMs, isPatient, pauseMs: device.pauseMs, settle };
    });
  }

  /** The requests of a class as its device is known by now; what it refuses is tried alone, now and then. */
  function plannedNow(scanned: ScanClass, nowMs: number): readonly PlannedRead[] {
    const { device, cells } = scanned;
    const known = device.lane.knowledge(device.unitId);
    const gap = device.gap();
    const limits = {
      maxRegisters: Math.min(device.maxRegisters, known.mostRegisters),
      gap,
      barriers: known.barriers,
      isHole: known.isHole,
    };
    const key = `${known.version} ${gap}`;
    if (scanned.plan?.key !== key) scanned.plan = { key, reads: readsOf(device, cells, limits) };
    const trials: PlannedRead[] = [];
    for (const cell of cells) {
      if (!known.isHole(placeOf(cell))) continue;
      const [alone] = readsOf(device, [cell], { ...limits, isHole: () => false });
      if (alone === undefined) continue;
      if (known.isTrialDue(placeOf(cell), nowMs)) trials.push(alone);
      else collect(device.boiler, alone.values, { kind: "refused" });
    }
    return [...scanned.plan.reads, ...trials];
  }

  function collect(boilerId: string, values: readonly PlannedValue[], outcome: ValueOutcome): void {
    const into = collected.get(boilerId) ?? { values: {}, flaws: {}, arrivedAtMs: null };
    collected.set(boilerId, into);
    if (outcome.kind === "words") into.arrivedAtMs = Math.max(into.arrivedAtMs ?? 0, outcome.atMs);
    for (const { point, from, count, decode } of values) {
      const decoded =
        outcome.kind === "words"
          ? decode(outcome.words.slice(from, from + count))
          : ({ value: null, flaw: outcome.kind } as const);
      into.values[point] = decoded.value;
      if (decoded.flaw !== null) into.flaws[point] = decoded.flaw;
      else delete into.flaws[point];
    }
  }

  function reading(boilerId: string, { values, flaws, arrivedAtMs }: Collected, endedAtMs: number): Reading {
    const before = lastTakenAtMs.get(boilerId) ?? 0;
    const takenAtMs = Math.max(Math.round(arrivedAtMs ?? endedAtMs), before + 1);
    lastTakenAtMs.set(boilerId, takenAtMs);
    return { boilerId, takenAtMs, values, flaws };
  }

  return { scan, beginTimeSegment: () => lastTakenAtMs.clear() };
}

/** The classes of a lane's devices; those of one period are spread over its scans. */
function scanClasses(devices: readonly ScannedDevice[], lane: Lane, gatewayMs: number): readonly ScanClass[] {
  const classes = devices
    .filter((device) => device.lane === lane)
    .flatMap((device) => {
      const deviceMs = device.scanMs ?? gatewayMs;
      const cellsOfPeriod = new Map<number, Cell[]>();
      for (const cell of device.cells) {
        const everyScans = Math.max(1, Math.round(Math.max(cell.scanMs ?? 0, deviceMs) / gatewayMs));
        cellsOfPeriod.set(everyScans, [...(cellsOfPeriod.get(everyScans) ?? []), cell]);
      }
      return [...cellsOfPeriod].map(([everyScans, cells]) => ({ device, cells, everyScans }));
    });
  return classes.map((each) => {
    const peers = classes.filter(({ everyScans }) => everyScans === each.everyScans);
    const phase = Math.floor((peers.indexOf(each) * each.everyScans) / peers.length);
    return { ...each, phase, plan: null };
  });
}
