import type { LineStatistics } from "../contracts/batch.ts";
import type { World } from "../platform/world.ts";
import { halves, type PlannedRead, type PlannedValue, placeOf } from "./plan.ts";
import type { ReadOutcome, RegisterBlock, RegisterSource } from "./register-source.ts";
import { healthyUnit, type UnitEvent, type UnitHealth, unitAfter } from "./unit-health.ts";
import { type UnitKnowledge, type UnitLearner, unitLearner } from "./unit-knowledge.ts";

/** What became of some values: the words of their block, with the time at which they arrived, or none. */
export type ValueOutcome =
  | { readonly kind: "words"; readonly words: readonly number[]; readonly atMs: number }
  | { readonly kind: "refused" }
  | { readonly kind: "no-answer" };

/** A request that somebody wants done on the line. */
export interface LaneJob {
  readonly read: PlannedRead;
  /** Monotonic; the most urgent goes first. */
  readonly deadlineMs: number;
  /** It may wait for a later scan, so that a failure is no reason to give it up. */
  readonly isPatient: boolean;
  /** Silence before it. */
  readonly pauseMs: number;
  /** Told once for each value, in parts where the block had to be halved. */
  readonly settle: (values: readonly PlannedValue[], outcome: ValueOutcome) => void;
}

/** One line with one request at a time on it, and all that is known of its units. */
export interface Lane {
  readonly id: string;
  /** Takes jobs; resolves when nothing is left to do now. */
  work(jobs: readonly LaneJob[]): Promise<void>;
  /** Gives up what had to be done by now. */
  withdraw(nowMs: number): void;
  knowledge(unitId: number): UnitKnowledge;
  /** What a request of this line takes besides its bytes, in the median; `null` before there are enough answers. */
  readonly turnaroundMs: number | null;
  statistics(): LineStatistics;
  close(): Promise<void>;
}

export interface LaneSettings {
  readonly id: string;
  /** For an answer, at the most. */
  readonly timeoutMs: number;
  /** What the block's bytes take. */
  readonly bytesMs: (block: RegisterBlock) => number;
}

interface Task {
  readonly job: LaneJob;
  readonly read: PlannedRead;
  readonly order: number;
  readonly attempts: number;
  readonly notBeforeMs: number;
  /** Told whether the device gave the block whole; `null`: that is not known. */
  readonly told: (gave: boolean | null) => void;
}

interface Unit {
  readonly unitId: number;
  readonly learner: UnitLearner;
  /** What blocks have been refused for, so that it is said once. */
  readonly refusals: Map<string, number>;
  readonly blocks: Map<string, Block>;
  health: UnitHealth;
  requests: number;
  answers: number;
  exceptions: number;
  silences: number;
  garbled: number;
  skipped: number;
  answersMs: number;
}

/** A block of a living unit may be one that it never answers. */
interface Block {
  health: UnitHealth;
  tookMs: number[];
}

const probeShare = 0.1;
const probeSavingsMs = 6_000;
/** A line that is always busy must not keep a probe waiting for longer. */
const probePatienceMs = 10_000;
const rememberedAnswers = 64;
const enoughAnswers = 20;
const leastTimeoutMs = 100;
const timeoutPerAnswer = 4;
const mostBusyRetries = 3;
const busyRetryMs = 50;
const mostPatientAttempts = 3;
const patientRetryMs = 1_000;
const longestBackOffS = 60;
const leastBackOffMs = 100;
const gatewayExceptions = [0x0a, 0x0b];
const busyExceptions = [5, 6];

