import { isBitTable } from "../contracts/device-map.ts";
import type { PlannedRead } from "./plan.ts";
import { halves, placeOf } from "./plan.ts";

/** What a unit has taught us about itself by refusing; it is forgotten when the gateway stops. */
export interface UnitKnowledge {
  /** Counts what was learned, so that plans know when they are old. */
  readonly version: number;
  /** Registers that it gives in one answer, as far as it has refused more. */
  readonly mostRegisters: number;
  readonly barriers: ReadonlySet<string>;
  isHole(place: string): boolean;
  /** Whether a refused value is asked for again, in case the device has come to know it. */
  isTrialDue(place: string, nowMs: number): boolean;
}

export interface UnitLearner extends UnitKnowledge {
  /** All that is known now, in sentences. */
  readonly facts: readonly string[];
  /** The device refused this request as a whole, and none smaller can be tried. */
  refusedValues(read: PlannedRead, nowMs: number): string | null;
  /** It refused the request, but gave both halves: it cannot do so much, or what lies between is not to be read. */
  gaveHalves(read: PlannedRead): string | null;
  answered(read: PlannedRead): string | null;
}

/** A single refusal may be a broken frame or a device that starts: the second is a fact. */
const strikesForFact = 2;
const mostInOneAnswer = 125;
const firstTrialMs = 60_000;
const longestTrialMs = 3_600_000;

/** Learns what a unit refuses. Each method gives the sentence for the log where something was learned. */
export function unitLearner(): UnitLearner {
  const strikes = new Map<string, number>();
  const barriers = new Set<string>();
  const holes = new Map<string, { readonly trialAtMs: number; readonly delayMs: number }>();
  let mostRegisters = mostInOneAnswer;
  let version = 0;

  function isFact(key: string): boolean {
    const count = (strikes.get(key) ?? 0) + 1;
    strikes.set(key, count);
    return count >= strikesForFact;
  }

  return {
    get version() {
      return version;
    },
    get mostRegisters() {
      return mostRegisters;
    },
    barriers,
    isHole: (place) => holes.has(place),
    get facts() {
      return [
        ...(mostRegisters < mostInOneAnswer ? [`at most ${mostRegisters} registers a request`] : []),
        ...[...barriers].map((place) => `no request across the registers before ${place}`),
        ...[...holes.keys()].map((place) => `${place} is refused and left out`),
      ];
    },
    isTrialDue: (place, nowMs) => nowMs >= (holes.get(place)?.trialAtMs ?? 0),
    refusedValues: ({ block, values }, nowMs) => {
      const learned: string[] = [];
      for (const { point, from } of values) {
        const place = placeOf({ table: block.table, address: block.address + from });
        const before = holes.get(place);
        const delayMs = before === undefined ? firstTrialMs : Math.min(longestTrialMs, 2 * before.delayMs);
        if (before === undefined && !isFact(`hole ${place}`)) continue;
        holes.set(place, { trialAtMs: nowMs + delayMs, delayMs });
        if (before === undefined) learned.push(`${point} (${place})`);
      }
      if (learned.length === 0) return null;
      version += 1;
      return `refuses ${learned.join(", ")}, which is left out from now on and tried again now and then`;
    },
    gaveHalves: (read) => {
      const parts = halves(read);
      if (parts === null) return null;
      const { left, right, fillers } = parts;
      if (fillers > 0 || isBitTable(read.block.table)) {
        const place = placeOf(right.block);
        if (barriers.has(place) || !isFact(`barrier ${place}`)) return null;
        barriers.add(place);
        version += 1;
        return `cannot be read across the registers before ${place}: a request ends there from now on`;
      }
      const most = Math.max(left.block.count, right.block.count);
      if (most >= mostRegisters || !isFact("cap")) return null;
      mostRegisters = most;
      strikes.delete("cap");
      version += 1;
      return `gives at most ${most} registers in one answer, as far as is known`;
    },
    answered: ({ block, values }) => {
      const returned: string[] = [];
      for (const { point, from } of values) {
        const place = placeOf({ table: block.table, address: block.address + from });
        strikes.delete(`hole ${place}`);
        if (holes.delete(place)) returned.push(point);
      }
      if (returned.length === 0) return null;
      version += 1;
      return `gives ${returned.join(", ")} now`;
    },
  };
}
