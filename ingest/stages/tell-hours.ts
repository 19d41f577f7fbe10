import {
  type HourRecord,
  isWorse,
  type LimitedQuantity,
  type Unjudged,
  type WorstReading,
} from "../../domain/compliance.ts";
import { hourMs, minuteMs } from "../../domain/emissions/clock-hour.ts";
import { type EmissionQuantity, emissionQuantities } from "../../domain/emissions/emission-quantity.ts";
import { type TableQuantity, tableQuantities, type Verdict } from "../../domain/limits.ts";
import type { Plant } from "../plant.ts";
import type { PlantEvent, Stage } from "../stage.ts";

/** Readings of one hour by what the tables said of them. */
interface Tally {
  within: number;
  above: number;
  unjudged: Partial<Record<Unjudged, number>>;
  worst: WorstReading | null;
}

/** What is remembered of one boiler: the hour under way. */
interface Memory {
  siteId: string;
  hourStartMs: number;
  /** The part of the hour that was told last; what has come since is told when it is over. */
  part: number;
  tallies: Record<TableQuantity, Tally>;
  /** The hours whose means were told. */
  means: Partial<Record<EmissionQuantity, number>>;
}

/** An hour under way is told so often: each time whole, so that it counts once however often it is told. */
const partMs = 5 * minuteMs;

/** Tells what each clock hour came to, by the site's own hours: the tables' readings, and the means of emissions. */
export function tellHours(plant: Plant): Stage {
  let memories: Record<string, Memory> = {};
  type Next = (event: PlantEvent) => void;

  function judged(event: Extract<PlantEvent, { readonly kind: "judged" }>, next: Next): void {
    const { boilerId, takenAtMs } = event.frame;
    const boiler = plant.boilers.get(boilerId);
    if (boiler === undefined) return;
    const { hourOffsetMs, siteId } = boiler;
    const hourStartMs = Math.floor((takenAtMs + hourOffsetMs) / hourMs) * hourMs - hourOffsetMs;
    const part = Math.floor((takenAtMs - hourStartMs) / partMs);
    let memory = memories[boilerId];
    if (memory === undefined || hourStartMs > memory.hourStartMs) {
      if (memory !== undefined) tell(boilerId, memory, next);
      memory = { siteId, hourStartMs, part, tallies: noTallies(), means: memory?.means ?? {} };
      memories[boilerId] = memory;
    } else if (part > memory.part) {
      tell(boilerId, memory, next);
      memory.part = part;
    }
    for (const quantity of tableQuantities) count(memory.tallies[quantity], event.verdicts[quantity]);
    for (const quantity of emissionQuantities) {
      const verdict = event.verdicts[quantity];
      // Of an hour that is over: its own, or the one before this reading's.
      const ofHour = "hourStartMs" in verdict ? verdict.hourStartMs : hourStartMs - hourMs;
      const isOfHour = verdict.kind !== "not-judged" || verdict.reason === "hour-invalid";
      if (!isOfHour || (memory.means[quantity] ?? -1) >= ofHour) continue;
      memory.means[quantity] = ofHour;
      next(hourEvent(boilerId, siteId, quantity, ofHour, { kind: "mean", verdict }));
    }
  }

  function tell(boilerId: string, { siteId, hourStartMs, tallies }: Memory, next: Next): void {
    const scanMs = plant.gateways.get(plant.boilers.get(boilerId)?.gatewayId ?? "")?.scanMs ?? 1_000;
    for (const quantity of tableQuantities) {
      const { unjudged, ...counts } = tallies[quantity];
      const hour = { kind: "readings" as const, scanMs, ...counts, unjudged: { ...unjudged } };
      next(hourEvent(boilerId, siteId, quantity, hourStartMs, hour));
    }
  }

  return {
    name: "tell-hours",
    step: (event, next) => {
      next(event);
      if (event.kind === "judged" && !event.origin.late) judged(event, next);
    },
    memory: () => memories,
    recall: (memory) => {
      memories = (memory ?? {}) as Record<string, Memory>;
    },
  };
}

function count(tally: Tally, verdict: Verdict): void {
  if (verdict.kind !== "within" && verdict.kind !== "above") {
    const why = verdict.kind === "not-judged" ? verdict.reason : verdict.kind;
    tally.unjudged[why] = (tally.unjudged[why] ?? 0) + 1;
    return;
  }
  tally[verdict.kind] += 1;
  if (!isWorse(verdict, tally.worst)) return;
  const { value, limit, tablesId, source, inForceFrom } = verdict;
  tally.worst = { value, limit, tablesId, source, inForceFrom };
}

function noTallies(): Record<TableQuantity, Tally> {
  const none = (): Tally => ({ within: 0, above: 0, unjudged: {}, worst: null });
  return { airRatio: none(), exhaustTempC: none() };
}

function hourEvent(
  boilerId: string,
  siteId: string,
  quantity: LimitedQuantity,
  hourStartMs: number,
  hour: HourRecord,
): PlantEvent {
  return { kind: "hour", siteId, boilerId, quantity, hourStartMs, hour };
}
