import type { Boiler } from "../../domain/boiler.ts";
import {
  type HourMean,
  type HourMemory,
  type HourSoFar,
  hourMemory,
  hourMs,
  hourWatch,
  type MinuteMean,
  minuteMs,
  recalledHour,
} from "../../domain/emissions/clock-hour.ts";
import { type DayMean, type DayMemory, dayMemory, seeHour } from "../../domain/emissions/day-mean.ts";
import {
  type EmissionQuantity,
  emissionQuantities,
  measuredFor,
} from "../../domain/emissions/emission-quantity.ts";
import type { Frame } from "../../domain/frame.ts";
import {
  type EmissionVerdict,
  judgeHour,
  judgeTables,
  type LimitTables,
  notJudged,
  type TableVerdicts,
  type Verdicts,
} from "../../domain/limits.ts";
import { daysTouched, type LocalDay } from "../../domain/local-day.ts";
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
  readonly days: Partial<Record<EmissionQuantity, DayMemory>>;
}

/** An hour of one quantity, and what was said of the one before. */
interface SaidHour {
  readonly hour: HourMemory;
  of: HourMean | null;
  verdict: EmissionVerdict;
  minute: number;
}

/**
 * What was said of a boiler last, and what it was said of: nothing new is worked out while that stays the same.
 * With it, what is remembered of the boiler: looked up once for each reading.
 */
interface Said {
  readonly memory: Memory;
  state: SteadyState | null;
  tables: TableVerdicts;
  /** In the order of the quantities; `null`: never measured here. */
  readonly hours: (SaidHour | null)[];
  /** Of the hours under way; it changes with each minute. */
  readonly soFar: Record<EmissionQuantity, HourSoFar | null>;
  readonly minutes: Record<EmissionQuantity, MinuteMean | null>;
  readonly days: Record<EmissionQuantity, DayMean | null>;
  verdicts: Verdicts;
}

