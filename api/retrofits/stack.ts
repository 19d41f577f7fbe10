import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { RetrofitFigures } from "../../contracts/http/retrofit-result.ts";
import type { StackTestText } from "../../contracts/http/retrofits.ts";
import type { Label } from "../../domain/boiler.ts";
import { airRatio } from "../../domain/combustion/air-ratio.ts";
import { stoichiometry } from "../../domain/combustion/stoichiometry.ts";
import { concentrationOfPpm, massRateKgPerH, molarMass } from "../../domain/emissions/concentration.ts";
import { referenceO2Factor } from "../../domain/emissions/reference-oxygen.ts";
import { amountPerUnit, type Fuel } from "../../domain/fuel.ts";
import { dayStartMs } from "../../domain/limits.ts";
import { heatInputByFlueFlowHhvGjPerH, stackComparison } from "../../domain/mv/carbon.ts";
import { points } from "../../domain/points.ts";
import {
  impliedByStackTest,
  type Printed,
  printed,
  type StackTest,
  type StackTestFinding,
  type StackTestFuel,
  type StackTestPollutant,
  stackTestFindings,
} from "../../domain/stack-test.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { SavingsRules } from "../registry.ts";

type StackLine = RetrofitFigures["stack"][number];
type Row = StackTestText["rows"][number];

const orNull = (text: string | null): Printed | null => (text === null ? null : printed(text));
/** The schema has let only printed numbers through. */
const sure = (text: string): Printed => printed(text) ?? { value: Number.NaN, decimals: 0 };

/** @throws OperationalError `retrofit-invalid` for an unknown fuel */
function fuelOf(test: StackTestText, rules: SavingsRules) {
  const fuel = rules.fuel(test.fuelId, dayStartMs(test.date));
  if (fuel === null)
    throw new OperationalError(
      "retrofit-invalid",
      `The stack test of ${test.date} names the fuel ${test.fuelId}, which no rule file has`,
    );
  return fuel;
}

function burnedIn(fuel: Fuel): StackTestFuel {
  return { stoichiometry: stoichiometry(fuel.composition), amountPerUnit: amountPerUnit(fuel) };
}

function readOf(test: StackTestText): StackTest {
  return {
    date: test.date,
    fuelId: test.fuelId,
    referenceO2Percent: test.referenceO2Percent,
    rows: test.rows.map((row) => ({
      pollutant: row.pollutant,
      o2DryPercent: sure(row.o2DryPercent),
      co2DryPercent: orNull(row.co2DryPercent),
      dryFlowNm3PerMin: sure(row.dryFlowNm3PerMin),
      correctedFlowNm3PerMin: orNull(row.correctedFlowNm3PerMin),
      measured: sure(row.measured),
      corrected: orNull(row.corrected),
      massRateKgPerH: orNull(row.massRateKgPerH),
      headerMeasured: orNull(row.headerMeasured),
    })),
    wetFlowNm3PerMin: orNull(test.wetFlowNm3PerMin),
    dryFlowNm3PerMin: orNull(test.dryFlowNm3PerMin),
    moisturePercent: orNull(test.moisturePercent),
    gasTempC: orNull(test.gasTempC),
    velocityMPerS: orNull(test.velocityMPerS),
    fuelRatePerH: orNull(test.fuelRatePerH),
  };
}

/** What a certificate contradicts itself in. @throws OperationalError `retrofit-invalid` for an unknown fuel */
export function findingsOf(test: StackTestText, rules: SavingsRules): readonly StackTestFinding[] {
  return stackTestFindings(readOf(test), burnedIn(fuelOf(test, rules)));
}

const figure = (value: number) => Number(value.toPrecision(2)).toLocaleString("en-US");

/**
 * What a certificate implies of the fuel that burned, as a sentence: an estimate with its basis; `null` where it
 * implies nothing. @throws OperationalError `retrofit-invalid` for an unknown fuel
 */
export function impliedBy(test: StackTestText, rules: SavingsRules): Label | null {
  const fuel = fuelOf(test, rules);
  const { fuelRatePerH, sulphurPercent } = impliedByStackTest(readOf(test), burnedIn(fuel));
  if (fuelRatePerH === null) return null;
  const rate = `${figure(fuelRatePerH)} ${points[fuel.flowPoint].unit}`;
  const sulphur =
    sulphurPercent === null || fuel.composition.basis !== "mass" ? null : `${figure(sulphurPercent)} %`;
  return {
    en: `${test.certificate}, ${fuel.label.en}: the flue gas implies ${rate}${sulphur === null ? "" : ` with ${sulphur} of sulphur by mass`}. An estimate, by element balance: dry air, no sulphur held back.`,
    "zh-TW": `${test.certificate}（${fuel.label["zh-TW"]}）：由煙氣推得用量約 ${rate}${sulphur === null ? "" : `，含硫量（質量）約 ${sulphur}`}。此為元素平衡之估計值：以乾空氣計，硫無截留。`,
  };
}

const limitOf = {
  pm: "pmAtRefO2MgPerNm3",
  sox: "soxAtRefO2Ppm",
  nox: "noxAtRefO2Ppm",
} as const satisfies Record<StackTestPollutant, string>;

