import { type Boiler, tunedO2At } from "../boiler.ts";
import { type HourSoFar, hourMs, type MinuteMean, minuteMs } from "../emissions/clock-hour.ts";
import type { DayMean } from "../emissions/day-mean.ts";
import type { EmissionQuantity } from "../emissions/emission-quantity.ts";
import { type Frame, flawOfCode } from "../frame.ts";
import { type EmissionStandard, emissionLimitInForce, hourFormulas, type Verdicts } from "../limits.ts";
import type { PointCatalogue } from "../points.ts";
import { type BaselineMemory, deviationFrom, seeBaseline } from "./baseline.ts";
import { type Standing, standingToLowerLimit, standingToUpperLimit } from "./condition.ts";
import type { AlarmContext, AlarmInput, Evidence, LimitSide } from "./evidence.ts";
import type { AlarmLevel, AlarmRule } from "./rule.ts";

/** All that is known of a boiler at one moment. */
export interface Moment {
  readonly frame: Frame;
  readonly verdicts: Verdicts;
  readonly hoursSoFar: Readonly<Record<EmissionQuantity, HourSoFar | null>>;
  /** The last whole minute and the last whole day; `null`: not valid, or not known. */
  readonly minutes: Readonly<Record<EmissionQuantity, MinuteMean | null>>;
  readonly days: Readonly<Record<EmissionQuantity, DayMean | null>>;
}

/** One rule at one boiler, prepared. */
export interface Watch {
  readonly rule: AlarmRule;
  standing(level: AlarmLevel, moment: Moment, past: BaselineMemory | null): Standing;
  evidence(level: AlarmLevel, moment: Moment, past: BaselineMemory | null): Evidence | null;
  /** Of a rule that learns: takes the moment in. */
  learn(moment: Moment, past: BaselineMemory): void;
  context(moment: Moment): AlarmContext;
}

/** A value beside its limit; NaN: not known. */
interface Compared {
  value: number;
  limit: number;
  deadband: number;
}

const dayMs = 24 * hourMs;
/** Fewer minutes make no hour to speak of. */
const leastMinutes = 15;

