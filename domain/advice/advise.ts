import { type Boiler, type Label, tunedO2At } from "../boiler.ts";
import { fired, type LossInputs } from "../boiler-losses.ts";
import type { EmissionQuantity } from "../emissions/emission-quantity.ts";
import { fuelSwitch } from "../emissions/greenhouse-gas.ts";
import { type Burning, burning, type Fuel, mixed } from "../fuel.ts";
import type { PointName } from "../points.ts";
import { avoidableBy, avoidableFuelPercent } from "./avoidable-fuel.ts";
import { type RecoveryRoom, recoveryRoom } from "./heat-recovery.ts";
import { exhaustThumbSavingPercent, o2ThumbSavingPercent } from "./rules-of-thumb.ts";
import { wallLossWPerM2 } from "./wall-loss.ts";

/** What an estimate is worth an hour, at the fuel burned now. */
export interface HourlyWorth {
  /** % of the fuel burned now. */
  readonly fuelPercent: number;
  /** `null` without a fuel meter, or without a price. */
  readonly moneyPerH: number | null;
  readonly currency: string | null;
  readonly co2KgPerH: number | null;
}

/**
 * Something that may be worth doing. Every figure in it is an estimate from one reading: `basis` says what it was
 * held against, `source` where the rule behind it is written. None of it is a saving: savings are proved before and
 * after.
 */
export type Advice =
  | ({
      readonly kind: "excess-air";
      readonly basis: "tuned-curve" | "guidance";
      readonly source: string | null;
      readonly o2DryPercent: number;
      readonly targetO2DryPercent: number;
      /** By the guidance's rule of thumb, beside the computed one. */
      readonly thumbPercent: number;
    } & HourlyWorth)
  | ({
      readonly kind: "heat-recovery";
      readonly basis: RecoveryRoom["floorFrom"];
      readonly source: string;
      readonly exhaustTempC: number;
      readonly floorTempC: number;
      readonly thumbPercent: number;
    } & HourlyWorth)
  | {
      readonly kind: "insulation";
      readonly basis: "wall-temperature";
      readonly source: string;
      readonly shellTempC: number;
      readonly ambientTempC: number;
      readonly inspectAboveC: number;
      readonly lossWPerM2: number;
      readonly costPerM2: number;
      readonly currency: string;
    }
  | ({
      readonly kind: "fuel-switch";
      readonly basis: "efficiency-direct" | "efficiency-indirect";
      readonly source: string;
      readonly toFuelId: string;
      readonly efficiencyLhvPercent: number;
      readonly efficiencyPoints: number;
      /** Of the CO₂ now. */
      readonly co2Percent: number;
    } & HourlyWorth)
  | {
      readonly kind: "abatement";
      readonly basis: "hour-above-limit";
      readonly source: string;
      readonly quantity: EmissionQuantity;
      readonly deviceId: string;
      readonly label: Label;
      readonly cost: number;
      readonly currency: string;
      /** The size the cost is of. */
      readonly forCapacityTPerH: number;
      readonly forFlowM3PerMin: number;
    };

/** What the guidance says of savings: dated data. */
export interface AdviceRules {
  readonly savingHints: {
    readonly source: string;
    readonly o2: {
      readonly actAbovePercent: Readonly<
        Record<"oil" | "gas", { readonly from: number; readonly to: number }>
      >;
      readonly savingPercent: number;
      readonly o2Points: number;
    };
    readonly exhaust: { readonly savingPercent: number; readonly perK: number };
    readonly fuelSwitchEfficiencyPoints: { readonly coalToGas: number; readonly oilToGas: number };
  };
  readonly dewFloors: { readonly source: string };
  readonly wallTemperature: {
    readonly source: string;
    readonly inspectAboveC: { readonly from: number; readonly to: number };
    readonly emissivity: number;
    readonly insulationCostPerM2: number;
    readonly currency: string;
  };
  readonly abatementCosts: {
    readonly source: string;
    readonly currency: string;
    readonly forCapacityTPerH: number;
    readonly forFlowM3PerMin: number;
    readonly devices: readonly {
      readonly id: string;
      readonly label: Label;
      readonly removes: "pm" | "sox" | "nox";
      readonly cost: number;
    }[];
  };
  /** What a boiler would be switched to, and its price; `null` where no such fuel is known. */
  readonly gas: Fuel | null;
  readonly gasPrice: { readonly perUnit: number; readonly currency: string } | null;
}

/** One reading of a boiler, and which emissions were above their limit in the last clock hour. */
export interface AdviceInputs {
  /** A good value, or NaN: a doubtful one advises nobody. */
  readonly value: (point: PointName) => number;
  readonly hoursAbove: readonly EmissionQuantity[];
}

