import { expectedCo2DryPercent, flueGas } from "./combustion/excess-air.ts";
import type { Stoichiometry } from "./combustion/stoichiometry.ts";
import { concentrationOfPpm, massRateKgPerH, molarMass } from "./emissions/concentration.ts";
import { referenceO2Factor } from "./emissions/reference-oxygen.ts";
import { finiteOrNull } from "./finite.ts";

/** A number as a report prints it: `0.22` has two decimals, and cannot be held to a third. */
export interface Printed {
  readonly value: number;
  readonly decimals: number;
}

/** Reads a printed number; `null` when it is none. */
export function printed(text: string): Printed | null {
  const plain = text.replaceAll(",", "").trim();
  if (!/^[+-]?\d+(\.\d+)?$/.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? { value, decimals: plain.split(".")[1]?.length ?? 0 } : null;
}

export const stackTestPollutants = ["pm", "sox", "nox"] as const;
export type StackTestPollutant = (typeof stackTestPollutants)[number];

/** One pollutant's line of a test report. Each has its own oxygen and flow: it was sampled at its own time. */
export interface StackTestRow {
  readonly pollutant: StackTestPollutant;
  readonly o2DryPercent: Printed;
  readonly co2DryPercent: Printed | null;
  readonly dryFlowNm3PerMin: Printed;
  readonly correctedFlowNm3PerMin: Printed | null;
  /** mg/Nm³ for PM, ppm for gases; dry. */
  readonly measured: Printed;
  readonly corrected: Printed | null;
  readonly massRateKgPerH: Printed | null;
  /** What the report's page header says for the same value, where it says it. */
  readonly headerMeasured: Printed | null;
}

/** A stack test as its report prints it. */
export interface StackTest {
  readonly date: string;
  readonly fuelId: string;
  readonly referenceO2Percent: number;
  readonly rows: readonly StackTestRow[];
  readonly wetFlowNm3PerMin: Printed | null;
  readonly dryFlowNm3PerMin: Printed | null;
  readonly moisturePercent: Printed | null;
  readonly gasTempC: Printed | null;
  readonly velocityMPerS: Printed | null;
  /** Per hour, in the unit of the fuel's meter. */
  readonly fuelRatePerH: Printed | null;
}

export const stackTestChecks = [
  "corrected-concentration",
  "corrected-flow",
  "mass-rate",
  "header-concentration",
  "moisture-from-flows",
  "temperature-is-moisture",
  "moisture-from-fuel",
  "co2-from-o2",
  "fuel-rate",
] as const;
export type StackTestCheck = (typeof stackTestChecks)[number];

/** Something in a report that contradicts the rest of it. */
export interface StackTestFinding {
  readonly check: StackTestCheck;
  readonly pollutant: StackTestPollutant | null;
  readonly printed: number;
  /** What the other figures of the report give. */
  readonly computed: number;
}

/** The fuel of a test, per unit of its meter. */
export interface StackTestFuel {
  /** Per kg, or per mol of gas. */
  readonly stoichiometry: Stoichiometry;
  /** kg, or mol, in one unit of the meter. */
  readonly amountPerUnit: number;
}

/** Flue gas may differ from what the fuel meter says by so much before one of the two is wrong. */
const flowRatio = { lowest: 0.85, highest: 1.15 } as const;
/** Points of CO₂ that complete combustion may be missed by. */
const co2Points = 1;
/** Moisture of the combustion air is not known to a report: from dry air to air at 30 °C and 80 %. */
const airHumidity = { least: 0, most: 0.022 } as const;
const moisturePoints = 2;
const litrePerMol = 22.414;

/**
 * Holds a report's figures against each other. Each figure is computed from the ones it follows from, and found wrong
 * when it lies outside of what rounding allows; the misprints of published tests are found this way.
 */
export function stackTestFindings(test: StackTest, fuel: StackTestFuel): readonly StackTestFinding[] {
  return [...test.rows.flatMap((row) => rowFindings(row, test, fuel)), ...headFindings(test, fuel)];
}

function rowFindings(
  row: StackTestRow,
  test: StackTest,
  { stoichiometry }: StackTestFuel,
): readonly StackTestFinding[] {
  const findings: StackTestFinding[] = [];
  const { pollutant, o2DryPercent, dryFlowNm3PerMin, measured } = row;
  const factor = referenceO2Factor(o2DryPercent.value, test.referenceO2Percent);
  const hold = (check: StackTestCheck, claim: Printed | null, computed: number | null, slack: number) => {
    if (claim !== null && computed !== null && Math.abs(claim.value - computed) > slack + half(claim)) {
      findings.push({ check, pollutant, printed: claim.value, computed });
    }
  };
  // A factor's own uncertainty comes from the last digit of the oxygen.
  const factorSlack = factor * (half(o2DryPercent) / Math.max(21 - o2DryPercent.value, 1));
  hold(
    "corrected-concentration",
    row.corrected,
    measured.value * factor,
    measured.value * factorSlack + half(measured) * factor,
  );
  hold(
    "corrected-flow",
    row.correctedFlowNm3PerMin,
    dryFlowNm3PerMin.value / factor,
    (dryFlowNm3PerMin.value / factor) * (factorSlack / factor),
  );
  const concentration =
    pollutant === "pm"
      ? ({ basis: "dry", mgPerNm3: measured.value } as const)
      : concentrationOfPpm(measured.value, pollutant === "sox" ? molarMass.so2 : molarMass.nox, "dry");
  const rate = massRateKgPerH(concentration, { basis: "dry", nm3PerH: 60 * dryFlowNm3PerMin.value });
  hold(
    "mass-rate",
    row.massRateKgPerH,
    rate,
    (rate ?? 0) * (half(measured) / Math.max(measured.value, 1e-9)),
  );
  if (row.headerMeasured !== null && row.headerMeasured.value !== measured.value) {
    const computed = measured.value;
    findings.push({ check: "header-concentration", pollutant, printed: row.headerMeasured.value, computed });
  }
  if (row.co2DryPercent !== null) {
    const expected = expectedCo2DryPercent(o2DryPercent.value, stoichiometry);
    if (expected !== null) hold("co2-from-o2", row.co2DryPercent, expected, co2Points);
  }
  return findings;
}

function headFindings(test: StackTest, fuel: StackTestFuel): readonly StackTestFinding[] {
  const findings: StackTestFinding[] = [];
  const { wetFlowNm3PerMin, dryFlowNm3PerMin, moisturePercent, gasTempC, fuelRatePerH } = test;
  const found = (check: StackTestCheck, claimed: number, computed: number) => {
    findings.push({ check, pollutant: null, printed: claimed, computed });
  };
  const fromFlows =
    wetFlowNm3PerMin === null || dryFlowNm3PerMin === null
      ? null
      : 100 * (1 - dryFlowNm3PerMin.value / wetFlowNm3PerMin.value);
  if (fromFlows !== null && moisturePercent !== null && Math.abs(moisturePercent.value - fromFlows) > 0.1) {
    found("moisture-from-flows", moisturePercent.value, fromFlows);
  }
  if (fromFlows !== null && gasTempC !== null && Math.abs(gasTempC.value - fromFlows) < 0.02) {
    found("temperature-is-moisture", gasTempC.value, fromFlows);
  }
  const moisture = moisturePercent?.value ?? fromFlows;
  const o2 = test.rows[0]?.o2DryPercent.value ?? null;
  if (moisture !== null && o2 !== null) {
    const least = moistureOfFuel(o2, fuel, airHumidity.least);
    const most = moistureOfFuel(o2, fuel, airHumidity.most);
    if (
      least !== null &&
      most !== null &&
      (moisture < least - moisturePoints || moisture > most + moisturePoints)
    ) {
      found("moisture-from-fuel", moisture, moisture < least ? least : most);
    }
  }
  const implied = impliedByStackTest(test, fuel).fuelRatePerH;
  if (fuelRatePerH !== null && implied !== null) {
    const ratio = fuelRatePerH.value / implied;
    if (ratio < flowRatio.lowest || ratio > flowRatio.highest)
      found("fuel-rate", fuelRatePerH.value, implied);
  }
  return findings;
}

/** What a test says of the fuel that burned; `null` where it does not tell. */
export interface StackTestImplies {
  /** In the unit of the fuel's meter. */
  readonly fuelRatePerH: number | null;
  /** % by mass; of a fuel that is given by mass. */
  readonly sulphurPercent: number | null;
}

/**
 * What a test implies of its fuel, whatever the report says of it: an estimate.
 * @source Element balance
 */
export function impliedByStackTest(test: StackTest, fuel: StackTestFuel): StackTestImplies {
  const [first] = test.rows;
  const sox = test.rows.find(({ pollutant }) => pollutant === "sox");
  const flow = test.dryFlowNm3PerMin ?? first?.dryFlowNm3PerMin;
  return {
    fuelRatePerH:
      first === undefined || flow === undefined
        ? null
        : impliedFuelRatePerH(flow.value, first.o2DryPercent.value, fuel),
    sulphurPercent:
      sox === undefined ? null : impliedSulphurPercent(sox.measured.value, sox.o2DryPercent.value, fuel),
  };
}

/** Half a unit of the last printed digit: what rounding alone explains. */
function half({ decimals }: Printed): number {
  return 0.5 * 10 ** -decimals + 1e-9;
}

function moistureOfFuel(
  o2DryPercent: number,
  { stoichiometry }: StackTestFuel,
  humidity: number,
): number | null {
  const gas = flueGas(o2DryPercent, stoichiometry, humidity);
  return gas === null ? null : (100 * gas.waterMol) / gas.wetMol;
}

/**
 * The fuel that a flue-gas flow needs, in the unit of its meter.
 * @returns `null` where the oxygen is that of air, and for a meter that counts nothing
 * @source Element balance
 */
export function impliedFuelRatePerH(
  dryFlowNm3PerMin: number,
  o2DryPercent: number,
  { stoichiometry, amountPerUnit }: StackTestFuel,
): number | null {
  const gas = flueGas(o2DryPercent, stoichiometry, 0);
  if (gas === null) return null;
  const dryNm3PerUnit = (gas.dryMol * amountPerUnit * litrePerMol) / 1_000;
  return finiteOrNull((60 * dryFlowNm3PerMin) / dryNm3PerUnit);
}

/**
 * Sulphur in the fuel that a measured SO₂ implies, % by mass; for fuels given by mass.
 * @returns `null` where the oxygen is that of air
 * @source Element balance, with no sulphur held back in ash or removed
 */
export function impliedSulphurPercent(
  so2DryPpm: number,
  o2DryPercent: number,
  { stoichiometry }: StackTestFuel,
): number | null {
  const gas = flueGas(o2DryPercent, stoichiometry, 0);
  if (gas === null) return null;
  const so2MolPerKg = (so2DryPpm / 1e6) * gas.dryMol;
  return finiteOrNull((100 * so2MolPerKg * 32.06) / 1_000);
}
