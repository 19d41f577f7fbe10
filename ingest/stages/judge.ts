import type { HourSoFar, Moment } from "../../domain/alarms/watch.ts";
import type { Boiler } from "../../domain/boiler.ts";
import {
  type HourMean,
  type HourMemory,
  hourMemory,
  hourMs,
  hourWatch,
  measuredFor,
  minuteMs,
  recalledHour,
} from "../../domain/emissions/clock-hour.ts";
import type { Frame } from "../../domain/frame.ts";
import {
  type EmissionQuantity,
  type EmissionVerdict,
  emissionQuantities,
  judgeHour,
  judgeTables,
  type LimitTables,
  notJudged,
  type TableVerdicts,
  type Verdicts,
} from "../../domain/limits.ts";
import {
  moveSteady,
  type SteadyMemory,
  type SteadyState,
  steadyMemory,
  steadyWatch,
} from "../../domain/steady-state.ts";
import { forEachEdition, type Plant } from "../plant.ts";
import type { BoilerStage } from "../stage.ts";

/** What is remembered of one boiler. */
interface Memory {
  readonly steady: SteadyMemory;
  readonly hours: Partial<Record<EmissionQuantity, HourMemory>>;
}

/** What was said of a boiler last, and what it was said of: nothing new is worked out while that stays the same. */
interface Said {
  state: SteadyState | null;
  tables: TableVerdicts;
  readonly hours: Record<EmissionQuantity, { of: HourMean | null; verdict: EmissionVerdict; minute: number }>;
  /** Of the hours under way; it changes with each minute. */
  readonly soFar: Record<EmissionQuantity, HourSoFar | null>;
  verdicts: Verdicts | null;
}

const noSensor: EmissionVerdict = { kind: "not-judged", reason: "no-sensor" };
const hourNotComplete: EmissionVerdict = { kind: "not-judged", reason: "hour-not-complete" };
const emissionsNotJudged = { pmAtRefO2MgPerNm3: noSensor, soxAtRefO2Ppm: noSensor, noxAtRefO2Ppm: noSensor };
const noHours = { pmAtRefO2MgPerNm3: null, soxAtRefO2Ppm: null, noxAtRefO2Ppm: null };
const saidOfLate = { verdicts: { ...notJudged("no-data"), ...emissionsNotJudged }, hoursSoFar: noHours };