const emissionOf = { pm: "pmAtRefO2MgPerNm3", sox: "soxAtRefO2Ppm", nox: "noxAtRefO2Ppm" } as const;
/** Below this share of the fuel a figure is noise, and no advice. */
const worthSayingPercent = 0.1;

/** All that may be worth doing at a boiler, most fuel first. */
export function advise(
  boiler: Boiler,
  rules: AdviceRules,
  { value, hoursAbove }: AdviceInputs,
): readonly Advice[] {
  const burns = burningNow(boiler, value);
  const list: (Advice | null)[] = [insulation(rules, value)];
  if (burns !== null && value("firing") === 1) {
    list.push(
      excessAir(boiler, burns, rules, value),
      heatRecovery(boiler, burns, rules, value),
      switchToGas(boiler, burns, rules, value),
    );
  }
  const byFuel = list
    .filter((each) => each !== null)
    .filter((each) => !("fuelPercent" in each) || each.fuelPercent >= worthSayingPercent)
    .sort((a, b) => fuelOf(b) - fuelOf(a));
  return [...byFuel, ...hoursAbove.flatMap((quantity) => abatement(quantity, rules))];
}

function fuelOf(advice: Advice): number {
  return "fuelPercent" in advice ? advice.fuelPercent : 0;
}

function burningNow(boiler: Boiler, value: AdviceInputs["value"]): Burning | null {
  const parts = boiler.fuels.map(burning);
  if (parts.length <= 1) return parts[0] ?? null;
  const heats = boiler.fuels.map(({ flowPoint, ncvMjPerUnit }) => value(flowPoint) * ncvMjPerUnit);
  return heats.some(Number.isNaN) ? null : mixed(parts, heats);
}

function lossInputs(value: AdviceInputs["value"]): LossInputs | null {
  const o2DryPercent = value("o2DryPercent");
  const exhaustTempC = value("exhaustTempC");
  if (Number.isNaN(o2DryPercent) || Number.isNaN(exhaustTempC)) return null;
  return {
    o2DryPercent,
    exhaustTempC,
    combustionAirTempC: value("combustionAirTempC"),
    coDryPpm: value("coDryPpm"),
    heatInputLhvKw: value("heatInputLhvKw"),
    loadPercent: value("loadPercent"),
  };
}

function worth(
  fuelPercent: number,
  { prices }: Boiler,
  { governing }: Burning,
  value: AdviceInputs["value"],
): HourlyWorth {
  const heatInputKw = value("heatInputLhvKw");
  const price = prices[governing.id];
  const unitsPerH = (heatInputKw * 3.6) / governing.ncvMjPerUnit;
  return {
    fuelPercent,
    moneyPerH: price === undefined ? null : numberOrNull((fuelPercent / 100) * unitsPerH * price.perUnit),
    currency: price?.currency ?? null,
    co2KgPerH: numberOrNull((fuelPercent / 100) * value("co2KgPerH")),
  };
}

/** Less oxygen: to what the burner was tuned to, or, where nobody recorded that, to where the guidance would act. */
function excessAir(
  boiler: Boiler,
  burns: Burning,
  { savingHints }: AdviceRules,
  value: AdviceInputs["value"],
): Advice | null {
  const now = lossInputs(value);
  if (now === null) return null;
  const load = Number.isNaN(now.loadPercent) ? 100 : now.loadPercent;
  const tuned = tunedO2At(boiler.tunedO2, load);
  const { fuelClass } = burns.governing;
  const target = tuned ?? (fuelClass === "coal" ? null : savingHints.o2.actAbovePercent[fuelClass].to);
  if (target === null || target >= now.o2DryPercent) return null;
  const fuelPercent = avoidableBy(fired(boiler, burns), now, target, now.exhaustTempC);
  if (fuelPercent === null) return null;
  return {
    kind: "excess-air",
    basis: tuned === null ? "guidance" : "tuned-curve",
    source: tuned === null ? savingHints.source : null,
    o2DryPercent: now.o2DryPercent,
    targetO2DryPercent: target,
    thumbPercent: o2ThumbSavingPercent(now.o2DryPercent, target, savingHints.o2),
    ...worth(fuelPercent, boiler, burns, value),
  };
}