/** Both tests beside the limits of their day and of today, each at the reference oxygen and for the heat fired. */
export function stackLines(
  tests: readonly StackTestText[],
  boilerId: string,
  rules: SavingsRules,
  nowMs: number,
): readonly StackLine[] {
  const before = tests.filter(({ when }) => when === "before").at(-1) ?? null;
  const after = tests.filter(({ when }) => when === "after").at(-1) ?? null;
  if (before === null && after === null) return [];
  const at = (test: StackTestText | null, atMs: number): BoilerText | null =>
    test === null ? null : (rules.boilers(atMs).find(({ id }) => id === boilerId) ?? null);
  const then = [before, after].map((test) => (test === null ? null : at(test, dayStartMs(test.date)))) as [
    BoilerText | null,
    BoilerText | null,
  ];
  const now = [at(before, nowMs), at(after, nowMs)] as const;
  const rowOf = (test: StackTestText | null, pollutant: StackTestPollutant) =>
    test?.rows.find((row) => row.pollutant === pollutant) ?? null;
  const lines = (["pm", "sox", "nox"] as const).flatMap((pollutant): readonly StackLine[] => {
    const [one, other] = [rowOf(before, pollutant), rowOf(after, pollutant)];
    if (one === null && other === null) return [];
    const corrected = (row: Row | null, test: StackTestText | null) =>
      row === null || test === null
        ? null
        : sure(row.measured).value * referenceO2Factor(sure(row.o2DryPercent).value, test.referenceO2Percent);
    const limit = (boiler: BoilerText | null) => boiler?.emissionLimits?.[limitOf[pollutant]] ?? null;
    return [
      {
        what: pollutant,
        measuredBefore: one === null ? null : sure(one.measured).value,
        measuredAfter: other === null ? null : sure(other.measured).value,
        before: corrected(one, before),
        after: corrected(other, after),
        limitThenBefore: limit(then[0]),
        limitThenAfter: limit(then[1]),
        limitNowBefore: limit(now[0]),
        limitNowAfter: limit(now[1]),
        decimals: 0,
        unit: pollutant === "pm" ? "mg/Nm³" : "ppm",
        perGj: perGj(one, before, other, after, rules),
      },
    ];
  });
  // The oxygen of the gases' row: dust is sampled at another time.
  const o2 = (test: StackTestText | null) => {
    const row = rowOf(test, "nox") ?? rowOf(test, "sox") ?? rowOf(test, "pm");
    return row === null ? null : sure(row.o2DryPercent).value;
  };
  const ratio = (test: StackTestText | null) => {
    const percent = o2(test);
    return percent === null ? null : airRatio(percent);
  };
  const temp = (test: StackTestText | null) => orNull(test?.gasTempC ?? null)?.value ?? null;
  const tables = (boiler: BoilerText | null, what: "airRatio" | "exhaustTempC") =>
    boiler?.limits[what]?.limit ?? null;
  const flow = (test: StackTestText | null) => orNull(test?.dryFlowNm3PerMin ?? null)?.value ?? null;
  const nothing = {
    limitThenBefore: null,
    limitThenAfter: null,
    limitNowBefore: null,
    limitNowAfter: null,
    perGj: null,
  };
  return [
    ...lines,
    {
      what: "exhaust",
      measuredBefore: null,
      measuredAfter: null,
      before: temp(before),
      after: temp(after),
      limitThenBefore: tables(then[0], "exhaustTempC"),
      limitThenAfter: tables(then[1], "exhaustTempC"),
      limitNowBefore: tables(now[0], "exhaustTempC"),
      limitNowAfter: tables(now[1], "exhaustTempC"),
      decimals: 0,
      unit: "°C",
      perGj: null,
    },
    {
      what: "air-ratio",
      measuredBefore: o2(before),
      measuredAfter: o2(after),
      before: ratio(before),
      after: ratio(after),
      limitThenBefore: tables(then[0], "airRatio"),
      limitThenAfter: tables(then[1], "airRatio"),
      limitNowBefore: tables(now[0], "airRatio"),
      limitNowAfter: tables(now[1], "airRatio"),
      decimals: 2,
      unit: "",
      perGj: null,
    },
    {
      what: "dry-flow",
      measuredBefore: null,
      measuredAfter: null,
      before: flow(before),
      after: flow(after),
      ...nothing,
      decimals: 2,
      unit: "Nm³/min",
    },
  ];
}

/** Per hour, and for the heat that the flue gas says was fired: a load cannot change that. */
function perGj(
  one: Row | null,
  before: StackTestText | null,
  other: Row | null,
  after: StackTestText | null,
  rules: SavingsRules,
): StackLine["perGj"] {
  const emission = (row: Row | null, test: StackTestText | null) => {
    const fuel = test === null ? null : rules.fuel(test.fuelId, dayStartMs(test.date));
    if (row === null || test === null || fuel === null) return null;
    const flow = { basis: "dry", nm3PerH: 60 * sure(row.dryFlowNm3PerMin).value } as const;
    const measured = sure(row.measured).value;
    const concentration =
      row.pollutant === "pm"
        ? ({ basis: "dry", mgPerNm3: measured } as const)
        : concentrationOfPpm(measured, row.pollutant === "sox" ? molarMass.so2 : molarMass.nox, "dry");
    const rate = massRateKgPerH(concentration, flow);
    const heat = heatInputByFlueFlowHhvGjPerH(flow, fuel.fdM3PerJ, sure(row.o2DryPercent).value);
    return rate === null || heat === null ? null : { massRateKgPerH: rate, heatInputHhvGjPerH: heat };
  };
  const [from, to] = [emission(one, before), emission(other, after)];
  const compared = from === null || to === null ? null : stackComparison(from, to);
  return compared === null
    ? null
    : {
        reductionPerHourPercent: compared.reductionPerHourPercent,
        reductionPerGjPercent: compared.reductionPerGjPercent,
        loadRatio: compared.loadRatio,
        kgPerGjBefore: compared.beforeKgPerGj,
        kgPerGjAfter: compared.afterKgPerGj,
      };
}
