import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concentrationOfPpm, massRateKgPerH } from "../../domain/emissions/concentration.ts";
import { flowAtReferenceO2, referenceO2Factor } from "../../domain/emissions/reference-oxygen.ts";
import {
  co2Ratio,
  impliedByReduction,
  logMeanAttribution,
  sequentialAttribution,
} from "../../domain/mv/attribution.ts";
import {
  carbonLedger,
  heatInputByFlueFlowHhvGjPerH,
  savedCarbon,
  stackComparison,
} from "../../domain/mv/carbon.ts";
import { carbonFee, carbonFeeSaving } from "../../domain/mv/carbon-fee.ts";
import {
  annualSaving,
  internalRate,
  levelFlows,
  netPresentValue,
  sensitivities,
  sharedSavings,
  worth,
} from "../../domain/mv/economics.ts";
import { efficiencyPercent, fuelEnergy, savedPercent } from "../../domain/mv/energy.ts";
import { avoidedEnergy } from "../../domain/mv/savings.ts";
import { combinedGrant, instalments, type SubsidyProject, subsidyCheck } from "../../domain/mv/subsidy.ts";
import { taxCreditCheck } from "../../domain/mv/tax-credit.ts";
import type { SavingsCase } from "../../domain/reference-cases/savings-case.ts";
import { fuel, shippedRules } from "../helpers/boilers.ts";
import { fitted, madeUp, seeded, there } from "../helpers/savings.ts";

const { cases } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../reference/mv-cases.json"), "utf8"),
) as { readonly cases: readonly SavingsCase[] };

/** A golden case by what it is about; figures of it by their path. */
function golden(title: RegExp) {
  const found = cases.find((each) => title.test(each.title ?? ""));
  if (found === undefined) throw new Error(`no case about ${title}`);
  const at = (root: unknown, path: string) =>
    path.split(".").reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], root);
  return {
    given: (path: string) => at(found.inputs, path) as number,
    expected: (path: string) => at(found.expected, path) as number,
    list: (path: string) => at(found.inputs, path) as readonly Readonly<Record<string, unknown>>[],
    results: (path: string) => at(found.expected, path) as readonly never[],
  };
}

/** As near as the case asks for, relative to what it wants. */
function near(got: number | null | undefined, wanted: number, relative = 1e-8): void {
  expect(Math.abs((got ?? Number.NaN) / wanted - 1), `${got} for ${wanted}`).toBeLessThanOrEqual(relative);
}

const { files } = shippedRules();
const rule = <T>(found: T | undefined): T => {
  if (found === undefined) throw new Error("a rule file is missing");
  return found;
};

