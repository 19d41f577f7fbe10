import { type Static, Type } from "typebox";
import { PointNameText } from "../contracts/ids.ts";
import type { PointName } from "../domain/points.ts";
import { OperationalError } from "../platform/errors.ts";
import { isTruth } from "./boiler/state.ts";
import { forgetting, normal } from "./noise.ts";
import { seededRandom } from "./seeded-random.ts";

const closed = { additionalProperties: false } as const;

/** How an instrument tells what it measures, in the unit of its point. What is absent is usual for the point. */
export const InstrumentConfig = Type.Object(
  {
    /** Time after which it has followed 63 % of a jump. */
    lagSeconds: Type.Optional(Type.Number({ minimum: 0, maximum: 3_600 })),
    /** Standard deviation of a reading. */
    noise: Type.Optional(Type.Number({ minimum: 0 })),
    /** The same in % of the reading, on top. */
    noisePercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    /** Smallest difference that it shows; 0 shows all. */
    resolution: Type.Optional(Type.Number({ minimum: 0 })),
    /** It tells its end where the value lies beyond it. */
    range: Type.Optional(Type.Tuple([Type.Number(), Type.Number()])),
    /** What it is off by more each day since the start. */
    driftPerDay: Type.Optional(Type.Number()),
    /** A counter: it sums up this point, a flow per hour, from 0 at the start. */
    counts: Type.Optional(PointNameText),
  },
  closed,
);
export type InstrumentConfig = Static<typeof InstrumentConfig>;

const kind = <const K extends string>(name: K) => ({ kind: Type.Literal(name) });

/** What is wrong with an instrument, in the unit of its point. */
export const InstrumentFault = Type.Union([
  /** Shows its last value for ever. */
  Type.Object(kind("frozen"), closed),
  /** Sends zeros: a box without life. */
  Type.Object(kind("dead"), closed),
  /** Says nothing: a sensor whose cable is off. */
  Type.Object(kind("no-value"), closed),
  /** One reading in a while is off by `height`. */
  Type.Object(
    {
      ...kind("spike"),
      height: Type.Number(),
      everySeconds: Type.Number({ exclusiveMinimum: 0, default: 60 }),
    },
    closed,
  ),
  /** Its gain drifts away from the day of the fault on. */
  Type.Object({ ...kind("drift"), percentPerDay: Type.Number() }, closed),
  Type.Object({ ...kind("offset"), by: Type.Number() }, closed),
  /** Its output ends too early. */
  Type.Object(
    { ...kind("clipped"), low: Type.Optional(Type.Number()), high: Type.Optional(Type.Number()) },
    closed,
  ),
  /** It is fed with a gas of a known value. */
  Type.Object({ ...kind("calibration-gas"), value: Type.Number() }, closed),
  /** A counter that begins anew at `at`. */
  Type.Object({ ...kind("counter-wrap"), at: Type.Number({ exclusiveMinimum: 0 }) }, closed),
  /** A counter that began anew at the time of the fault. */
  Type.Object(kind("counter-reset"), closed),
  /** Its cable is on another instrument: it shows what that one does, times `factor`. */
  Type.Object(
    { ...kind("copies"), point: Type.String(), factor: Type.Number({ exclusiveMinimum: 0, default: 1 }) },
    closed,
  ),
  /** Another meter: it shows `factor` times the value; a counter goes on from `startsAt`, where that is given. */
  Type.Object(
    {
      ...kind("meter-exchange"),
      factor: Type.Number({ exclusiveMinimum: 0, default: 1 }),
      startsAt: Type.Optional(Type.Number()),
    },
    closed,
  ),
]);
export type InstrumentFault = Static<typeof InstrumentFault>;

export interface Instrument {
  /**
   * What it shows, so much time after it was read before.
   * @param trueValue `null` where there is nothing to measure: it says nothing then, and follows at once afterwards
   */
  read(trueValue: number | null, dtSeconds: number): number | null;
  /** `null`: repaired. */
  setFault(fault: InstrumentFault | null): void;
  fault(): InstrumentFault | null;
}

const secondsPerDay = 86_400;

