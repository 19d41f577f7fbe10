/** How a quantity is written for people, and what it can physically be. */
export interface Point {
  /** As it stands behind the number; empty for a pure number. */
  readonly unit: string;
  /** Digits behind the decimal point: no more than an instrument resolves. */
  readonly decimals: number;
  /** Outside of it no instrument of this quantity can tell the truth: the value becomes `null`, with a flaw. */
  readonly range: readonly [lowest: number, highest: number];
  /** `either`: taken from a sensor where there is one, computed where there is none. */
  readonly from: "sensor" | "formula" | "either";
}

/**
 * Every quantity Fluewatch knows, by the one name it has from the register map to the chart. A name carries its
 * basis (dry, wet, at reference O₂, LHV) and ends in its unit. Volumes in Nm³ are at 0 °C and 101.325 kPa; oxygen
 * and other gases are by volume. Ranges of flue O₂ leave room for a drifted zero and span.
 */
export const points = {
  firing: { unit: "", decimals: 0, range: [0, 1], from: "either" },
  loadPercent: { unit: "%", decimals: 0, range: [-2, 150], from: "sensor" },

  heavyOilFlowLPerH: { unit: "L/h", decimals: 0, range: [0, 50_000], from: "sensor" },
  dieselFlowLPerH: { unit: "L/h", decimals: 0, range: [0, 50_000], from: "sensor" },
  naturalGasFlowNm3PerH: { unit: "Nm³/h", decimals: 0, range: [0, 100_000], from: "sensor" },
  lpgFlowKgPerH: { unit: "kg/h", decimals: 0, range: [0, 50_000], from: "sensor" },
  coalFlowKgPerH: { unit: "kg/h", decimals: 0, range: [0, 200_000], from: "sensor" },

  o2DryPercent: { unit: "%", decimals: 1, range: [-0.2, 21.1], from: "either" },
  o2WetPercent: { unit: "%", decimals: 1, range: [-0.2, 21.1], from: "sensor" },
  co2DryPercent: { unit: "%", decimals: 1, range: [-0.2, 25], from: "sensor" },
  coDryPpm: { unit: "ppm", decimals: 0, range: [-5, 100_000], from: "sensor" },
  soxDryPpm: { unit: "ppm", decimals: 0, range: [-5, 10_000], from: "sensor" },
  noxDryPpm: { unit: "ppm", decimals: 0, range: [-5, 5_000], from: "sensor" },
  pmDryMgPerNm3: { unit: "mg/Nm³", decimals: 0, range: [-1, 5_000], from: "sensor" },
  flueMoisturePercent: { unit: "%", decimals: 1, range: [0, 60], from: "either" },

  exhaustTempC: { unit: "°C", decimals: 0, range: [-40, 600], from: "sensor" },
  flueBeforeRecoveryTempC: { unit: "°C", decimals: 0, range: [-40, 1_200], from: "sensor" },
  combustionAirTempC: { unit: "°C", decimals: 0, range: [-40, 100], from: "sensor" },
  preheatedAirTempC: { unit: "°C", decimals: 0, range: [-40, 600], from: "sensor" },
  ambientTempC: { unit: "°C", decimals: 0, range: [-40, 60], from: "sensor" },
  ambientRhPercent: { unit: "%", decimals: 0, range: [0, 105], from: "sensor" },
  shellTempC: { unit: "°C", decimals: 0, range: [-40, 400], from: "sensor" },

  steamFlowKgPerH: { unit: "kg/h", decimals: 0, range: [-100, 1_000_000], from: "sensor" },
  steamPressureBarG: { unit: "bar", decimals: 1, range: [-1, 300], from: "sensor" },
  steamTempC: { unit: "°C", decimals: 0, range: [0, 700], from: "sensor" },
  feedwaterTempC: { unit: "°C", decimals: 0, range: [0, 350], from: "sensor" },
  thermalOilFlowM3PerH: { unit: "m³/h", decimals: 0, range: [-10, 5_000], from: "sensor" },
  thermalOilReturnTempC: { unit: "°C", decimals: 0, range: [-20, 450], from: "sensor" },
  thermalOilSupplyTempC: { unit: "°C", decimals: 0, range: [-20, 450], from: "sensor" },
  hotWaterFlowM3PerH: { unit: "m³/h", decimals: 0, range: [-10, 10_000], from: "sensor" },
  hotWaterReturnTempC: { unit: "°C", decimals: 0, range: [-5, 250], from: "sensor" },
  hotWaterSupplyTempC: { unit: "°C", decimals: 0, range: [-5, 250], from: "sensor" },
  stackFlowDryNm3PerH: { unit: "Nm³/h", decimals: 0, range: [0, 5_000_000], from: "sensor" },
  usefulHeatKw: { unit: "kW", decimals: 0, range: [-1_000, 1_000_000], from: "either" },

  airRatio: { unit: "", decimals: 2, range: [1, 300], from: "formula" },
  coAtRefO2Ppm: { unit: "ppm", decimals: 0, range: [-100, 2_000_000], from: "formula" },
  soxAtRefO2Ppm: { unit: "ppm", decimals: 0, range: [-100, 200_000], from: "formula" },
  noxAtRefO2Ppm: { unit: "ppm", decimals: 0, range: [-100, 100_000], from: "formula" },
  pmAtRefO2MgPerNm3: { unit: "mg/Nm³", decimals: 0, range: [-20, 100_000], from: "formula" },
  excessAirPercent: { unit: "%", decimals: 0, range: [-10, 30_000], from: "formula" },
  expectedCo2DryPercent: { unit: "%", decimals: 1, range: [-1, 25], from: "formula" },

  stackLossSiegertLhvPercent: { unit: "%", decimals: 1, range: [-10, 100], from: "formula" },
  efficiencySiegertLhvPercent: { unit: "%", decimals: 1, range: [0, 110], from: "formula" },
  dryGasLossLhvPercent: { unit: "%", decimals: 1, range: [-10, 100], from: "formula" },
  fuelWaterLossLhvPercent: { unit: "%", decimals: 1, range: [-10, 100], from: "formula" },
  airMoistureLossLhvPercent: { unit: "%", decimals: 2, range: [-10, 100], from: "formula" },
  coLossLhvPercent: { unit: "%", decimals: 2, range: [-1, 100], from: "formula" },
  unburntLossLhvPercent: { unit: "%", decimals: 1, range: [0, 100], from: "formula" },
  surfaceLossLhvPercent: { unit: "%", decimals: 1, range: [0, 100], from: "formula" },
  stackLossLhvPercent: { unit: "%", decimals: 1, range: [-10, 100], from: "formula" },
  stackLossHhvPercent: { unit: "%", decimals: 1, range: [-10, 100], from: "formula" },
  efficiencyIndirectLhvPercent: { unit: "%", decimals: 1, range: [0, 110], from: "formula" },
  efficiencyIndirectHhvPercent: { unit: "%", decimals: 1, range: [0, 110], from: "formula" },
  efficiencyDirectLhvPercent: { unit: "%", decimals: 1, range: [-10, 150], from: "formula" },
  efficiencyDirectHhvPercent: { unit: "%", decimals: 1, range: [-10, 150], from: "formula" },
  heatInputLhvKw: { unit: "kW", decimals: 0, range: [0, 2_000_000], from: "formula" },
  heatInputHhvKw: { unit: "kW", decimals: 0, range: [0, 2_000_000], from: "formula" },

  flueFlowFromFuelDryNm3PerH: { unit: "Nm³/h", decimals: 0, range: [0, 5_000_000], from: "formula" },
  co2KgPerH: { unit: "kg/h", decimals: 0, range: [0, 1_000_000], from: "formula" },
  biogenicCo2KgPerH: { unit: "kg/h", decimals: 0, range: [0, 1_000_000], from: "formula" },
  coKgPerH: { unit: "kg/h", decimals: 2, range: [-10, 100_000], from: "formula" },
  soxKgPerH: { unit: "kg/h", decimals: 2, range: [-10, 100_000], from: "formula" },
  noxKgPerH: { unit: "kg/h", decimals: 2, range: [-10, 100_000], from: "formula" },
  pmKgPerH: { unit: "kg/h", decimals: 3, range: [-10, 100_000], from: "formula" },
  soxEstimateDryPpm: { unit: "ppm", decimals: 0, range: [0, 10_000], from: "formula" },

  acidDewPointTempC: { unit: "°C", decimals: 0, range: [0, 300], from: "formula" },
  waterDewPointTempC: { unit: "°C", decimals: 0, range: [0, 100], from: "formula" },
  recoverableK: { unit: "K", decimals: 0, range: [0, 1_000], from: "formula" },

  avoidableFuelPercent: { unit: "%", decimals: 1, range: [0, 100], from: "formula" },
  avoidableMoneyPerH: { unit: "/h", decimals: 0, range: [0, 1e9], from: "formula" },
  avoidableCo2KgPerH: { unit: "kg/h", decimals: 1, range: [0, 1e6], from: "formula" },
} as const satisfies Readonly<Record<string, Point>>;