describe("the dyeing works' published figures", () => {
  const { given, expected } = golden(/Dyeing-works retrofit/);
  const implied = impliedByReduction({
    parts: [
      { measure: "switch", reduction: given("switch_t") },
      { measure: "recovery", reduction: given("heatRecovery_t") },
      { measure: "stopped oil equipment", reduction: given("stoppedOilEquipment_t") },
    ],
    sharePercent: 100 * given("claimedShare"),
    afterSwitch: { measure: "recovery", fuelSavingPercent: 100 * given("heatRecoveryFuelSaving") },
    switchMeasure: "switch",
    efficiencyBeforePercent: 100 * given("etaBefore"),
    factorBefore: given("efHeavyOil_kgPerGJ_LHV"),
    factorAfter: given("efNaturalGas_kgPerGJ_LHV"),
  });

  test("their share is of the plant, not of the boiler, and the efficiency after holds the recovery already", () => {
    near(implied?.totalT, expected("total_t"));
    near(implied?.plantBaseT, expected("impliedBase_t"));
    near(implied?.afterSwitchT, expected("heatRecoveryImpliedPostSwitchEmission_t"), 1e-6);
    near(implied?.boilerBaseT, expected("impliedOilBaseline_t"), 1e-6);
    near((implied?.otherSharePercent ?? 0) / 100, expected("nonBoilerShareOfBase"), 1e-6);
    near((implied?.efficiencyAfterSwitchPercent ?? 0) / 100, expected("impliedEfficiencyAfterSwitch"), 1e-6);
    near(
      (implied?.efficiencyAfterAllPercent ?? 0) / 100,
      expected("impliedEfficiencyAfterHeatRecovery"),
      1e-6,
    );
    near(
      (1_000 * (implied?.boilerBaseT ?? 0)) / (1_000 * given("heavyOil_kgCO2PerL")),
      expected("impliedOil_kL"),
      1e-6,
    );
  });

  test("from 78 to 90 % is a reduction by itself; the recovery on top of it would count twice", () => {
    const ratio = co2Ratio(
      given("efHeavyOil_kgPerGJ_LHV"),
      given("efNaturalGas_kgPerGJ_LHV"),
      100 * given("etaBefore"),
      100 * given("etaAfter"),
    );
    near(ratio, expected("co2RatioIf78to90"), 1e-6);
    near(ratio * (1 - given("heatRecoveryFuelSaving")), expected("doubleCountedCo2Ratio"), 1e-6);
    near(co2Ratio(77.4, 56.1, 80, 80), expected("co2RatioSwitchOnly"), 1e-6);
    near(1 - given("etaBefore") / given("etaAfter"), expected("fuelEnergySavingFractionIf78to90"), 1e-6);
  });

  test("what is not published is not made up", () => {
    const parts = [{ measure: "switch", reduction: 2_594 }];
    const published = {
      parts,
      sharePercent: 29.5,
      afterSwitch: { measure: "recovery", fuelSavingPercent: 6 },
      switchMeasure: "switch",
      efficiencyBeforePercent: 78,
      factorBefore: 77.4,
      factorAfter: 56.1,
    };
    expect(impliedByReduction(published)).toBeNull();
  });
});