function heatRecovery(
  boiler: Boiler,
  burns: Burning,
  { savingHints, dewFloors }: AdviceRules,
  value: AdviceInputs["value"],
): Advice | null {
  const now = lossInputs(value);
  if (now === null) return null;
  const { dewFloor } = boiler;
  const room = recoveryRoom(
    now.exhaustTempC,
    dewFloor.practicalMinimumC,
    numberOrNull(value("acidDewPointTempC")),
    numberOrNull(value("waterDewPointTempC")),
    dewFloor.marginK,
  );
  if (room.coolingK <= 0) return null;
  const fuelPercent = avoidableBy(fired(boiler, burns), now, now.o2DryPercent, room.floorTempC);
  if (fuelPercent === null) return null;
  return {
    kind: "heat-recovery",
    basis: room.floorFrom,
    source: dewFloors.source,
    exhaustTempC: now.exhaustTempC,
    floorTempC: room.floorTempC,
    thumbPercent: exhaustThumbSavingPercent(now.exhaustTempC, room.floorTempC, savingHints.exhaust),
    ...worth(fuelPercent, boiler, burns, value),
  };
}

function switchToGas(
  boiler: Boiler,
  { governing }: Burning,
  { savingHints, gas, gasPrice }: AdviceRules,
  value: AdviceInputs["value"],
): Advice | null {
  if (gas === null || governing.fuelClass === "gas") return null;
  const direct = value("efficiencyDirectLhvPercent");
  const isDirect = direct > 0 && direct <= 100;
  const efficiencyLhvPercent = isDirect ? direct : value("efficiencyIndirectLhvPercent");
  const { coalToGas, oilToGas } = savingHints.fuelSwitchEfficiencyPoints;
  const efficiencyPoints = governing.fuelClass === "coal" ? coalToGas : oilToGas;
  const after = efficiencyLhvPercent + efficiencyPoints;
  const fuelPercent = avoidableFuelPercent(numberOrNull(efficiencyLhvPercent), after);
  if (fuelPercent === null) return null;
  // As a share, and by the hour where a meter tells how much is burned.
  const unitsPerH = (value("heatInputLhvKw") * 3.6) / governing.ncvMjPerUnit;
  const quantity = Number.isNaN(unitsPerH) ? 1 : unitsPerH;
  const change = fuelSwitch(
    {
      quantity,
      ncvMjPerUnit: governing.ncvMjPerUnit,
      co2KgPerTj: governing.emissionFactors.co2KgPerTj,
      efficiencyLhvPercent,
    },
    {
      ncvMjPerUnit: gas.ncvMjPerUnit,
      co2KgPerTj: gas.emissionFactors.co2KgPerTj,
      efficiencyLhvPercent: after,
    },
  );
  if (change === null) return null;
  const price = boiler.prices[governing.id];
  const priced = price !== undefined && gasPrice !== null && price.currency === gasPrice.currency;
  const moneyPerH = priced ? unitsPerH * price.perUnit - change.fuelAfter * gasPrice.perUnit : Number.NaN;
  return {
    kind: "fuel-switch",
    basis: isDirect ? "efficiency-direct" : "efficiency-indirect",
    source: savingHints.source,
    toFuelId: gas.id,
    efficiencyLhvPercent,
    efficiencyPoints,
    co2Percent: change.reductionPercent,
    fuelPercent,
    moneyPerH: Number.isNaN(unitsPerH) ? null : numberOrNull(moneyPerH),
    currency: priced ? price.currency : null,
    co2KgPerH: Number.isNaN(unitsPerH) ? null : 1_000 * (change.co2BeforeT - change.co2AfterT),
  };
}

function insulation({ wallTemperature }: AdviceRules, value: AdviceInputs["value"]): Advice | null {
  const shellTempC = value("shellTempC");
  const ambientTempC = value("ambientTempC");
  const { source, inspectAboveC, emissivity, insulationCostPerM2: costPerM2, currency } = wallTemperature;
  if (!(shellTempC > inspectAboveC.to) || Number.isNaN(ambientTempC)) return null;
  const lossWPerM2 = wallLossWPerM2(shellTempC, ambientTempC, emissivity);
  if (lossWPerM2 === null) return null;
  return {
    kind: "insulation",
    basis: "wall-temperature",
    source,
    shellTempC,
    ambientTempC,
    inspectAboveC: inspectAboveC.to,
    lossWPerM2,
    costPerM2,
    currency,
  };
}

function abatement(quantity: EmissionQuantity, { abatementCosts }: AdviceRules): readonly Advice[] {
  const { source, currency, forCapacityTPerH, forFlowM3PerMin, devices } = abatementCosts;
  return devices
    .filter(({ removes }) => emissionOf[removes] === quantity)
    .map(({ id, label, cost }) => ({
      kind: "abatement",
      basis: "hour-above-limit",
      source,
      quantity,
      deviceId: id,
      label,
      cost,
      currency,
      forCapacityTPerH,
      forFlowM3PerMin,
    }));
}

function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