/** Holds each boiler against the tables while it is steady, and its clock hours against the emission standard. */
export function judge(plant: Plant): BoilerStage {
  const { catalogue, gateways } = plant;
  const prepared = forEachEdition(plant, (edition, { steady, hourOffsetMs, gatewayId }) => {
    const { boiler, plausibility, tables, standards } = edition;
    const scanMs = gateways.get(gatewayId)?.scanMs ?? null;
    const { firingO2AtMostPercent } = plausibility;
    const rule = { ...boiler, firingO2AtMostPercent };
    return {
      boiler,
      tables,
      standards,
      steady: steadyWatch(catalogue, steady, { fuels: boiler.fuels, scanMs, firingO2AtMostPercent }),
      hours: emissionQuantities.map((quantity) => ({
        quantity,
        measuredSlot: catalogue.slotOf(measuredFor[quantity]),
        watch: hourWatch(quantity, catalogue, rule, { hourOffsetMs, scanMs }),
      })),
    };
  });
  let memories: Record<string, Memory> = {};
  let said = new Map<string, Said>();

  function judged(frame: Frame): Omit<Moment, "frame"> | null {
    const { boilerId, takenAtMs } = frame;
    const ofBoiler = prepared(boilerId, takenAtMs);
    if (ofBoiler === null) return null;
    const memory = memories[boilerId] ?? { steady: steadyMemory(), hours: {} };
    memories[boilerId] = memory;
    const before = said.get(boilerId) ?? nothingSaid();
    said.set(boilerId, before);

    const inForceAt = ({ hourStartMs }: HourMean) => prepared(boilerId, hourStartMs) ?? ofBoiler;
    const state = ofBoiler.steady.see(memory.steady, frame);
    if (before.state !== state) {
      before.state = state;
      before.tables = tablesOf(state, ofBoiler.boiler, ofBoiler.tables);
      before.verdicts = null;
    }
    for (const [index, { quantity, measuredSlot, watch }] of ofBoiler.hours.entries()) {
      const measuredNow = !Number.isNaN(frame.values[measuredSlot]) || frame.flaws[measuredSlot] !== 0;
      const hour = memory.hours[quantity] ?? (measuredNow ? hourMemory() : null);
      if (hour === null) continue; // never measured here
      memory.hours[quantity] = hour;
      // An hour ends by the reference oxygen and the order under which it was begun, also at midnight of another edition.
      if (hour.minute >= 0 && takenAtMs >= hour.hourStartMs + hourMs) {
        prepared(boilerId, hour.hourStartMs)?.hours[index]?.watch.reach(hour, takenAtMs);
      }
      watch.see(hour, frame);
      const ofQuantity = before.hours[quantity];
      const minute = hour.hourStartMs + hour.minute * minuteMs;
      if (ofQuantity.minute !== minute) {
        ofQuantity.minute = minute;
        const soFar = watch.soFar(hour);
        before.soFar[quantity] = soFar === null ? null : { ...soFar, hourStartMs: hour.hourStartMs };
      }
      if (ofQuantity.of === hour.last && ofQuantity.verdict !== noSensor) continue;
      ofQuantity.of = hour.last;
      if (hour.last === null) ofQuantity.verdict = hourNotComplete;
      else {
        const { boiler, standards } = inForceAt(hour.last);
        ofQuantity.verdict = judgeHour(quantity, hour.last, boiler, standards);
      }
      before.verdicts = null;
    }
    before.verdicts ??= {
      ...before.tables,
      pmAtRefO2MgPerNm3: before.hours.pmAtRefO2MgPerNm3.verdict,
      soxAtRefO2Ppm: before.hours.soxAtRefO2Ppm.verdict,
      noxAtRefO2Ppm: before.hours.noxAtRefO2Ppm.verdict,
    };
    return { verdicts: before.verdicts, hoursSoFar: before.soFar };
  }

  return {
    name: "judge",
    step: (event, next) => {
      if (event.kind !== "reading") {
        next(event);
        return;
      }
      const { frame, origin } = event;
      const steady = memories[frame.boilerId]?.steady;
      if (!origin.late && origin.clockSetMs !== 0 && steady !== undefined)
        moveSteady(steady, origin.clockSetMs);
      const said = origin.late ? saidOfLate : judged(frame);
      if (said !== null) next({ kind: "judged", origin, frame, ...said });
    },
    memory: () => memories,
    memoryOf: (boilerId) => memories[boilerId] ?? null,
    recallOf: (boilerId, memory) => {
      if (memory === null) delete memories[boilerId];
      else memories[boilerId] = memory as Memory;
      said.delete(boilerId);
    },
    recall: (memory) => {
      memories = Object.fromEntries(
        Object.entries((memory ?? {}) as Record<string, Memory>).map(([boilerId, saved]) => [
          boilerId,
          recalled(saved),
        ]),
      );
      said = new Map();
    },
  };
}

/** A memory as it was saved; a window that an older version began lacks what this one counts, and begins anew. */
function recalled({ steady, hours }: Memory): Memory {
  const isWhole = steady.steps.every(({ flowGood, flaws }) => flowGood !== undefined && flaws !== undefined);
  return {
    steady: isWhole ? steady : steadyMemory(),
    hours: Object.fromEntries(
      Object.entries(hours).map(([quantity, hour]) => [quantity, recalledHour(hour)]),
    ),
  };
}

function nothingSaid(): Said {
  const none = () => ({ of: null, verdict: noSensor, minute: -1 });
  return {
    state: null,
    tables: notJudged("no-data"),
    hours: { pmAtRefO2MgPerNm3: none(), soxAtRefO2Ppm: none(), noxAtRefO2Ppm: none() },
    soFar: { ...noHours },
    verdicts: null,
  };
}

function tablesOf(state: SteadyState, boiler: Boiler, tables: readonly LimitTables[]): TableVerdicts {
  if (!state.steady) return notJudged(state.reason);
  const fuel = state.governingFuel === null ? undefined : boiler.fuels[state.governingFuel];
  if (fuel === undefined) return notJudged("fuel-unknown");
  return judgeTables(state, boiler, fuel, tables, state.untilMs);
}