describe("stack tests before and after", () => {
  const { given, expected } = golden(/Stack tests before\/after/);
  // Method 19 in dscf/MMBtu, in our 1e-7 m³/J.
  const fd = (name: string) => (given(name) * 0.028316846592) / 1_055.05585262 / 1e6 / 1e-7;
  const stack = (when: string, fdName: string) => {
    const flow = { basis: "dry", nm3PerH: 60 * given(`${when}.dryFlow_Nm3_min`) } as const;
    const flowPm = { basis: "dry", nm3PerH: 60 * given(`${when}.dryFlowPm_Nm3_min`) } as const;
    const o2 = given(`${when}.o2`);
    // The printed rates weigh with whole numbers.
    const rate = (name: string, molarMass: number) =>
      massRateKgPerH(concentrationOfPpm(given(`${when}.${name}_ppm`), molarMass, "dry"), flow);
    return {
      pm: given(`${when}.tsp_mg`) * referenceO2Factor(given(`${when}.o2Pm`), given("refO2")),
      so2: given(`${when}.so2_ppm`) * referenceO2Factor(o2, given("refO2")),
      nox: given(`${when}.nox_ppm`) * referenceO2Factor(o2, given("refO2")),
      pmKgPerH: massRateKgPerH({ basis: "dry", mgPerNm3: given(`${when}.tsp_mg`) }, flowPm),
      so2KgPerH: rate("so2", 64),
      noxKgPerH: rate("nox", 46),
      heatGjPerH: heatInputByFlueFlowHhvGjPerH(flow, fd(fdName), o2),
      corrected: flowAtReferenceO2(flow, o2, given("refO2"))?.nm3PerH ?? Number.NaN,
    };
  };
  const [before, after] = [stack("before", "FdOil_dscf_per_MMBtu"), stack("after", "FdGas_dscf_per_MMBtu")];

  test("concentrations at 6 % oxygen are those that the guidance prints", () => {
    for (const [when, test] of [
      ["before", before],
      ["after", after],
    ] as const) {
      near(test.pm, expected(`${when}6pct.tsp`), 1e-4);
      near(test.so2, expected(`${when}6pct.so2`), 1e-4);
      near(test.nox, expected(`${when}6pct.nox`), 1e-4);
      expect([test.pm, test.so2, test.nox].map(Math.round)).toEqual(expected(`printedRounded.${when}`));
    }
  });

  test("mass rates, and the heat that the flue gas says was fired meanwhile", () => {
    for (const [when, test] of [
      ["before", before],
      ["after", after],
    ] as const) {
      near(test.pmKgPerH, expected(`kgPerHour.${when}.tsp`), 1e-4);
      near(test.so2KgPerH, expected(`kgPerHour.${when}.so2`), 1e-4);
      near(test.noxKgPerH, expected(`kgPerHour.${when}.nox`), 1e-4);
      near(test.heatGjPerH, expected(`heatInput_GJ_HHV_per_h.${when}`), 1e-4);
      near(test.corrected / 60, expected(`dryNm3PerHAt6pct.${when}`), 1e-4);
    }
  });

  test("NOx fell by 43 % an hour but by 64 % for the heat: the tests ran at different loads", () => {
    const compared = stackComparison(
      { massRateKgPerH: before.noxKgPerH ?? Number.NaN, heatInputHhvGjPerH: before.heatGjPerH ?? 0 },
      { massRateKgPerH: after.noxKgPerH ?? Number.NaN, heatInputHhvGjPerH: after.heatGjPerH ?? 0 },
    );
    near(compared?.beforeKgPerGj, expected("noxKgPerGJ.before"), 1e-4);
    near(compared?.afterKgPerGj, expected("noxKgPerGJ.after"), 1e-4);
    near((compared?.reductionPerHourPercent ?? 0) / 100, expected("noxReductionMassFlow"), 1e-4);
    near((compared?.reductionPerGjPercent ?? 0) / 100, expected("noxReductionPerHeatInput"), 1e-4);
    expect(compared?.loadRatio).toBeGreaterThan(1.5);
    expect(
      stackComparison(
        { massRateKgPerH: 1, heatInputHhvGjPerH: 0 },
        { massRateKgPerH: 1, heatInputHhvGjPerH: 1 },
      ),
    ).toBeNull();
    expect(heatInputByFlueFlowHhvGjPerH({ basis: "dry", nm3PerH: 1 }, 2.4, 20.9)).toBeNull();
  });
});