const noSensor: EmissionVerdict = { kind: "not-judged", reason: "no-sensor" };
const hourNotComplete: EmissionVerdict = { kind: "not-judged", reason: "hour-not-complete" };
const emissionsNotJudged = { pmAtRefO2MgPerNm3: noSensor, soxAtRefO2Ppm: noSensor, noxAtRefO2Ppm: noSensor };
const noHours = { pmAtRefO2MgPerNm3: null, soxAtRefO2Ppm: null, noxAtRefO2Ppm: null };
const saidOfLate = {
  verdicts: { ...notJudged("no-data"), ...emissionsNotJudged },
  hoursSoFar: noHours,
  minutes: noHours,
  days: noHours,
};

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

  function judged(frame: Frame): Said | null {
    const { boilerId, takenAtMs } = frame;
    const ofBoiler = prepared(boilerId, takenAtMs);
    if (ofBoiler === null) return null;
    const before = said.get(boilerId) ?? nothingSaid(boilerId);
    let isNew = false;
    const state = ofBoiler.steady.see(before.memory.steady, frame);
    if (before.state !== state) {
      before.state = state;
      before.tables = tablesOf(state, ofBoiler.boiler, ofBoiler.tables);
      isNew = true;
    }
    for (let index = 0; index < ofBoiler.hours.length; index += 1) {
      const { quantity, measuredSlot, watch } = ofBoiler.hours[index] as (typeof ofBoiler.hours)[number];
      let ofQuantity = before.hours[index] ?? null;
      if (ofQuantity === null) {
        const measuredNow = !Number.isNaN(frame.values[measuredSlot]) || frame.flaws[measuredSlot] !== 0;
        if (!measuredNow) continue; // never measured here
        ofQuantity = saidHour(hourMemory());
        before.hours[index] = ofQuantity;
        before.memory.hours[quantity] = ofQuantity.hour;
      }
      const { hour } = ofQuantity;
      // An hour ends by the reference oxygen and the order under which it was begun, also at midnight of another edition.
      if (hour.minute >= 0 && takenAtMs >= hour.hourStartMs + hourMs) {
        prepared(boilerId, hour.hourStartMs)?.hours[index]?.watch.reach(hour, takenAtMs);
      }
      watch.see(hour, frame);
      const minute = hour.hourStartMs + hour.minute * minuteMs;
      if (ofQuantity.minute !== minute) {
        ofQuantity.minute = minute;
        before.soFar[quantity] = watch.soFar(hour);
        before.minutes[quantity] = hour.lastMinute;
      }
      const { last } = hour;
      if (ofQuantity.of === last && ofQuantity.verdict !== noSensor) continue;
      ofQuantity.of = last;
      if (last === null) ofQuantity.verdict = hourNotComplete;
      else {
        const { boiler, standards } = prepared(boilerId, last.hourStartMs) ?? ofBoiler;
        ofQuantity.verdict = judgeHour(quantity, last, boiler, standards);
        const ofDay = before.memory.days[quantity] ?? dayMemory();
        before.memory.days[quantity] = ofDay;
        seeHour(ofDay, last, (atMs) => dayOf(boilerId, atMs));
        before.days[quantity] = ofDay.last;
      }
      isNew = true;
    }
    if (isNew) before.verdicts = verdictsOf(before);
    return before;
  }

  function dayOf(boilerId: string, atMs: number): LocalDay | undefined {
    const timeZone = plant.sites.get(plant.boilers.get(boilerId)?.siteId ?? "")?.timeZone ?? "UTC";
    return daysTouched(timeZone, atMs, atMs + 1)[0];
  }

  /** Of a boiler that was not heard of yet, or whose memory was taken up. */
  function nothingSaid(boilerId: string): Said {
    const memory = memories[boilerId] ?? { steady: steadyMemory(), hours: {}, days: {} };
    memories[boilerId] = memory;
    const tables = notJudged("no-data");
    const hours = emissionQuantities.map((quantity) => {
      const hour = memory.hours[quantity];
      return hour === undefined ? null : saidHour(hour);
    });
    const verdicts = { ...tables, ...emissionsNotJudged };
    const [minutes, days] = [{ ...noHours }, { ...noHours }] as [Said["minutes"], Said["days"]];
    for (const quantity of emissionQuantities) {
      minutes[quantity] = memory.hours[quantity]?.lastMinute ?? null;
      days[quantity] = memory.days[quantity]?.last ?? null;
    }
    const first = { memory, state: null, tables, hours, soFar: { ...noHours }, minutes, days, verdicts };
    said.set(boilerId, first);
    return first;
  }

  return {
    name: "judge",
    step: (event, next) => {
      if (event.kind !== "reading") {
        next(event);
        return;
      }
      const { frame, origin } = event;
      if (origin.late) {
        next({ kind: "judged", origin, frame, ...saidOfLate });
        return;
      }
      const steady = origin.clockSetMs === 0 ? undefined : memories[frame.boilerId]?.steady;
      if (steady !== undefined) moveSteady(steady, origin.clockSetMs);
      const now = judged(frame);
      if (now === null) return;
      const { verdicts, soFar: hoursSoFar, minutes, days } = now;
      next({ kind: "judged", origin, frame, verdicts, hoursSoFar, minutes, days });
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
function recalled({ steady, hours, days }: Omit<Memory, "days"> & Partial<Memory>): Memory {
  const isWhole = steady.steps.every(({ flowGood, flaws }) => flowGood !== undefined && flaws !== undefined);
  return {
    steady: isWhole ? steady : steadyMemory(),
    hours: Object.fromEntries(
      Object.entries(hours).map(([quantity, hour]) => [quantity, recalledHour(hour)]),
    ),
    days: days ?? {},
  };
}

function saidHour(hour: HourMemory): SaidHour {
  return { hour, of: null, verdict: noSensor, minute: -1 };
}

function verdictsOf({ tables, hours }: Said): Verdicts {
  const verdicts: Record<EmissionQuantity, EmissionVerdict> = { ...emissionsNotJudged };
  for (const [index, quantity] of emissionQuantities.entries())
    verdicts[quantity] = hours[index]?.verdict ?? noSensor;
  return { ...tables, ...verdicts };
}

function tablesOf(state: SteadyState, boiler: Boiler, tables: readonly LimitTables[]): TableVerdicts {
  if (!state.steady) return notJudged(state.reason);
  const fuel = state.governingFuel === null ? undefined : boiler.fuels[state.governingFuel];
  if (fuel === undefined) return notJudged("fuel-unknown");
  return judgeTables(state, boiler, fuel, tables, state.untilMs);
}
