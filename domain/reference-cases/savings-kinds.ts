import { savingVerdict } from "../mv/acceptance.ts";
import { effectiveCount } from "../mv/autocorrelation.ts";
import { type BaselineModel, fitModel } from "../mv/baseline-model.ts";
import { fitChangePoint } from "../mv/change-point.ts";
import { type Granularity, type Interval, intercept, linear, type Term } from "../mv/design.ts";
import { fQuantile, normalQuantile, tQuantile } from "../mv/distributions.ts";
import { annualSaving, levelFlows, netPresentValue, type Payback, worth } from "../mv/economics.ts";
import type { Metered } from "../mv/energy.ts";
import { fractionalUncertaintyPercent, shortcutFactor } from "../mv/fractional-uncertainty.ts";
import { contains, type IntervalEstimate } from "../mv/interval-estimate.ts";
import { cookDistances, externallyStudentised } from "../mv/least-squares.ts";
import { monthsOf } from "../mv/placebo.ts";
import { type Refusal, sentenceOf } from "../mv/refusal.ts";
import { avoidedEnergy, naiveComparison, normalisedSavings } from "../mv/savings.ts";
import { selectModel } from "../mv/select-model.ts";
import { modelOf, type TermText } from "./model-text.ts";
import { columnNamed, rowCondition } from "./row-condition.ts";
import {
  type CaseData,
  CaseFault,
  type DataRow,
  type Inputs,
  type Results,
  type SavingsKind,
} from "./savings-case.ts";

type Period = Metered<"lhv">;
type Model = BaselineModel<"lhv">;

/** Cases give bare figures; both of their periods stand on one basis, and so do these. */
const basis = "lhv" as const;
const meters = { kind: "not-stated" } as const;

const fitResults = [
  "coef",
  "se",
  "t",
  "p",
  "sse",
  "rmse",
  "residualSd",
  "r2",
  "adjR2",
  "F",
  "cvrmse",
  "nmbeAbsMax",
  "ndbeAbsMax",
  "lag1Pearson",
  "lag1Acf",
  "lag1",
  "durbinWatson",
  "externallyStudentized",
  "leverage",
  "cook",
  "t90",
  "ci90Slope",
  "nPrime",
  "vif",
  "n",
] as const;

function use<T extends { readonly kind: string }>(result: T | Refusal, kind: T["kind"]): T {
  if (result.kind === kind) return result as T;
  throw new CaseFault(sentenceOf(result as Refusal).en);
}

/** Columns of a case, as intervals without gaps: one row is one interval. */
function intervalsOf(
  energy: readonly number[],
  drivers: Readonly<Record<string, readonly number[]>>,
): readonly Interval[] {
  for (const [name, values] of Object.entries(drivers)) {
    if (values.length !== energy.length) throw new CaseFault(`${name} is not as long as the energy`);
  }
  return energy.map((energyGj, index) => ({
    index,
    periods: 1,
    energyGj,
    drivers: Object.fromEntries(
      Object.entries(drivers).map(([name, values]) => [name, values[index] as number]),
    ),
  }));
}

/** x as one column, or as rows of several. */
function driversOfX(inputs: Inputs, width: readonly unknown[]): Readonly<Record<string, readonly number[]>> {
  const rows = width as readonly (number | readonly number[])[];
  const [first] = rows;
  if (!Array.isArray(first)) return { x: inputs.numbers("x") };
  return Object.fromEntries(
    first.map((_, k) => [`x${k + 1}`, rows.map((row) => (row as readonly number[])[k] as number)]),
  );
}

function fitTerms(set: Period, terms: readonly TermText[], searched?: number): Model {
  const open = terms.find((term) => "changePoint" in term && term.changePoint === null);
  if (open === undefined) return use(fitModel(set, terms as readonly Term[], searched), "model");
  if (open.kind !== "above" && open.kind !== "below")
    throw new CaseFault("the model has no change point to be found");
  const others = terms.filter(
    (term): term is Term => term !== open && term.kind !== "intercept" && !isOpen(term),
  );
  const line = others.some(
    (term) => term.kind === "power" && term.driver === open.driver && term.exponent === 1,
  );
  const rest = others.filter(
    (term) => !(term.kind === "power" && term.driver === open.driver && term.exponent === 1),
  );
  const bend = line ? "4P" : open.kind === "below" ? "3P-heating" : "3P-cooling";
  return use(fitChangePoint(set, bend, open.driver, rest), "model");
}

