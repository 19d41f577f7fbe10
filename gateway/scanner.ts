import type { FlawReason, Reading } from "../domain/reading.ts";
import { messageOf, OperationalError } from "../platform/errors.ts";
import type { World } from "../platform/world.ts";
import type { PlannedRead } from "./plan.ts";
import type { RegisterSource } from "./register-source.ts";

/** A line with all that is read on it. */
export interface ScannedLine {
  readonly id: string;
  readonly source: RegisterSource;
  readonly reads: readonly PlannedRead[];
}

export interface Scanner {
  /** Reads everything once and returns one reading per boiler, at the latest after `withinMs`. */
  scan(withinMs: number): Promise<readonly Reading[]>;
  /** The clock was set back: times may repeat from here on. */
  beginTimeSegment(): void;
}

type Answer = { readonly words: readonly number[]; readonly atMs: number } | { readonly refused: true };

/**
 * Assembles what one scan's answers say about each boiler.
 *
 * Lines are read side by side, the requests of one line one after the other. A line that is still busy with the
 * scan before is not asked again; a request without an answer by the end of the scan leaves its points `null` with
 * `no-answer`. A reading's time is the arrival of its last answer, always later than that of the one before.
 */
export function scanner(lines: readonly ScannedLine[], world: World): Scanner {
  const readsOfBoiler = new Map<string, PlannedRead[]>();
  for (const read of lines.flatMap(({ reads }) => reads)) {
    readsOfBoiler.set(read.boilerId, [...(readsOfBoiler.get(read.boilerId) ?? []), read]);
  }
  const lastTakenAtMs = new Map<string, number>();
  const busy = new Set<string>();
  const complaints = new Map<string, string>();

  async function scan(withinMs: number): Promise<readonly Reading[]> {
    const answers = new Map<PlannedRead, Answer>();
    const finished = Promise.all(
      lines.filter(({ id }) => !busy.has(id)).map((line) => scanLine(line, answers)),
    );
    const over = new AbortController();
    await Promise.race([finished, world.clock.sleep(withinMs, over.signal)]);
    over.abort();
    const endedAtMs = world.clock.nowMs();
    // What arrives from now on belongs to no scan.
    const inTime = new Map(answers);
    return [...readsOfBoiler].map(([boilerId, reads]) => assembled(boilerId, reads, inTime, endedAtMs));
  }

  async function scanLine(line: ScannedLine, answers: Map<PlannedRead, Answer>): Promise<void> {
    busy.add(line.id);
    for (const read of line.reads) {
      try {
        const words = await line.source.read(read.block);
        answers.set(read, { words, atMs: world.clock.nowMs() });
        complain(line.id, read, null);
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        if (error.code === "device-refused") answers.set(read, { refused: true });
        complain(line.id, read, error);
        if (error.code === "line-down") break; // nobody on this line can be reached
      }
    }
    busy.delete(line.id);
  }

  /** A failure is said once, and once more when it is over; a thousand failed polls are one event. */
  function complain(lineId: string, { block }: PlannedRead, error: OperationalError | null): void {
    const key = `${lineId}/${block.unitId}/${block.table}/${block.address}`;
    const before = complaints.get(key);
    if (error === null && before !== undefined) {
      complaints.delete(key);
      world.log.info({ line: lineId, unitId: block.unitId }, "answers again");
    } else if (error !== null && before !== error.code) {
      complaints.set(key, error.code);
      world.log.warn({ line: lineId, unitId: block.unitId, code: error.code }, messageOf(error));
    }
  }

  function assembled(
    boilerId: string,
    reads: readonly PlannedRead[],
    answers: ReadonlyMap<PlannedRead, Answer>,
    endedAtMs: number,
  ): Reading {
    const values: Record<string, number | null> = {};
    const flaws: Record<string, FlawReason> = {};
    let arrivedAtMs: number | null = null;
    for (const read of reads) {
      const answer = answers.get(read);
      if (answer !== undefined && "words" in answer) arrivedAtMs = Math.max(arrivedAtMs ?? 0, answer.atMs);
      for (const { point, from, count, decode } of read.values) {
        const decoded =
          answer === undefined
            ? ({ value: null, flaw: "no-answer" } as const)
            : "refused" in answer
              ? ({ value: null, flaw: "refused" } as const)
              : decode(answer.words.slice(from, from + count));
        values[point] = decoded.value;
        if (decoded.flaw !== null) flaws[point] = decoded.flaw;
      }
    }
    const before = lastTakenAtMs.get(boilerId) ?? 0;
    const takenAtMs = Math.max(Math.round(arrivedAtMs ?? endedAtMs), before + 1);
    lastTakenAtMs.set(boilerId, takenAtMs);
    return { boilerId, takenAtMs, values, flaws };
  }

  return { scan, beginTimeSegment: () => lastTakenAtMs.clear() };
}