describe("two fuels on one basis", () => {
  const { given, expected } = golden(/Compare fuels on one energy basis/);
  const heating = (ncvMjPerUnit: number, ratio: number) => ({
    ncvMjPerUnit,
    gcvMjPerUnit: ncvMjPerUnit * ratio,
  });
  const oil = heating(given("oil.lhv_MJ_per_L"), given("oil.hhvOverLhv"));
  const gas = heating(given("gas.lhv_MJ_per_m3"), given("gas.hhvOverLhv"));
  const [litres, nm3] = [given("oil.litres"), given("gas.nm3")];
  const usefulGj = given("steam_t") * given("steamEnthalpyRise_GJ_per_t");

  test("the saving is 11.5 % on LHV and 7.4 % on HHV: the basis is part of the answer", () => {
    const [oilNet, gasNet] = [fuelEnergy(litres, oil, "lhv"), fuelEnergy(nm3, gas, "lhv")];
    const [oilGross, gasGross] = [fuelEnergy(litres, oil, "hhv"), fuelEnergy(nm3, gas, "hhv")];
    near(oilNet.gj, expected("oilGJ_LHV"));
    near(gasNet.gj, expected("gasGJ_LHV"));
    near((efficiencyPercent(usefulGj, oilNet) ?? 0) / 100, expected("etaOilLHV"));
    near((efficiencyPercent(usefulGj, gasNet) ?? 0) / 100, expected("etaGasLHV"));
    near((efficiencyPercent(usefulGj, oilGross) ?? 0) / 100, expected("etaOilHHV"));
    near((efficiencyPercent(usefulGj, gasGross) ?? 0) / 100, expected("etaGasHHV"));
    near((savedPercent(oilNet, gasNet) ?? 0) / 100, expected("savingLHV"));
    near((savedPercent(oilGross, gasGross) ?? 0) / 100, expected("savingHHV"));
    near(1 - gasGross.gj / oilNet.gj, expected("mixedBasisWrong"));
  });

  test("carbon is saved by the fuel and by the energy, each once, and its lower end is for credits", () => {
    const random = seeded(3);
    const model = fitted(madeUp(random));
    const after = madeUp(random, { firstIndex: 100, factor: 0.9 });
    const avoided = there(
      avoidedEnergy(model, after, { confidence: 0.9, meters: { kind: "not-stated" }, reportingMonths: 2 }),
      "avoided-energy",
    );
    const [heavyOil, naturalGas] = [fuel("heavy-oil"), fuel("natural-gas")];
    const potentials = { ch4: 28, n2o: 265 };
    const energy = { basis: "lhv", gj: avoided.meteredGj } as const;
    const ledger = carbonLedger(
      [{ fuelId: "natural-gas", energy, factors: naturalGas.emissionFactors }],
      null,
      potentials,
    );
    const before = { fuelId: "heavy-oil", factors: heavyOil.emissionFactors };
    const carbon = savedCarbon(avoided, before, ledger, potentials);
    near(
      carbon.savedPercent / 100,
      1 -
        ((1 - avoided.savedPercent / 100) * (ledger.co2eT / avoided.meteredGj)) /
          (carbon.beforeT / avoided.adjustedBaselineGj),
    );
    expect(carbon.savedPercent).toBeGreaterThan(30);
    near(carbon.halfWidthT / carbon.beforeT, avoided.interval.halfWidthGj / avoided.adjustedBaselineGj);
    near(carbon.conservativeT, carbon.savedT - carbon.halfWidthT);
    expect(carbon.editionBefore).toBe("IPCC 2006 / table 6.0.4");
  });

  test("CO₂ needs energy on the basis of its factors, and says which edition they are of", () => {
    const [heavyOil, naturalGas] = [fuel("heavy-oil"), fuel("natural-gas")];
    const ledger = (energy: ReturnType<typeof fuelEnergy<"lhv">>, { id, emissionFactors }: typeof heavyOil) =>
      carbonLedger([{ fuelId: id, energy, factors: emissionFactors }], null, { ch4: 28, n2o: 265 });
    const before = ledger(fuelEnergy(litres, oil, "lhv"), heavyOil);
    const after = ledger(fuelEnergy(nm3, gas, "lhv"), naturalGas);
    near(before.fuels[0]?.co2T, expected("co2Before_t"));
    near(after.fuels[0]?.co2T, expected("co2After_t"));
    near(1 - (after.fuels[0]?.co2T ?? 0) / (before.fuels[0]?.co2T ?? 1), expected("co2Reduction"));
    expect(before.fuels[0]?.edition).toBe("IPCC 2006 / table 6.0.4");
    expect(before.co2eT).toBeGreaterThan(before.fuels[0]?.co2T ?? 0);
    const gross = fuelEnergy(litres, oil, "hhv");
    // @ts-expect-error emission factors are for net energy
    carbonLedger([{ fuelId: "heavy-oil", energy: gross, factors: heavyOil.emissionFactors }], null, {
      ch4: 28,
      n2o: 265,
    });
    const power = carbonLedger(
      [],
      { kwh: 10_000, factor: { kgPerKwh: 0.5, edition: "2024" } },
      { ch4: 28, n2o: 265 },
    );
    expect(power).toMatchObject({ co2eT: 5, electricity: { edition: "2024" } });
  });
});