function isOpen(term: TermText): boolean {
  return "changePoint" in term && term.changePoint === null;
}

function fitFigures({ fit, metrics, autocorrelation, effectiveN }: Model, confidence: number): Results {
  const t = tQuantile((1 + confidence) / 2, fit.dof);
  const [slope = 0, slopeSe = 0] = [fit.coefficients[1], fit.standardErrors[1]];
  return {
    coef: fit.coefficients,
    se: fit.standardErrors,
    t: fit.t,
    p: fit.pValues,
    sse: fit.sse,
    rmse: fit.residualSd,
    residualSd: fit.residualSd,
    r2: fit.rSquared,
    adjR2: fit.adjustedRSquared,
    F: fit.f,
    cvrmse: metrics.cvRmsePercent / 100,
    nmbeAbsMax: metrics.nmbePercent / 100,
    ndbeAbsMax: metrics.netDeterminationBiasPercent / 100,
    lag1Pearson: autocorrelation.rho,
    lag1: autocorrelation.rho,
    lag1Acf: autocorrelation.rhoOverAll,
    durbinWatson: autocorrelation.durbinWatson,
    externallyStudentized: externallyStudentised(fit),
    leverage: fit.leverages,
    cook: cookDistances(fit),
    t90: t,
    ci90Slope: [slope - t * slopeSe, slope + t * slopeSe],
    nPrime: effectiveN,
    vif: Math.max(...fit.vif.map((each) => each ?? 1)),
    n: fit.n,
  };
}

function fitCase(inputs: Inputs, raw: readonly unknown[]): Results {
  const drivers = driversOfX(inputs, raw);
  const set: Period = { basis, granularity: "daily", intervals: intervalsOf(inputs.numbers("y"), drivers) };
  const { terms } = modelOf(inputs.textOr("model", "y = b0 + b1*x"), ["y", ...Object.keys(drivers)]);
  return fitFigures(fitTerms(set, terms), inputs.numberOr("confidence", 0.9));
}

/** Both periods of a case, and the model that it asks for. */
interface Periods {
  readonly before: Period;
  readonly after: Period;
  readonly terms: readonly TermText[];
}

function typedPeriods(inputs: Inputs): Periods {
  const baseline = inputs.part("baseline");
  const columns = baseline.names();
  const last = columns.at(-1);
  const fallback = `${last ?? ""} = b0 + b1*${columns[0] ?? ""}`;
  const { energy, terms } = modelOf(inputs.textOr("model", fallback), columns);
  const setOf = (period: Inputs): Period => {
    const drivers = Object.fromEntries(
      columns.filter((name) => name !== energy).map((name) => [name, period.numbers(name)]),
    );
    return { basis, granularity: "daily", intervals: intervalsOf(period.numbers(energy), drivers) };
  };
  return { before: setOf(baseline), after: setOf(inputs.part("reporting")), terms };
}

/** Periods of a data file: rows by condition, gaps by date, months by their length. */
function recordedPeriods(inputs: Inputs, rows: readonly DataRow[]): Periods {
  const [first] = rows;
  if (first === undefined) throw new CaseFault("the data file has no rows");
  const columns = Object.keys(first);
  const text = inputs.text("model");
  const { energy, terms } = modelOf(text, columns);
  const filter = inputs.has("filter") ? inputs.part("filter") : inputs;
  const equalities = inputs.has("filter")
    ? filter.names().filter((name) => name !== "baseline" && name !== "reporting")
    : [];
  const same = equalities.map((name) => {
    const column = columnNamed(name, columns, null);
    const wanted = filter.unitless(name);
    return (row: DataRow) => row[column] === wanted;
  });
  const kept = rows.filter((row) => same.every((holds) => holds(row)));
  const scale = scaleOf(inputs.textOr("usageScale", ""));
  const monthsOf = /days in month of (\w+)/.exec(text)?.[1] ?? null;
  const drivers = [...new Set(terms.flatMap((term) => (term.kind === "intercept" ? [] : [term.driver])))];
  const granularity = granularityOf(columns);
  const setOf = (condition: string): Period => {
    const holds = rowCondition(condition, columns);
    const intervals = kept.filter(holds).flatMap((row, place): readonly Interval[] => {
      const values = [energy, ...drivers].map((name) => row[name] ?? "");
      if (values.some((value) => value.trim() === "" || !Number.isFinite(Number(value)))) return [];
      const periods = monthsOf === null ? 1 : daysOfMonth(row[monthsOf] ?? "");
      return [
        {
          index: intervalNumber(row, place),
          periods,
          energyGj: Number(row[energy]) * scale * periods,
          drivers: Object.fromEntries(drivers.map((name) => [name, Number(row[name])])),
        },
      ];
    });
    return { basis, granularity, intervals };
  };
  return { before: setOf(filter.text("baseline")), after: setOf(filter.text("reporting")), terms };
}