/** An instrument that lags, is noisy, drifts, rounds and ends, and may be faulty. */
export function instrument(config: InstrumentConfig, random: () => number): Instrument {
  const { lagSeconds = 0, noise = 0, noisePercent = 0, resolution = 0, driftPerDay = 0 } = config;
  const [lowest, highest] = config.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const round = rounding(resolution);
  const keptOver = forgetting();
  let followed: number | null = null;
  let shown: number | null = null;
  let seconds = 0;
  let fault: InstrumentFault | null = null;
  let faultSeconds = 0;
  /** What it measured when the fault began. */
  let atFault: number | null = null;
  let nextSpikeSeconds = 0;

  function read(trueValue: number | null, dtSeconds: number): number | null {
    seconds += dtSeconds;
    faultSeconds += dtSeconds;
    const fed = fault?.kind === "calibration-gas" ? fault.value : trueValue;
    if (fed === null) {
      followed = null;
      shown = fault?.kind === "frozen" ? shown : fault?.kind === "dead" ? 0 : null;
      return shown;
    }
    followed = followed === null ? fed : fed + (followed - fed) * keptOver(dtSeconds, lagSeconds);
    atFault ??= followed;
    const deviation = noise + (noisePercent / 100) * Math.abs(followed);
    const noisy = deviation === 0 ? followed : followed + deviation * normal(random);
    const sound = noisy + (driftPerDay * seconds) / secondsPerDay;
    const said = faulty(sound);
    if (said === null || fault?.kind === "frozen" || fault?.kind === "dead") {
      shown = said;
      return shown;
    }
    const bounded = Math.min(highest, Math.max(lowest, said));
    shown = round(bounded);
    return shown;
  }

  function faulty(sound: number): number | null {
    if (fault === null) return sound;
    switch (fault.kind) {
      case "frozen":
        // A display that never showed anything freezes on its first value.
        return shown ?? sound;
      case "dead":
        return 0;
      case "no-value":
        return null;
      case "spike":
        if (faultSeconds < nextSpikeSeconds) return sound;
        nextSpikeSeconds = faultSeconds + fault.everySeconds * (0.5 + random());
        return sound + fault.height;
      case "drift":
        return sound * (1 + ((fault.percentPerDay / 100) * faultSeconds) / secondsPerDay);
      case "offset":
        return sound + fault.by;
      case "clipped":
        return Math.min(fault.high ?? sound, Math.max(fault.low ?? sound, sound));
      case "calibration-gas":
        return sound;
      case "copies":
        return sound; // what the other one shows, the set knows
      case "counter-wrap":
        return sound - fault.at * Math.floor(sound / fault.at);
      case "counter-reset":
        return sound - (atFault ?? 0);
      case "meter-exchange":
        return fault.startsAt === undefined
          ? sound * fault.factor
          : fault.startsAt + (sound - (atFault ?? 0)) * fault.factor;
    }
  }

  return {
    read,
    setFault: (next) => {
      fault = next;
      faultSeconds = 0;
      atFault = followed;
      nextSpikeSeconds = next?.kind === "spike" ? next.everySeconds * random() : 0;
    },
    fault: () => fault,
  };
}

/** To the nearest whole number of steps, in the digits that the step has. */
function rounding(resolution: number): (value: number) => number {
  if (resolution === 0) return (value) => value;
  const perUnit = Math.round(1 / resolution);
  return Math.abs(perUnit * resolution - 1) < 1e-12
    ? (value) => Math.round(value * perUnit) / perUnit
    : (value) => Math.round(value / resolution) * resolution;
}

const flow = { lagSeconds: 1, noisePercent: 0.1 };
const thermometer = { lagSeconds: 4, noise: 0.12, resolution: 0.1, range: [-40, 650] as [number, number] };
/** One of a pair that is made for small differences. */
const heatMeterThermometer = { ...thermometer, noise: 0.02, resolution: 0.01 };
const gasCell = { lagSeconds: 6, noise: 0.4, resolution: 0.1 };