describe("attribution", () => {
  const { given, expected } = golden(/Split one CO2 reduction/);
  const measures = [
    { measure: "fuel", ratio: given("efGas") / given("efOil") },
    { measure: "burnerAndO2", ratio: given("etaBefore") / given("etaAfterBurner") },
    { measure: "preheater", ratio: 1 - given("preheaterFuelSaving") },
  ];

  test.each([
    ["sequential", sequentialAttribution(given("c0_t"), measures)],
    ["logMean", logMeanAttribution(given("c0_t"), measures)],
  ] as const)("%s: the shares of the golden case, and no remainder", (rule, attribution) => {
    for (const { measure, reduction } of attribution?.effects ?? [])
      near(reduction, expected(`${rule}.${measure}`));
    near(attribution?.total, expected("total"));
    near(
      attribution?.effects.reduce((sum, { reduction }) => sum + reduction, 0),
      expected("total"),
    );
  });

  test("by the log mean the order does not matter, and nothing is left over", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.2, max: 1.5, noNaN: true }), { minLength: 1, maxLength: 6 }),
        (ratios) => {
          const list = ratios.map((ratio, k) => ({ measure: `m${k}`, ratio }));
          const [one, other] = [
            logMeanAttribution(1_000, list),
            logMeanAttribution(1_000, [...list].reverse()),
          ];
          const sum = one?.effects.reduce((total, { reduction }) => total + reduction, 0) ?? Number.NaN;
          expect(sum).toBeCloseTo(one?.total ?? Number.NaN, 6);
          for (const { measure, reduction } of one?.effects ?? [])
            expect(other?.effects.find((each) => each.measure === measure)?.reduction).toBeCloseTo(
              reduction,
              6,
            );
        },
      ),
      { numRuns: 60 },
    );
    expect(logMeanAttribution(100, [{ measure: "none", ratio: 1 }])?.effects).toEqual([
      { measure: "none", reduction: -0 },
    ]);
    expect(logMeanAttribution(0, [])).toBeNull();
    expect(sequentialAttribution(100, [{ measure: "all", ratio: 0 }])).toBeNull();
  });
});

describe("the carbon fee", () => {
  const fee = rule(files["carbon-fee"].at(-1));
  const { list, results } = golden(/Taiwan carbon fee/);

  test("what a reduction saves in fees is that of the golden case; below the threshold there is none to show", () => {
    const wanted = results("annualFeeSaving_NTD") as readonly number[];
    for (const [k, each] of list("cases").entries()) {
      const payer = {
        perT: each["rate"] as number,
        highLeakageAdjustment: each["highLeakage"] === true ? (each["adjustment"] as number) : null,
      };
      const saving = carbonFeeSaving(each["before_t"] as number, each["after_t"] as number, fee, payer);
      if (wanted[k] === 0) expect(saving).toEqual({ kind: "no-fee", thresholdTPerYear: 25_000 });
      else expect(saving.kind === "saving" ? saving.saved : saving).toBeCloseTo(wanted[k] as number, 2);
    }
  });

  test("credits stand for a tenth at most; a rate that nobody set is refused", () => {
    const payer = { perT: 300, highLeakageAdjustment: null };
    expect(carbonFee(35_000, fee, payer, { domesticT: 5_000, foreignT: 200 })).toEqual({
      kind: "fee",
      chargeableT: 10_000,
      creditedT: 1_200,
      amount: 8_800 * 300,
    });
    expect(carbonFee(25_000, fee, payer)).toMatchObject({ kind: "none" });
    expect(carbonFee(35_000, fee, { ...payer, perT: 200 })).toMatchObject({ kind: "unknown-rate" });
    expect(carbonFeeSaving(35_000, 30_000, fee, { perT: 300, highLeakageAdjustment: 0.5 })).toMatchObject({
      kind: "refused",
    });
  });
});