/** Asks for what is wanted on a line, one request at a time, and bears with its units. */
export function lane(settings: LaneSettings, source: RegisterSource, world: World): Lane {
  const { clock, log, random } = world;
  const units = new Map<number, Unit>();
  const turnarounds: number[] = [];
  let tasks: Task[] = [];
  let running: Promise<void> | null = null;
  let waiting = new AbortController();
  let orders = 0;
  let isClosed = false;
  let busyMs = 0;
  let connectFailures = 0;
  let downUntilMs = 0;
  let probeAllowance = { ms: 0, atMs: clock.monotonicMs() };

  function unitOf(unitId: number): Unit {
    const known = units.get(unitId);
    if (known !== undefined) return known;
    const counts = {
      requests: 0,
      answers: 0,
      exceptions: 0,
      silences: 0,
      garbled: 0,
      skipped: 0,
      answersMs: 0,
    };
    const unit: Unit = {
      unitId,
      learner: unitLearner(),
      refusals: new Map(),
      blocks: new Map(),
      health: healthyUnit,
      ...counts,
    };
    units.set(unitId, unit);
    return unit;
  }

  function blockOf(unit: Unit, block: RegisterBlock): Block {
    const key = keyOf(block);
    const known = unit.blocks.get(key);
    if (known !== undefined) return known;
    const made: Block = { health: healthyUnit, tookMs: [] };
    unit.blocks.set(key, made);
    return made;
  }

  async function run(): Promise<void> {
    // Never over before it is known to run.
    await Promise.resolve();
    try {
      await workOff();
    } finally {
      running = null;
    }
  }

  async function workOff(): Promise<void> {
    while (tasks.length > 0 && !isClosed) {
      const nowMs = clock.monotonicMs();
      if (nowMs < downUntilMs) {
        giveUp(({ job }) => !job.isPatient);
        return;
      }
      const next = chosen(nowMs);
      if (next.task !== null) await perform(next.task);
      else if (next.waitMs !== null) {
        waiting = new AbortController();
        await clock.sleep(next.waitMs, waiting.signal);
      } else return;
    }
  }

  /** The most urgent request that may be made now; without one, how long until there may be one. */
  function chosen(nowMs: number): { readonly task: Task | null; readonly waitMs: number | null } {
    giveUp(({ job, read }) => !job.isPatient && isLeftAlone(read, nowMs));
    let best: { task: Task; rank: number } | null = null;
    let waitMs: number | null = null;
    for (const task of tasks) {
      const { block } = task.read;
      if (isLeftAlone(task.read, nowMs)) continue;
      const taskWaitMs = Math.max(task.notBeforeMs - nowMs, source.readyInMs(block));
      if (taskWaitMs > 0) {
        waitMs = Math.min(waitMs ?? taskWaitMs, taskWaitMs);
        continue;
      }
      const rank = rankOf(task, nowMs);
      if (best === null || rank < best.rank || (rank === best.rank && isMoreUrgent(task, best.task)))
        best = { task, rank };
    }
    return { task: best?.task ?? null, waitMs };
  }

  /** Those who answer go first, then those in doubt, then probes. */
  function rankOf({ read }: Task, nowMs: number): number {
    const { health } = unitOf(read.block.unitId);
    if (health.state === "open") return nowMs - health.probeAtMs > probePatienceMs ? 0 : 2;
    return health.state === "ok" ? 0 : 1;
  }

  function isMoreUrgent(one: Task, other: Task): boolean {
    const sameUnit = one.read.block.unitId === other.read.block.unitId;
    // A probe is the smallest request there is.
    if (sameUnit && unitOf(one.read.block.unitId).health.state === "open")
      return one.read.block.count < other.read.block.count;
    if (one.job.deadlineMs !== other.job.deadlineMs) return one.job.deadlineMs < other.job.deadlineMs;
    return one.order < other.order;
  }

  function isLeftAlone({ block }: PlannedRead, nowMs: number): boolean {
    const unit = unitOf(block.unitId);
    const healths = [unit.health, unit.blocks.get(keyOf(block))?.health ?? healthyUnit];
    return healths.some(
      ({ state, probeAtMs }) => state === "open" && (nowMs < probeAtMs || probeAllowanceMs(nowMs) <= 0),
    );
  }

  /** Probes may take a tenth of the line's time, whoever is dead. */
  function probeAllowanceMs(nowMs: number): number {
    const ms = Math.min(probeSavingsMs, probeAllowance.ms + probeShare * (nowMs - probeAllowance.atMs));
    probeAllowance = { ms, atMs: nowMs };
    return ms;
  }

  async function perform(task: Task): Promise<void> {
    tasks = tasks.filter((each) => each !== task);
    const { block } = task.read;
    const unit = unitOf(block.unitId);
    const blockState = blockOf(unit, block);
    const isProbe = unit.health.state === "open" || blockState.health.state === "open";
    if (unit.health.state === "open") happened(unit, "probed");
    if (blockState.health.state === "open")
      blockState.health = unitAfter(blockState.health, "probed", clock.monotonicMs(), random.next());
    if (task.job.pauseMs > 0) await clock.sleep(task.job.pauseMs);

    const fromMs = clock.monotonicMs();
    const outcome = await source.read(block, timeoutOf(blockState));
    const tookMs = clock.monotonicMs() - fromMs;
    busyMs += tookMs;
    if (isProbe) {
      probeAllowanceMs(clock.monotonicMs());
      probeAllowance = { ...probeAllowance, ms: probeAllowance.ms - tookMs };
    }
    if (outcome.kind === "line-down") {
      lineDown(task, outcome.why);
      return;
    }
    lineUp();
    unit.requests += 1;
    accept(task, unit, blockState, outcome);
  }

  function accept(
    task: Task,
    unit: Unit,
    block: Block,
    outcome: Exclude<ReadOutcome, { kind: "line-down" }>,
  ) {
    const { read } = task;
    const atMs = clock.nowMs();
    switch (outcome.kind) {
      case "words": {
        unit.answers += 1;
        unit.answersMs += outcome.tookMs;
        remembered(block.tookMs, outcome.tookMs);
        remembered(turnarounds, Math.max(0, outcome.tookMs - settings.bytesMs(read.block)));
        block.health = healthyUnit;
        happened(unit, "answered");
        if (unit.refusals.delete(keyOf(read.block))) say(unit, "info", "is not refused any more", read);
        learned(unit, "info", unit.learner.answered(read));
        task.told(true);
        task.job.settle(read.values, { kind: "words", words: outcome.words, atMs });
        return;
      }
      case "exception":
        unit.exceptions += 1;
        refused(task, unit, outcome.code);
        return;
      case "silent":
        unit.silences += 1;
        block.tookMs = [];
        block.health = unitAfter(block.health, "silent", clock.monotonicMs(), random.next());
        happened(unit, "silent");
        if (task.job.isPatient && task.attempts < mostPatientAttempts) again(task, patientRetryMs);
        else {
          task.told(null);
          task.job.settle(read.values, { kind: "no-answer" });
        }
        return;
      case "garbled":
        unit.garbled += 1;
        if (block.health.state === "half-open") block.health = healthyUnit;
        happened(unit, "garbled");
        // Once more: a broken frame is an accident, and the line is quiet now.
        if (task.attempts === 0) again(task, 0);
        else {
          task.told(null);
          task.job.settle(read.values, { kind: "no-answer" });
        }
    }
  }

  function refused(task: Task, unit: Unit, code: number): void {
    const { read, job } = task;
    const isGateways = gatewayExceptions.includes(code);
    blockOf(unit, read.block).health = healthyUnit;
    happened(unit, isGateways ? "unreachable" : "answered");
    if (isGateways) {
      task.told(null);
      job.settle(read.values, { kind: "no-answer" });
      return;
    }
    if (busyExceptions.includes(code) && task.attempts < mostBusyRetries) {
      again(task, busyRetryMs * 2 ** task.attempts);
      return;
    }
    const parts = code === 2 || code === 3 ? halves(read) : null;
    if (parts !== null) {
      // The values are wanted now: the halves give them, and tell what it was that the device refused.
      task.told(false);
      const gave: (boolean | null)[] = [];
      const told = (half: boolean | null) => {
        gave.push(half);
        if (gave.length === 2 && gave.every((each) => each === true))
          learned(unit, "info", unit.learner.gaveHalves(read));
      };
      const half = { job, attempts: 0, notBeforeMs: 0, told };
      tasks.push(
        { ...half, read: parts.left, order: task.order },
        { ...half, read: parts.right, order: task.order },
      );
      return;
    }
    if (unit.refusals.get(keyOf(read.block)) !== code) {
      unit.refusals.set(keyOf(read.block), code);
      say(unit, "warn", `is refused by exception ${code}`, read);
    }
    if (code <= 3) learned(unit, "warn", unit.learner.refusedValues(read, clock.monotonicMs()));
    task.told(code === 2 || code === 3 ? false : null);
    job.settle(read.values, { kind: "refused" });
  }

  function happened(unit: Unit, event: UnitEvent): void {
    const before = unit.health;
    const othersAnswer = [...units.values()].some(
      (each) => each !== unit && (each.health.state === "ok" || each.health.state === "suspect"),
    );
    unit.health = unitAfter(before, event, clock.monotonicMs(), random.next());
    const wasOpen = before.state === "half-open";
    if (unit.health.state === "open") {
      for (const block of unit.blocks.values()) block.health = healthyUnit;
      if (!wasOpen)
        log.warn(
          { line: settings.id, unitId: unit.unitId },
          event === "unreachable"
            ? "the gateway does not reach it; it is probed now and then"
            : "does not answer; it is probed now and then",
        );
    } else if (wasOpen && unit.health.state === "ok") {
      log.info({ line: settings.id, unitId: unit.unitId }, "answers again");
      // Where nobody answered, it was the line: the others need not wait for their probes.
      if (!othersAnswer) for (const other of units.values()) other.health = { ...other.health, probeAtMs: 0 };
    }
  }

  function learned(unit: Unit, level: "info" | "warn", sentence: string | null): void {
    if (sentence !== null) log[level]({ line: settings.id, unitId: unit.unitId }, sentence);
  }

  function say(unit: Unit, level: "info" | "warn", what: string, { block }: PlannedRead): void {
    const where = `${block.count} ${block.table} from ${block.address}`;
    log[level]({ line: settings.id, unitId: unit.unitId }, `${where} ${what}`);
  }

  function timeoutOf({ tookMs }: Block): number {
    if (tookMs.length < enoughAnswers) return settings.timeoutMs;
    return Math.min(
      settings.timeoutMs,
      Math.max(leastTimeoutMs, Math.ceil(timeoutPerAnswer * Math.max(...tookMs))),
    );
  }

  function again(task: Task, afterMs: number): void {
    tasks.push({ ...task, attempts: task.attempts + 1, notBeforeMs: clock.monotonicMs() + afterMs });
  }

  function lineDown(task: Task, why: string): void {
    if (connectFailures === 0) log.warn({ line: settings.id }, `the line is down: ${why}`);
    const mostS = Math.min(longestBackOffS, 2 ** connectFailures);
    connectFailures += 1;
    downUntilMs = clock.monotonicMs() + Math.max(leastBackOffMs, random.next() * mostS * 1_000);
    // Nobody was asked: a unit that was to be probed still is.
    for (const unit of units.values())
      if (unit.health.state === "half-open") unit.health = { ...unit.health, state: "open" };
    for (const { blocks } of units.values())
      for (const block of blocks.values()) if (block.health.state === "half-open") block.health = healthyUnit;
    tasks.push(task);
  }

  function lineUp(): void {
    if (connectFailures > 0) log.info({ line: settings.id }, "the line is up again");
    connectFailures = 0;
  }

  function giveUp(which: (task: Task) => boolean): void {
    const given = tasks.filter(which);
    if (given.length === 0) return;
    tasks = tasks.filter((task) => !given.includes(task));
    for (const { job, read, told } of given) {
      unitOf(read.block.unitId).skipped += 1;
      told(null);
      job.settle(read.values, { kind: "no-answer" });
    }
  }

  return {
    id: settings.id,
    work: async (jobs) => {
      for (const job of jobs) {
        tasks.push({ job, read: job.read, order: orders, attempts: 0, notBeforeMs: 0, told: () => {} });
        orders += 1;
      }
      waiting.abort();
      running ??= run();
      await running;
    },
    withdraw: (nowMs) => giveUp(({ job }) => job.deadlineMs <= nowMs),
    knowledge: (unitId) => unitOf(unitId).learner,
    get turnaroundMs() {
      if (turnarounds.length < enoughAnswers) return null;
      return [...turnarounds].sort((a, b) => a - b)[turnarounds.length >> 1] ?? null;
    },
    statistics: () => ({
      id: settings.id,
      isUp: connectFailures === 0,
      busyMs,
      units: [...units.values()].map((unit) => ({
        unitId: unit.unitId,
        state: unit.health.state,
        requests: unit.requests,
        answers: unit.answers,
        exceptions: unit.exceptions,
        silences: unit.silences,
        garbled: unit.garbled,
        skipped: unit.skipped,
        answerMs: unit.answers === 0 ? 0 : unit.answersMs / unit.answers,
        learned: [...unit.learner.facts],
      })),
    }),
    close: async () => {
      isClosed = true;
      waiting.abort();
      await source.close();
    },
  };
}

function keyOf(block: RegisterBlock): string {
  return `${placeOf(block)}/${block.count}`;
}

function remembered(values: number[], value: number): void {
  values.push(value);
  if (values.length > rememberedAnswers) values.shift();
}