/** What is usual for a point: instruments of a well-kept plant. A point that is not here is told as it is. */
const usual: Readonly<Partial<Record<PointName, InstrumentConfig>>> = {
  loadPercent: { lagSeconds: 0, noise: 0.05, resolution: 0.1, range: [0, 150] },
  // Extractive: a sample line and a chiller make it slower than a probe in the gas.
  o2DryPercent: { lagSeconds: 5, noise: 0.015, resolution: 0.01, range: [0, 25] },
  o2WetPercent: { lagSeconds: 2, noise: 0.015, resolution: 0.01, range: [0, 25] },
  co2DryPercent: { lagSeconds: 5, noise: 0.02, resolution: 0.01, range: [0, 25] },
  coDryPpm: { ...gasCell, range: [0, 5_000] },
  noxDryPpm: { ...gasCell, range: [0, 2_000] },
  soxDryPpm: { ...gasCell, noise: 0.3, range: [0, 3_000] },
  pmDryMgPerNm3: { lagSeconds: 10, noise: 0.1, resolution: 0.1, range: [0, 1_000] },
  flueMoisturePercent: { lagSeconds: 10, noise: 0.05, resolution: 0.1, range: [0, 50] },
  exhaustTempC: thermometer,
  flueBeforeRecoveryTempC: { ...thermometer, range: [-40, 1_200] },
  combustionAirTempC: thermometer,
  preheatedAirTempC: thermometer,
  ambientTempC: thermometer,
  ambientRhPercent: { lagSeconds: 30, noise: 0.2, resolution: 0.1, range: [0, 100] },
  shellTempC: thermometer,
  heavyOilFlowLPerH: { ...flow, range: [0, 50_000] },
  dieselFlowLPerH: { ...flow, range: [0, 50_000] },
  naturalGasFlowNm3PerH: { ...flow, range: [0, 100_000] },
  lpgFlowKgPerH: { ...flow, range: [0, 50_000] },
  coalFlowKgPerH: { ...flow, lagSeconds: 3, noisePercent: 0.3, range: [0, 200_000] },
  steamFlowKgPerH: { ...flow, lagSeconds: 2, range: [0, 1_000_000] },
  steamPressureBarG: { lagSeconds: 0.5, noise: 0.005, resolution: 0.01, range: [0, 160] },
  steamTempC: thermometer,
  feedwaterTempC: thermometer,
  thermalOilFlowM3PerH: { ...flow, range: [0, 5_000] },
  thermalOilReturnTempC: heatMeterThermometer,
  thermalOilSupplyTempC: heatMeterThermometer,
  hotWaterFlowM3PerH: { ...flow, range: [0, 10_000] },
  hotWaterReturnTempC: heatMeterThermometer,
  hotWaterSupplyTempC: heatMeterThermometer,
  stackFlowDryNm3PerH: { lagSeconds: 3, noisePercent: 0.3, range: [0, 5_000_000] },
};

/** The instrument of a point: as configured, and usual for the rest. */
export function instrumentOf(
  point: string,
  config: InstrumentConfig | undefined,
  random: () => number,
): Instrument {
  return instrument({ ...usual[point as PointName], ...config }, random);
}

/** The instruments of a boiler. Each has random numbers of its own, so that one fault changes no other reading. */
export interface InstrumentSet {
  /** What they show of a state; truths that no instrument tells are not in it. */
  read(state: Readonly<Record<string, number>>, dtSeconds: number): Readonly<Record<string, number | null>>;
  /**
   * `null`: repaired.
   * @throws OperationalError `instrument-unknown` for a point that is not fitted with one
   */
  setFault(point: string, fault: InstrumentFault | null): void;
}

/**
 * @param configs by point, for those that are not as usual
 * @param fitted the points that have an instrument; all that the boiler knows of, where it is not given
 */
export function instrumentSet(
  configs: Readonly<Record<string, InstrumentConfig>>,
  seed: number,
  fitted?: Iterable<string>,
): InstrumentSet {
  const instruments = new Map<string, Instrument>();
  const counted = new Map<string, number>();
  const added = (point: string) => {
    const each = instrumentOf(point, configs[point], seededRandom(seed ^ textHash(point)));
    instruments.set(point, each);
    return each;
  };
  for (const point of fitted ?? []) added(point);

  /** What the boiler does, or, for a counter, has done since the start. */
  function trueValue(
    point: string,
    state: Readonly<Record<string, number>>,
    dtSeconds: number,
  ): number | undefined {
    const flowPoint = configs[point]?.counts;
    if (flowPoint === undefined) return state[point];
    const total = (counted.get(point) ?? 0) + ((state[flowPoint] ?? 0) * dtSeconds) / 3_600;
    counted.set(point, total);
    return total;
  }

  return {
    read: (state, dtSeconds) => {
      if (fitted === undefined)
        for (const point of Object.keys(state)) if (!instruments.has(point) && !isTruth(point)) added(point);
      const shown: Record<string, number | null> = {};
      for (const [point, each] of instruments) {
        const value = trueValue(point, state, dtSeconds);
        if (value !== undefined) shown[point] = each.read(value, dtSeconds);
      }
      for (const [point, each] of instruments) {
        const fault = each.fault();
        if (fault?.kind !== "copies" || shown[point] === undefined) continue;
        const other = shown[fault.point] ?? null;
        shown[point] = other === null ? null : other * fault.factor;
      }
      return shown;
    },
    setFault: (point, fault) => {
      const each = instruments.get(point) ?? (fitted === undefined ? added(point) : null);
      if (each === null)
        throw new OperationalError(
          "instrument-unknown",
          `${point} has no instrument here; there are ${[...instruments.keys()].join(", ")}`,
        );
      each.setFault(fault);
    },
  };
}

/** A number that differs from text to text (FNV-1a). */
function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