function scaleOf(text: string): number {
  const found = /^\w+\s*([/*])\s*([\d.e+]+)$/.exec(text.trim());
  if (found === null) return 1;
  return found[1] === "/" ? 1 / Number(found[2]) : Number(found[2]);
}

function daysOfMonth(date: string): number {
  const [year, month] = date.split("-").map(Number);
  return new Date(Date.UTC(year ?? Number.NaN, month ?? Number.NaN, 0)).getUTCDate();
}

/** What tells when a row was: months end on a date, days are one, hours have a time. */
function timeColumn(columns: readonly string[]): string | undefined {
  return columns.find((name) => /^(end_date|date|time)/.test(name));
}

function granularityOf(columns: readonly string[]): Granularity {
  const column = timeColumn(columns) ?? "";
  return column.startsWith("end_date") ? "monthly" : column.startsWith("time") ? "hourly" : "daily";
}

/** Counts intervals so that neighbours differ by one: by their time, or else by their row. */
function intervalNumber(row: DataRow, place: number): number {
  const column = timeColumn(Object.keys(row));
  const text = column === undefined ? "" : (row[column] ?? "");
  const atMs = Date.parse(text.length > 10 && !text.endsWith("Z") ? `${text}Z` : text);
  if (column === undefined || Number.isNaN(atMs)) return place;
  const at = new Date(atMs);
  if (column.startsWith("end_date")) return at.getUTCFullYear() * 12 + at.getUTCMonth();
  return Math.round(atMs / (column.startsWith("date") ? 86_400_000 : 3_600_000));
}

function intervalFigures({ standardErrorGj, halfWidthGj, fromGj, toGj }: IntervalEstimate): Results {
  return { se: standardErrorGj, halfWidth90: halfWidthGj, ci90: [fromGj, toGj] };
}

function savingFigures(inputs: Inputs, { rows, expected }: CaseData): Results {
  const { before, after, terms } = inputs.has("dataFile")
    ? recordedPeriods(inputs, rows)
    : typedPeriods(inputs);
  const confidence = inputs.numberOr("confidence", 0.9);
  const model = fitTerms(before, terms, 0);
  const avoided = use(
    avoidedEnergy(model, after, { confidence, meters, reportingMonths: 12 }),
    "avoided-energy",
  );
  const load = terms.find((term) => term.kind === "power");
  const naive = naiveComparison(before, after, load?.kind === "power" ? load.driver : null);
  if (!("perPeriodPercent" in naive)) throw new CaseFault(sentenceOf(naive).en);
  const { interval, independent, adjustedBaselineGj, savedGj, savedPercent } = avoided;
  const truth = expected["trueFraction"];
  const { fit, metrics, autocorrelation } = model;
  const summary = {
    n: fit.n,
    p: fit.p,
    m: avoided.m,
    cvRmsePercent: metrics.cvRmsePercent,
    savedPercent,
    confidence,
    factor: shortcutFactor("hourly", 12),
  };
  const share = (percent: number | null) => (percent === null ? null : percent / 100);
  const bend = model.terms.find((term) => "changePoint" in term);
  return {
    ...fitFigures(model, confidence),
    avoided: {
      adjustedBaseline: adjustedBaselineGj,
      actual: avoided.meteredGj,
      savings: savedGj,
      fraction: savedPercent / 100,
      seExact: interval.standardErrorGj,
      halfWidth90: interval.halfWidthGj,
      ci90: [interval.fromGj, interval.toGj],
    },
    m: avoided.m,
    adjustedBaseline: adjustedBaselineGj,
    actual: avoided.meteredGj,
    savings: savedGj,
    fraction: savedPercent / 100,
    halfWidth90: interval.halfWidthGj,
    ci90: [interval.fromGj, interval.toGj],
    ci90Fraction: [interval.fromGj / adjustedBaselineGj, interval.toGj / adjustedBaselineGj],
    independent: intervalFigures(independent),
    ar1Inflated: { tau: avoided.tau, dof: interval.dof, ...intervalFigures(interval) },
    fsuG14: share(fractionalUncertaintyPercent({ ...summary, rho: autocorrelation.rho })),
    fsuG14NoAutocorr: share(fractionalUncertaintyPercent({ ...summary, rho: null })),
    normalised: inputs.has("normalProfile") ? normalisedFigures(inputs, model, after, confidence) : null,
    naiveMeanPerDayChange: naive.perPeriodPercent / 100,
    naiveTotalChange: naive.totalPercent / 100,
    naiveChange: naive.perPeriodPercent / 100,
    naiveSpecificChange: share(naive.perDriverPercent),
    trueInsideCi: typeof truth === "number" ? contains(interval, truth * adjustedBaselineGj) : null,
    claimable: savingVerdict(avoided, []).claimable,
    changePoint: bend !== undefined && "changePoint" in bend ? bend.changePoint : null,
    changePointF: bend !== undefined && "changePoint" in bend ? bend.changePoint : null,
    cvrmse_nMinus3: metrics.cvRmsePercent / 100,
    ...(inputs.has("filter") && rowCounts(inputs.part("filter"), rows)),
  };
}

/** Estimated bills in each period, and rows of neither: the works. */
function rowCounts(filter: Inputs, rows: readonly DataRow[]): Results {
  const columns = Object.keys(rows[0] ?? {});
  const equal = filter.names().filter((name) => name !== "baseline" && name !== "reporting");
  const kept = rows.filter((row) =>
    equal.every((name) => row[columnNamed(name, columns, null)] === filter.unitless(name)),
  );
  const [baseline, reporting] = ["baseline", "reporting"].map((name) =>
    kept.filter(rowCondition(filter.text(name), columns)),
  );
  const estimated = (those: readonly DataRow[] = []) =>
    those.filter((row) => row["estimated"] === "1").length;
  return {
    estimatedBills: { baseline: estimated(baseline), reporting: estimated(reporting) },
    installMonthsExcluded: kept.length - (baseline?.length ?? 0) - (reporting?.length ?? 0),
  };
}

function normalisedFigures(inputs: Inputs, model: Model, after: Period, confidence: number): Results {
  const reporting = use(fitModel(after, model.terms, model.searched), "model");
  const profile = inputs.list("normalProfile").map((part) => ({
    periods: part.number("days"),
    drivers: Object.fromEntries(
      part
        .names()
        .filter((name) => name !== "days")
        .map((name) => [name, part.number(name)]),
    ),
  }));
  const result = use(normalisedSavings(model, reporting, profile, confidence), "normalised-savings");
  return {
    baseline: result.baselineGj,
    reporting: result.reportingGj,
    savings: result.savedGj,
    fraction: result.savedPercent / 100,
    se: result.independent.standardErrorGj,
    dofWelch: result.independent.dof,
    halfWidth90: result.independent.halfWidthGj,
  };
}

const savingResults = [
  ...fitResults,
  "avoided",
  "m",
  "adjustedBaseline",
  "actual",
  "savings",
  "fraction",
  "halfWidth90",
  "ci90",
  "ci90Fraction",
  "independent",
  "ar1Inflated",
  "fsuG14",
  "fsuG14NoAutocorr",
  "normalised",
  "naiveMeanPerDayChange",
  "naiveTotalChange",
  "naiveChange",
  "naiveSpecificChange",
  "trueInsideCi",
  "claimable",
  "changePoint",
  "changePointF",
  "cvrmse_nMinus3",
  "estimatedBills",
  "installMonthsExcluded",
] as const;

const dataInputs = ["dataFile", "filter", "usageScale", "blackout"] as const;

type ShortcutInputs = Parameters<typeof fractionalUncertaintyPercent>[0];

/** What a result of the shortcut may be called; the figures in its name are those that it is reckoned with. */
const shortcutNames = [
  "sunBaltazar(Daily|Monthly)Factor_M<months>",
  "fsu(Hourly|Daily|Monthly)?(Constant1_26|Polynomial_M<months>)?[_n<n>_m<m>_p<p>][_<confidence>pct][_noAutocorr]",
] as const;
const factorName = /^sunBaltazar(Daily|Monthly)Factor_M([\d.]+)$/;
const shortcutName =
  /^fsu(Hourly|Daily|Monthly)?(?:Constant1_26|Polynomial_M([\d.]+))?(?:_n(\d+)_m(\d+)_p(\d+))?(?:_(\d+)pct)?(_noAutocorr)?$/;

/** Reads a result's name: which factor, which counts, which confidence, with or without autocorrelation. */
function shortcutOf(name: string): ((given: ShortcutInputs) => number | null) | null {
  const lengthOf = (text: string | undefined) => (text === "Monthly" ? "monthly" : "daily");
  const factor = factorName.exec(name);
  if (factor !== null) return () => shortcutFactor(lengthOf(factor[1]), Number(factor[2]));
  const found = shortcutName.exec(name);
  if (found === null) return null;
  const [, length, months, n, m, p, confidence, independent] = found;
  const constant = name.includes("Constant1_26") || length === "Hourly" || length === undefined;
  return (given) => {
    const count = (text: string | undefined, otherwise: number) =>
      text === undefined ? otherwise : Number(text);
    const changed = { ...given, n: count(n, given.n), m: count(m, given.m), p: count(p, given.p) };
    const intervalMonths = monthsOf[lengthOf(length)];
    const percent = fractionalUncertaintyPercent({
      ...changed,
      rho: independent === undefined ? given.rho : 0,
      confidence: confidence === undefined ? given.confidence : Number(confidence) / 100,
      factor: constant
        ? given.factor
        : shortcutFactor(lengthOf(length), count(months, changed.m * intervalMonths)),
    });
    return percent === null ? null : percent / 100;
  };
}

/** Before and after: fits, distributions, savings and what they are worth. */
export const savingsKinds: Readonly<Record<string, SavingsKind>> = {
  ols: {
    inputs: ["model", "x", "y", "confidence"],
    expected: fitResults,
    compute: (inputs) => fitCase(inputs, inputs.rows("x")),
  },
  "baseline-metrics": {
    inputs: ["model", "x", "y", "unitX", "unitY", "confidence"],
    expected: fitResults,
    compute: (inputs) => fitCase(inputs, inputs.rows("x")),
  },
  distribution: {
    inputs: ["points"],
    expected: ["values"],
    compute: (inputs) => ({
      values: inputs.list("points").map((point) => {
        const p = point.number("p");
        const dofs = ["df", "df1", "df2"].map((name) => point.numberOr(name, 1));
        if (!(p > 0 && p < 1) || dofs.some((dof) => !(dof > 0)))
          throw new CaseFault("a point has p between 0 and 1, and degrees of freedom above 0");
        if (point.has("df")) return tQuantile(p, point.number("df"));
        if (point.has("df1")) return fQuantile(p, point.number("df1"), point.number("df2"));
        return normalQuantile(p);
      }),
    }),
  },
  savings: {
    inputs: ["baseline", "reporting", "confidence", "normalProfile", "model", ...dataInputs],
    expected: savingResults,
    stated: ["trueFraction"],
    compute: (inputs, data) => savingFigures(inputs, data),
  },
  "savings-changepoint": {
    inputs: ["baseline", "reporting", "confidence", "model", ...dataInputs],
    expected: savingResults,
    stated: ["trueFraction"],
    compute: (inputs, data) => {
      const figures = savingFigures(inputs, data);
      // These cases take the change point as known, and their months as independent.
      return { ...figures, ...(figures["independent"] as Results) };
    },
  },
  fsu: {
    inputs: ["n", "p", "m", "cvrmse", "savingsFraction", "rho", "confidence"],
    expected: ["nPrime", "t90_nMinusP", ...shortcutNames],
    knows: (name) => shortcutOf(name) !== null,
    compute: (inputs, { expected }) => {
      const given: ShortcutInputs = {
        n: inputs.number("n"),
        p: inputs.number("p"),
        m: inputs.number("m"),
        cvRmsePercent: 100 * inputs.number("cvrmse"),
        savedPercent: 100 * inputs.number("savingsFraction"),
        rho: inputs.numberOr("rho", 0),
        confidence: inputs.numberOr("confidence", 0.9),
        factor: shortcutFactor("hourly", 12),
      };
      const asked = Object.keys(expected).flatMap((name): readonly (readonly [string, number | null])[] => {
        const shortcut = shortcutOf(name);
        return shortcut === null ? [] : [[name, shortcut(given)]];
      });
      return {
        nPrime: effectiveCount(given.n, given.rho),
        t90_nMinusP: tQuantile((1 + given.confidence) / 2, given.n - given.p),
        ...Object.fromEntries(asked),
      };
    },
  },
  changepoint: {
    inputs: ["x", "y", "unitX", "unitY"],
    expected: [
      "changePoint",
      "sse4P",
      "coefContinuousForm",
      "slopeBelow",
      "slopeAbove",
      "sse2P",
      "bic2P_k2",
      "bic4P_k4",
      "selected",
      "dofForRmse4P",
      "rmse4P",
    ],
    compute: (inputs) => {
      const set: Period = {
        basis,
        granularity: "daily",
        intervals: intervalsOf(inputs.numbers("y"), { x: inputs.numbers("x") }),
      };
      const straight = use(fitModel(set, [intercept, linear("x")]), "model");
      const bent = use(fitChangePoint(set, "4P", "x"), "model");
      const selection = use(
        selectModel(
          set,
          { load: { driver: "x", sign: "either" }, others: [], bends: ["4P"] },
          { tAtLeast: 2, vifAtMost: 10, bicDifference: 2 },
        ),
        "selection",
      );
      const [b0 = 0, b1 = 0, b2 = 0] = bent.fit.coefficients;
      const [, , bend] = bent.terms;
      return {
        changePoint: bend?.kind === "above" ? bend.changePoint : null,
        sse4P: bent.fit.sse,
        coefContinuousForm: [b0, b1, b2],
        slopeBelow: b1,
        slopeAbove: b1 + b2,
        sse2P: straight.fit.sse,
        bic2P_k2: straight.metrics.bic,
        bic4P_k4: bent.metrics.bic,
        selected: selection.form,
        dofForRmse4P: bent.fit.dof,
        rmse4P: bent.fit.residualSd,
      };
    },
  },
  economics: {
    inputs: [
      "capex_NTD",
      "subsidy_NTD",
      "annualNetSaving_NTD",
      "years",
      "discountRate",
      "fuelBefore",
      "fuelAfter",
      "otherNet_NTD",
    ],
    expected: [
      "fuelCostBefore",
      "fuelCostAfter",
      "fuelCostSaving",
      "annualNetSaving",
      "simplePaybackYears",
      "discountedPaybackYears",
      "npv",
      "irr",
      "npvWithoutSubsidy",
    ],
    compute: (inputs) => {
      const none = { electricity: 0, airPollutionFee: 0, carbonFee: 0, credits: 0 };
      const year = inputs.has("fuelBefore")
        ? annualSaving([billOf(inputs.part("fuelBefore"))], [billOf(inputs.part("fuelAfter"))], {
            ...none,
            maintenance: inputs.numberOr("otherNet_NTD", 0),
          })
        : null;
      const annual = year?.net ?? inputs.number("annualNetSaving_NTD");
      const [capex, subsidy] = [inputs.number("capex_NTD"), inputs.numberOr("subsidy_NTD", 0)];
      const rate = inputs.number("discountRate");
      const flows = (grant: number) => levelFlows(capex, grant, annual, inputs.number("years"));
      const { npv, irr, simplePayback, discountedPayback } = worth(flows(subsidy), rate);
      return {
        fuelCostBefore: year?.fuelCostBefore ?? null,
        fuelCostAfter: year?.fuelCostAfter ?? null,
        fuelCostSaving: year?.fuel ?? null,
        annualNetSaving: annual,
        simplePaybackYears: yearsOf(simplePayback),
        discountedPaybackYears: yearsOf(discountedPayback),
        npv,
        irr: irr.kind === "rate" ? irr.perYear : null,
        npvWithoutSubsidy: netPresentValue(flows(0), rate),
      };
    },
  },
};

function yearsOf(payback: Payback): number | null {
  return payback.kind === "years" ? payback.years : null;
}

/** A quantity of fuel and its price, `price_…_per_` the unit at the quantity's end. */
function billOf(fuel: Inputs) {
  const names = fuel.names();
  const price = names.find((name) => name.startsWith("price_"));
  const unit = price?.split("_per_")[1];
  const quantity = names.find((name) => name !== price && name.endsWith(`_${unit}`));
  if (price === undefined || quantity === undefined)
    throw new CaseFault(`a fuel has a quantity and a price for its unit; there are ${names.join(", ")}`);
  return { fuelId: quantity, quantity: fuel.number(quantity), pricePerUnit: fuel.number(price) };
}