export type PointName = keyof typeof points;

/**
 * The points above and those a configuration adds for its own sensors: stored, charted, used by no formula. Each has a
 * slot, its place in a `Frame`.
 */
export interface PointCatalogue {
  /** In the order of their slots. */
  readonly names: readonly string[];
  has(name: string): boolean;
  get(name: string): Point | undefined;
  /** −1 for a name that is not here. */
  slotOf(name: string): number;
}

export function pointCatalogue(further: Readonly<Record<string, Point>> = {}): PointCatalogue {
  const all = new Map<string, Point>([...Object.entries(points), ...Object.entries(further)]);
  const names = [...all.keys()];
  const slots = new Map(names.map((name, slot) => [name, slot]));
  return {
    names,
    has: (name) => all.has(name),
    get: (name) => all.get(name),
    slotOf: (name) => slots.get(name) ?? -1,
  };
}

/** Of the fuels' own meters. */
export const fuelFlowPoints = [
  "heavyOilFlowLPerH",
  "dieselFlowLPerH",
  "naturalGasFlowNm3PerH",
  "lpgFlowKgPerH",
  "coalFlowKgPerH",
] as const satisfies readonly PointName[];

/** The flue-gas analyser's own channels: where one box is dead, none of them can be believed. */
export const analyserPoints = [
  "o2DryPercent",
  "o2WetPercent",
  "co2DryPercent",
  "coDryPpm",
  "soxDryPpm",
  "noxDryPpm",
] as const satisfies readonly PointName[];