describe("the subsidy", () => {
  const subsidy = rule(files.subsidy.at(-1));
  const { list, results, expected } = golden(/Central subsidy rules/);
  const project: SubsidyProject = {
    onDate: "2019-06-30",
    projectCost: 12_000_000,
    quantities: {},
    heatSubstitutionPercent: null,
    energyManagement: false,
    boilerImproved: true,
    alreadySubsidised: false,
  };
  const items: Readonly<Record<string, string>> = {
    "low-carbon fuel: oil->gas": "low-carbon-fuel-from-oil",
    "low-carbon fuel: coal->gas": "low-carbon-fuel-from-coal",
    "utility/process improvement": "process-or-utility",
  };

  test.each(list("cases").map((each, k) => ({ name: String(each["name"]), each, k })))(
    "$name",
    ({ each, k }) => {
      const figures = {
        oilConvertedKlPerYear: each["oil_kL"],
        coalConvertedTPerYear: each["coal_t"],
        reductionTPerYear: each["co2_t"],
        energySavingPercent: typeof each["savingRate"] === "number" ? 100 * each["savingRate"] : undefined,
      };
      const quantities = Object.fromEntries(
        Object.entries(figures).filter(([, value]) => value !== undefined),
      );
      const check = subsidyCheck(subsidy, items[String(each["item"])] ?? "", {
        ...project,
        projectCost: each["projectCost"] as number,
        quantities,
        energyManagement: each["ems"] === true,
      });
      const wanted = (results("cases") as readonly Readonly<Record<string, unknown>>[])[k] ?? {};
      expect(check.kind).toBe(wanted["eligible"] === true ? "eligible" : "not-eligible");
      if (check.kind !== "eligible") return;
      expect(check).toMatchObject({
        cap: wanted["cap"],
        grant: wanted["grant"],
        ...("halfCost" in wanted && { shareCap: wanted["halfCost"] }),
        ...("years" in wanted && { years: wanted["years"] }),
      });
    },
  );

  test("instalments of 40, 40 and 20 %, five million over all items", () => {
    expect(instalments(1_500_000, subsidy.instalmentsPercent)).toEqual(results("tranchesOf1_500_000"));
    expect(subsidy.overallCap).toBe(expected("overallCap"));
    const check = (item: string, quantities: SubsidyProject["quantities"]) =>
      subsidyCheck(subsidy, item, { ...project, projectCost: 30_000_000, quantities });
    const all = [
      check("process-or-utility", { reductionTPerYear: 6_000 }),
      check("low-carbon-fuel-from-oil", { oilConvertedKlPerYear: 1_200 }),
      check("low-carbon-fuel-from-coal", { coalConvertedTPerYear: 400 }),
    ];
    expect(combinedGrant(subsidy, all)).toBe(5_000_000);
  });

  test("what nobody said is asked for; a closed round, a second subsidy and a boiler left alone are said", () => {
    const oil = { oilConvertedKlPerYear: 2_242 };
    const check = (changes: Partial<SubsidyProject>, item = "low-carbon-fuel-from-oil") =>
      subsidyCheck(subsidy, item, { ...project, quantities: oil, ...changes });
    expect(check({ quantities: {} })).toEqual({ kind: "not-judged", missing: ["oilConvertedKlPerYear"] });
    expect(check({}, "biomass")).toEqual({ kind: "not-judged", missing: ["heatSubstitutionPercent"] });
    expect(check({ heatSubstitutionPercent: 5 }, "biomass")).toMatchObject({ kind: "not-eligible" });
    expect(check({ heatSubstitutionPercent: 6 }, "biomass")).toMatchObject({
      kind: "eligible",
      grant: 1_000_000,
    });
    expect(check({}, "perpetual-motion")).toMatchObject({ shortfalls: [{ kind: "unknown-item" }] });
    expect(check({ onDate: "2026-01-01", alreadySubsidised: true, boilerImproved: false })).toEqual({
      kind: "not-eligible",
      shortfalls: [
        { kind: "round-closed", validFrom: "2019-01-02", validUntil: "2019-11-30" },
        { kind: "already-subsidised" },
        { kind: "boiler-not-improved" },
      ],
    });
  });
});

