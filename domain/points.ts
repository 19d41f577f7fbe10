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
  feedwaterTempC: { unit: "°C", decimals: 0, range: [0, 350], from: "sensor" },
  thermalOilFlowM3PerH: { unit: "m³/h", decimals: 0, range: [-10, 5_000], from: "sensor" },
  thermalOilReturnTempC: { unit: "°C", decimals: 0, range: [-20, 450], from: "sensor" },
  thermalOilSupplyTempC: { unit: "°C", decimals: 0, range: [-20, 450], from: "sensor" },
  hotWaterFlowM3PerH: { unit: "m³/h", decimals: 0, range: [-10, 10_000], from: "sensor" },
  hotWaterReturnTempC: { unit: "°C", decimals: 0, range: [-5, 250], from: "sensor" },
  hotWaterSupplyTempC: { unit: "°C", decimals: 0, range: [-5, 250], from: "sensor" },
  usefulHeatKw: { unit: "kW", decimals: 0, range: [-1_000, 1_000_000], from: "sensor" },

  airRatio: { unit: "", decimals: 2, range: [1, 300], from: "formula" },
  coAtRefO2Ppm: { unit: "ppm", decimals: 0, range: [-100, 2_000_000], from: "formula" },
  soxAtRefO2Ppm: { unit: "ppm", decimals: 0, range: [-100, 200_000], from: "formula" },
  noxAtRefO2Ppm: { unit: "ppm", decimals: 0, range: [-100, 100_000], from: "formula" },
  pmAtRefO2MgPerNm3: { unit: "mg/Nm³", decimals: 0, range: [-20, 100_000], from: "formula" },
  stackLossSiegertLhvPercent: { unit: "%", decimals: 1, range: [-10, 100], from: "formula" },
  efficiencySiegertLhvPercent: { unit: "%", decimals: 1, range: [0, 110], from: "formula" },
} as const satisfies Readonly<Record<string, Point>>;

export type PointName = keyof typeof points;

/** The points above and those a configuration adds for its own sensors: stored, charted, used by no formula. */
export type PointCatalogue = ReadonlyMap<string, Point>;

export function pointCatalogue(further: Readonly<Record<string, Point>> = {}): PointCatalogue {
  return new Map<string, Point>([...Object.entries(points), ...Object.entries(further)]);
}

/** The flue-gas analyser's own channels: where one box is dead, none of them can be believed. */
export const analyserPoints = [
  "o2DryPercent",
  "o2WetPercent",
  "co2DryPercent",
  "coDryPpm",
  "soxDryPpm",
  "noxDryPpm",
] as const satisfies readonly PointName[];