/** A watch for each rule that looks at values; those that look at sensors or silence need none. */
export function watchFor(
  rule: AlarmRule,
  boiler: Boiler,
  standards: readonly EmissionStandard[],
  catalogue: PointCatalogue,
): Watch | null {
  const slot = (point: string) => catalogue.slotOf(point);
  const good = ({ values, flaws }: Frame, at: number) =>
    flaws[at] === 0 ? (values[at] ?? Number.NaN) : Number.NaN;
  const load = slot("loadPercent");
  const acid = slot("acidDewPointTempC");
  const water = slot("waterDewPointTempC");
  const money = slot("avoidableMoneyPerH");
  const learned = rule.watches === "own-baseline" ? slot(rule.point) : -1;
  // One comparison at a time: nothing is made for a reading that raises nothing.
  const compared: Compared = { value: Number.NaN, limit: Number.NaN, deadband: 0 };

  const made = prepared();
  if (made === null) return null;
  const { side, inputs, compare, explain } = made;
  // The money that could be saved is that of the surplus air.
  const costs =
    rule.watches === "tuned-o2" || (rule.watches === "limit-table" && rule.quantity === "airRatio");

  interface Prepared {
    readonly side: LimitSide;
    readonly inputs: readonly string[];
    compare(level: AlarmLevel, moment: Moment, past: BaselineMemory | null): void;
    explain(level: AlarmLevel, moment: Moment): Evidence | null;
  }

  function pointEvidence(point: string, formula: string): Evidence {
    const { value, limit } = compared;
    const { source, validFrom: inForceFrom } = rule;
    return { kind: "point", point, side, value, limit, formula, source, inForceFrom };
  }

  function prepared(): Prepared | null {
    switch (rule.watches) {
      case "limit-table": {
        const { quantity } = rule;
        return {
          side: "above",
          inputs: [quantity === "airRatio" ? "o2DryPercent" : "exhaustTempC", "loadPercent"],
          compare: ({ deadband }, { verdicts }) => {
            const verdict = verdicts[quantity];
            const isNumber = verdict.kind === "above" || verdict.kind === "within";
            compared.deadband = deadband;
            compared.value = isNumber ? verdict.value : verdict.kind === "not-judged" ? Number.NaN : 0;
            // What is not limited cannot be exceeded: a limit that was taken away ends its alarm.
            compared.limit = isNumber ? verdict.limit : Number.POSITIVE_INFINITY;
          },
          explain: (_level, { verdicts }) => {
            const verdict = verdicts[quantity];
            return verdict.kind === "above" || verdict.kind === "within" ? verdict : null;
          },
        };
      }
      case "emission-hour": {
        const { quantity } = rule;
        return {
          side: "above",
          inputs: [quantity, "o2DryPercent"],
          compare: (level, { verdicts, frame }) => {
            const verdict = verdicts[quantity];
            const isNumber = verdict.kind === "above" || verdict.kind === "within";
            compared.value = isNumber ? verdict.value : verdict.kind === "not-judged" ? Number.NaN : 0;
            // An hour long past, with none to judge after it, is history.
            if (isNumber && frame.takenAtMs >= verdict.hourStartMs + 2 * hourMs) compared.value = 0;
            const limit = isNumber ? verdict.limit : Number.POSITIVE_INFINITY;
            shareOf(limit, level);
          },
          explain: (_level, { verdicts }) => {
            const verdict = verdicts[quantity];
            if (verdict.kind !== "above" && verdict.kind !== "within") return null;
            return { ...verdict, kind: "hour", quantity, complete: true };
          },
        };
      }
      case "emission-minute":
      case "emission-day": {
        const { quantity } = rule;
        const inForceIn = limitsOf(quantity);
        const meanOf = ({ frame, minutes, days }: Moment): { fromMs: number; mean: number | null } | null => {
          if (rule.watches === "emission-day") return dayOver(days[quantity], frame.takenAtMs);
          const minute = minutes[quantity];
          const isLast = minute !== null && frame.takenAtMs < minute.startMs + 2 * minuteMs;
          return isLast ? { fromMs: minute.startMs, mean: minute.mean } : null;
        };
        return {
          side: "above",
          inputs: [quantity, "o2DryPercent"],
          compare: (level, moment) => {
            const known = meanOf(moment);
            compared.value = known?.mean ?? Number.NaN;
            const inForce = known === null ? undefined : inForceIn(known.fromMs);
            shareOf(inForce === undefined ? Number.NaN : (inForce?.limit ?? Number.POSITIVE_INFINITY), level);
          },
          explain: (level, moment) => {
            const known = meanOf(moment);
            const inForce = known === null ? null : inForceIn(known.fromMs);
            if (inForce === null) return null;
            const { source, inForceFrom } = inForce;
            const { value, limit } = compared;
            const span = rule.watches === "emission-day" ? "1 d" : "1 min";
            const formula = `x̄(${span}) > ${level.limit} % · ${inForce.limit}`;
            return {
              kind: "point",
              point: quantity,
              side: "above",
              value,
              limit,
              formula,
              source,
              inForceFrom,
            };
          },
        };
      }
      case "emission-hour-so-far": {
        const { quantity } = rule;
        const inForceIn = limitsOf(quantity);
        return {
          side: "above",
          inputs: [quantity, "o2DryPercent"],
          compare: (level, { hoursSoFar }) => {
            const hour = hoursSoFar[quantity];
            const enough = hour !== null && hour.validMinutes >= leastMinutes;
            compared.value = enough ? hour.mean : Number.NaN;
            const limit =
              hour === null ? Number.NaN : (inForceIn(hour.hourStartMs)?.limit ?? Number.POSITIVE_INFINITY);
            shareOf(limit, level);
          },
          explain: (_level, { hoursSoFar }) => {
            const hour = hoursSoFar[quantity];
            const inForce = hour === null ? null : inForceIn(hour.hourStartMs);
            if (hour === null || inForce === null) return null;
            const { mean: value, ...counts } = hour;
            const formula = hourFormulas[inForce.averagingOrder];
            return { kind: "hour", quantity, complete: false, ...inForce, value, formula, ...counts };
          },
        };
      }
      case "point": {
        const { point, lowLoad } = rule;
        const at = slot(point);
        const atLowLoad = (frame: Frame) =>
          lowLoad !== null && good(frame, load) <= lowLoad.atMostPercent ? lowLoad.limit : null;
        return {
          side: rule.side,
          inputs: [point, "o2DryPercent", "loadPercent"],
          compare: ({ limit, deadband }, { frame }) => {
            compared.value = good(frame, at);
            compared.limit = atLowLoad(frame) ?? limit;
            compared.deadband = deadband;
          },
          explain: () => pointEvidence(point, rule.side === "above" ? "x > limit" : "x < limit"),
        };
      }
      case "dew-floor": {
        const exhaust = slot("exhaustTempC");
        return {
          side: "below",
          inputs: ["exhaustTempC", "acidDewPointTempC", "waterDewPointTempC"],
          compare: ({ limit, deadband }, { frame }) => {
            const acidC = good(frame, acid);
            const waterC = good(frame, water);
            // Acid condenses first; without sulphur there is the water's alone.
            const dewPointC = Number.isNaN(acidC) ? waterC : Math.max(acidC, waterC || acidC);
            compared.value = good(frame, exhaust);
            compared.limit = dewPointC + limit;
            compared.deadband = deadband;
          },
          explain: ({ limit }) => pointEvidence("exhaustTempC", `T < T_dew + ${limit} K`),
        };
      }
      case "tuned-o2": {
        const o2 = slot("o2DryPercent");
        return {
          side: "above",
          inputs: ["o2DryPercent", "loadPercent"],
          compare: ({ limit, deadband }, { frame }) => {
            compared.value = good(frame, o2);
            compared.limit = (tunedO2At(boiler.tunedO2, good(frame, load)) ?? Number.NaN) + limit;
            compared.deadband = deadband;
          },
          explain: ({ limit }) => pointEvidence("o2DryPercent", `O₂ > O₂_tuned(load) + ${limit}`),
        };
      }
      case "own-baseline": {
        const { point } = rule;
        return {
          side: rule.side,
          inputs: [point, "loadPercent"],
          compare: ({ limit, deadband }, _moment, past) => {
            compared.value = past === null ? Number.NaN : deviationFrom(past, rule);
            compared.limit = limit;
            compared.deadband = deadband;
          },
          explain: () => pointEvidence(point, "mean(x − x_learned(load))"),
        };
      }
      default:
        return null;
    }
  }

  /** The same for a whole hour: who asks again within it need not search the standards again. */
  function limitsOf(quantity: EmissionQuantity) {
    let known: { readonly hour: number; readonly inForce: ReturnType<typeof emissionLimitInForce> } = {
      hour: -1,
      inForce: null,
    };
    return (atMs: number) => {
      const hour = Math.floor(atMs / hourMs);
      if (known.hour !== hour)
        known = { hour, inForce: emissionLimitInForce(quantity, boiler, standards, atMs) };
      return known.inForce;
    };
  }

  function shareOf(limitInForce: number, { limit, deadband }: AlarmLevel): void {
    compared.limit = (limitInForce * limit) / 100;
    compared.deadband = limitInForce === Number.POSITIVE_INFINITY ? 0 : (limitInForce * deadband) / 100;
  }

  function inputOf({ values, flaws }: Frame, point: string): readonly AlarmInput[] {
    const at = slot(point);
    const value = values[at] ?? Number.NaN;
    const flaw = flawOfCode(flaws[at] ?? 0);
    if (Number.isNaN(value) && flaw === null) return [];
    return [{ point, value: Number.isNaN(value) ? null : value, flaw }];
  }

  return {
    rule,
    standing: (level, moment, past) => {
      compare(level, moment, past);
      const { value, limit, deadband } = compared;
      if (Number.isNaN(value) || Number.isNaN(limit)) return "unknown";
      const standingTo = side === "above" ? standingToUpperLimit : standingToLowerLimit;
      return standingTo(value, limit, deadband);
    },
    evidence: (level, moment, past) => {
      compare(level, moment, past);
      return explain(level, moment);
    },
    learn: ({ frame, verdicts }, past) => {
      if (rule.watches !== "own-baseline" || !isSteady(verdicts)) return;
      seeBaseline(past, good(frame, learned), good(frame, load), frame.takenAtMs, rule);
    },
    context: ({ frame, verdicts }) => {
      const judged = [verdicts.airRatio, verdicts.exhaustTempC].find(
        ({ kind }) => kind === "above" || kind === "within",
      );
      const steady = judged?.kind === "above" || judged?.kind === "within" ? judged : null;
      const only = boiler.fuels.length === 1 ? boiler.fuels[0]?.id : undefined;
      const fuelId = steady?.fuelId ?? only ?? null;
      const amount = costs ? good(frame, money) : Number.NaN;
      const currency = fuelId === null ? undefined : boiler.prices[fuelId]?.currency;
      return {
        inputs: inputs.filter(isFirst).flatMap((point) => inputOf(frame, point)),
        fuelId,
        steadySinceMs: steady?.steadySinceMs ?? null,
        costPerH: Number.isNaN(amount) || currency === undefined ? null : { amount, currency },
      };
    },
  };
}

function isFirst(point: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(point) === index;
}

/** A day on which nothing burned, or that is long past, stands for none above its limit. */
function dayOver(day: DayMean | null, atMs: number): { fromMs: number; mean: number | null } | null {
  if (day === null) return null;
  const isPast = atMs >= day.toMs + dayMs + hourMs;
  const stood = day.validHours === 0 && day.mean === null && day.invalidHours === 0;
  return { fromMs: day.fromMs, mean: isPast || stood ? 0 : day.mean };
}

/** What was held against a table at all was steady. */
function isSteady({ airRatio, exhaustTempC }: Verdicts): boolean {
  return airRatio.kind !== "not-judged" || exhaustTempC.kind !== "not-judged";
}