test("the tax credit: 5 % in the year or 3 % over three, between a million and two thousand million", () => {
  const credit = rule(files["tax-credit"].at(-1));
  expect(taxCreditCheck(credit, 12_000_000, "2026-05-01")).toMatchObject({
    kind: "eligible",
    options: [
      { percent: 5, years: 1, credit: 600_000 },
      { percent: 3, years: 3, credit: 360_000 },
    ],
  });
  expect(taxCreditCheck(credit, 3e9, "2026-05-01")).toMatchObject({ creditedSpending: 2e9 });
  expect(taxCreditCheck(credit, 999_999, "2026-05-01")).toEqual({
    kind: "spending-too-small",
    from: 1_000_000,
  });
  expect(taxCreditCheck(credit, 12_000_000, "2030-01-01")).toMatchObject({ kind: "not-in-force" });
});

describe("money", () => {
  test("no rate where money never comes back, and several where it turns more than once", () => {
    expect(internalRate([-100, -10, -10])).toEqual({ kind: "none" });
    expect(internalRate([100, 10])).toEqual({ kind: "none" });
    expect(internalRate([0, 0])).toEqual({ kind: "none" });
    const twice = internalRate([-100, 230, -132]);
    expect(
      twice.kind === "not-unique" ? twice.ratesPerYear.map((rate) => Number(rate.toFixed(6))) : twice,
    ).toEqual([0.1, 0.2]);
    // They turn twice, but one rate alone fits.
    const once = internalRate([-100, 150, -10]);
    expect(once.kind === "rate" ? netPresentValue([-100, 150, -10], once.perYear) : once).toBeCloseTo(0, 8);
  });

  test("at its internal rate a project is worth nothing", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 10, max: 1e7, noNaN: true }),
        fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 15 }),
        (investment, income) => {
          const flows = [-investment, ...income];
          const irr = internalRate(flows);
          if (irr.kind === "rate")
            expect(Math.abs(netPresentValue(flows, irr.perYear))).toBeLessThan(
              1e-6 * investment * (1 + irr.perYear) + 1e-3,
            );
          expect(irr.kind).not.toBe("not-unique");
        },
      ),
      { numRuns: 60 },
    );
  });

  test("gas that costs more than it saves pays back never, though it saves energy", () => {
    const year = annualSaving(
      [{ fuelId: "heavy-oil", quantity: 800, pricePerUnit: 9_000 }],
      [{ fuelId: "natural-gas", quantity: 862.5, pricePerUnit: 10_000 }],
      { electricity: 0, maintenance: 0, airPollutionFee: 0, carbonFee: 0, credits: 0 },
    );
    expect(year.net).toBeLessThan(0);
    expect(worth(levelFlows(12e6, 0, year.net, 10), 0.06)).toMatchObject({
      irr: { kind: "none" },
      simplePayback: { kind: "never" },
      discountedPayback: { kind: "never" },
    });
    expect(worth(levelFlows(1e6, 2e6, 10, 2), 0.06).simplePayback).toEqual({ kind: "years", years: 0 });
  });

  test("a contract shares what was saved: all of it goes to somebody, a loss to the owner", () => {
    const shared = sharedSavings(
      [100, 100, -50, 100],
      [
        { years: 2, companyPercent: 70 },
        { years: 1, companyPercent: 40 },
      ],
    );
    expect(shared).toEqual([
      { year: 1, company: 70, owner: 30 },
      { year: 2, company: 70, owner: 30 },
      { year: 3, company: 0, owner: -50 },
      { year: 4, company: 0, owner: 100 },
    ]);
  });

  test("the widest assumption comes first", () => {
    const npv = ({ gasPrice, saved }: Readonly<Record<"gasPrice" | "saved", number>>) =>
      netPresentValue(levelFlows(1_000, 0, saved - gasPrice, 10), 0.06);
    const ranked = sensitivities(
      { gasPrice: 100, saved: 300 },
      [
        { assumption: "saved", low: 290, high: 310 },
        { assumption: "gasPrice", low: 50, high: 150 },
      ],
      npv,
    );
    expect(ranked.map(({ assumption }) => assumption)).toEqual(["gasPrice", "saved"]);
    expect(ranked[0]?.atLow).toBeGreaterThan(ranked[0]?.atHigh ?? Number.POSITIVE_INFINITY);
  });
});
