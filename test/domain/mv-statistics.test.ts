import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  autocorrelation,
  countedRho,
  effectiveCount,
  residualCorrelogram,
} from "../../domain/mv/autocorrelation.ts";
import { fitModel } from "../../domain/mv/baseline-model.ts";
import { fitChangePoint } from "../../domain/mv/change-point.ts";
import { intercept, linear } from "../../domain/mv/design.ts";
import {
  fQuantile,
  fUpper,
  normalQuantile,
  normalUpper,
  tQuantile,
  tTwoSided,
} from "../../domain/mv/distributions.ts";
import { conditionNumber, leastSquares } from "../../domain/mv/least-squares.ts";
import { selectModel } from "../../domain/mv/select-model.ts";
import { kindsOfTests, runSavingsCases } from "../../domain/reference-cases/run-savings-cases.ts";
import type { SavingsCase } from "../../domain/reference-cases/savings-case.ts";
import { fitted, line, madeUp, normal, publicRows, seeded, there } from "../helpers/savings.ts";

const { cases } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../reference/mv-cases.json"), "utf8"),
) as { readonly cases: readonly SavingsCase[] };
const runnable = cases.filter(({ kind }) => !kindsOfTests.includes(kind));
/** Cases on public records run where those stand beside the repository. */
const withData = runnable.flatMap((each) => {
  const name = each.inputs["dataFile"];
  if (typeof name !== "string") return [each];
  const rows = publicRows(name);
  return rows === null ? [] : [{ ...each, rows }];
});

describe("the golden cases", () => {
  test.each(withData)("$id $kind: $title", (each) => {
    expect(runSavingsCases([each])[0]?.faults).toEqual([]);
  });

  const tiny = runnable.find(({ kind }) => kind === "baseline-metrics") as SavingsCase;
  const fsu = runnable.find(({ kind }) => kind === "fsu") as SavingsCase;
  const faults = (each: SavingsCase) => runSavingsCases([each])[0]?.faults.join("\n");

  test("a wrong expectation fails, alone, in a list and in a part", () => {
    expect(faults({ ...tiny, expected: { sse: 41.8 } })).toMatch(/sse: expected 41.8 ± .*, got 41.785/);
    expect(faults({ ...tiny, expected: { coef: [7.464285714, 3.02] } })).toMatch(/coef.1: expected 3.02/);
    expect(faults({ ...tiny, expected: { coef: [7.464285714] } })).toMatch(/coef: expected \[7.46/);
    expect(faults({ ...tiny, expected: { gold: 1 } })).toMatch(
      /result gold is not known to baseline-metrics/,
    );
  });

  test("a figure that must not come is found where it comes", () => {
    expect(faults({ ...fsu, expected: { fsuConstant1_26: 0.2278995822, wrongOne: 0.2278995822 } })).toMatch(
      /fsuConstant1_26 is 0.2278995822, which is wrongOne/,
    );
  });

  test("a result's name carries the figures that it is reckoned with", () => {
    // Twelve months by the formula of the case: t·a·(CV / F)·√((1 + 2 / n) / m).
    const monthly = 1.8124611228 * 1.30558 * 1.2 * Math.sqrt((1 + 2 / 12) / 12);
    expect(faults({ ...fsu, expected: { fsuMonthly_n12_m12_p2_noAutocorr: monthly } })).toBe("");
    expect(faults({ ...fsu, expected: { sunBaltazarDailyFactor_M24: 1.71302 } })).toBe("");
    expect(faults({ ...fsu, expected: { fsuConstant1_26_95pct: 0.2278995822 } })).toMatch(
      /expected 0.2278995822/,
    );
    expect(faults({ ...fsu, expected: { fsuWeekly: 1 } })).toMatch(/result fsuWeekly is not known to fsu/);
  });

  test("a sum of squares that comes out lower than the least there is fails, too", () => {
    const bent = runnable.find(({ kind }) => kind === "changepoint") as SavingsCase;
    const least = bent.expected["sse4P"] as number;
    expect(faults({ ...bent, expected: { sse4P: least } })).toBe("");
    expect(faults({ ...bent, expected: { sse4P: least * (1 + 1e-5) } })).toMatch(/sse4P/);
  });

  test("what cannot be fitted is said in words", () => {
    const constant = { ...tiny, inputs: { x: [3, 3, 3, 3], y: [1, 2, 3, 5] } };
    expect(faults(constant)).toMatch(/x stays at 3 all the time/);
    expect(faults({ ...tiny, inputs: { x: [1, 2], y: [1, 2] } })).toMatch(
      /There are 2 valid intervals; .* needs 3/,
    );
    expect(faults({ ...tiny, inputs: { ...tiny.inputs, model: "y = b1*x" } })).toMatch(/no standing loss b0/);
  });
});

describe("distributions", () => {
  test("quantiles and tails undo each other, with fractional degrees of freedom too", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0.6, max: 5_000, noNaN: true }),
        fc.double({ min: 1, max: 50, noNaN: true }),
        (p, dof, dof1) => {
          const t = tQuantile(p, dof);
          expect(tTwoSided(t, dof)).toBeCloseTo(2 * Math.min(p, 1 - p), 9);
          expect(fUpper(fQuantile(p, dof1, dof), dof1, dof)).toBeCloseTo(1 - p, 9);
          expect(normalUpper(normalQuantile(p))).toBeCloseTo(1 - p, 12);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a tail keeps its digits where one minus a distribution has none left", () => {
    // Longley's F of 330.285 with 6 and 9 degrees of freedom.
    expect(fUpper(330.285339234588, 6, 9)).toBeCloseTo(4.98403053e-10, 18);
    expect(normalUpper(8)).toBeCloseTo(6.220960574271785e-16, 28);
    expect(normalQuantile(0.95)).toBeCloseTo(1.6448536269514722, 12);
  });
});

describe("least squares", () => {
  test("scale a driver or the energy, and the coefficients follow", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        (seed, x, y) => {
          const metered = madeUp(seeded(seed), { count: 20 });
          const scaled = {
            ...metered,
            intervals: metered.intervals.map((each) => ({
              ...each,
              energyGj: each.energyGj * y,
              drivers: { heat: (each.drivers["heat"] ?? 0) * x },
            })),
          };
          const [one, other] = [fitted(metered).fit, fitted(scaled).fit];
          expect((other.coefficients[1] as number) * (x / y)).toBeCloseTo(one.coefficients[1] as number, 8);
          expect(other.t[1]).toBeCloseTo(one.t[1] as number, 5);
          expect(other.rSquared).toBeCloseTo(one.rSquared, 10);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("the order of rows changes nothing", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const random = seeded(seed);
        const metered = madeUp(random, { count: 30, rho: 0.5 });
        const order = metered.intervals
          .map((each) => ({ each, key: random() }))
          .sort((a, b) => a.key - b.key);
        const [one, other] = [
          fitted(metered),
          fitted({ ...metered, intervals: order.map(({ each }) => each) }),
        ];
        expect(other.fit.coefficients[0]).toBeCloseTo(one.fit.coefficients[0] as number, 8);
        expect(other.autocorrelation.rho).toBeCloseTo(one.autocorrelation.rho as number, 9);
      }),
      { numRuns: 30 },
    );
  });

  test("a constant, a copy and a sum of drivers are found and named", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: -50, max: 50, noNaN: true }),
        fc.double({ min: 0.1, max: 20, noNaN: true }),
        (seed, offset, factor) => {
          const random = seeded(seed);
          const metered = madeUp(random, { count: 25 });
          const withMore = {
            ...metered,
            intervals: metered.intervals.map((each) => {
              const heat = each.drivers["heat"] as number;
              const warm = 60 + 10 * random();
              return {
                ...each,
                drivers: { heat, warm, still: offset, copy: factor * heat + offset, sum: heat + warm },
              };
            }),
          };
          const terms = (...names: string[]) => [intercept, ...names.map(linear)];
          const refused = (...names: string[]) => fitModel(withMore, terms(...names));
          expect(refused("heat", "still")).toMatchObject({ kind: "driver-constant", driver: "still" });
          expect(refused("heat", "copy")).toMatchObject({ kind: "drivers-collinear", term: "copy" });
          expect(refused("heat", "warm", "sum")).toMatchObject({ kind: "drivers-collinear", term: "sum" });
          expect(refused("heat", "warm").kind).toBe("model");
        },
      ),
      { numRuns: 60 },
    );
  });

  test("the hat's diagonal adds up to the parameters, and residuals to nought", () => {
    const { fit, metrics } = fitted(madeUp(seeded(7)));
    expect(fit.leverages.reduce((sum, h) => sum + h, 0)).toBeCloseTo(2, 10);
    expect(Math.abs(metrics.nmbePercent)).toBeLessThan(1e-10);
    expect(Math.abs(metrics.netDeterminationBiasPercent)).toBeLessThan(1e-10);
  });

  test("drivers that tell one story have a large condition number, independent ones have none", () => {
    const random = seeded(3);
    const one = Float64Array.from({ length: 50 }, () => normal(random));
    const near = one.map((value) => 5 + 3 * value + 0.01 * normal(random));
    const far = Float64Array.from({ length: 50 }, () => normal(random));
    expect(conditionNumber([one, near])).toBeGreaterThan(300);
    expect(conditionNumber([one, far])).toBeLessThan(2);
    expect(conditionNumber([one, one])).toBeGreaterThan(1e6);
  });

  test("NIST Filip, a polynomial of the tenth degree, keeps seven digits", () => {
    const columns = Array.from({ length: 11 }, (_, k) => Float64Array.from(filip, ([, x]) => x ** k));
    const result = leastSquares(
      columns,
      Float64Array.from(filip, ([y]) => y),
    );
    const fit = result.kind === "fit" ? result.fit : null;
    expect(digits(fit?.coefficients[0], -1467.4896142298)).toBeGreaterThan(7);
    expect(digits(fit?.coefficients[10], -0.402962525080404e-4)).toBeGreaterThan(7);
    expect(digits(fit?.standardErrors[0], 298.084530995537)).toBeGreaterThan(7);
    expect(digits(fit?.residualSd, 0.334801051324544e-2)).toBeGreaterThan(7);
  });
});

/** Digits in which a result agrees with a certified one. */
function digits(got: number | undefined, certified: number): number {
  return -Math.log10(Math.abs((got ?? Number.NaN) - certified) / Math.abs(certified));
}

describe("autocorrelation", () => {
  test("a gap has no neighbours on its two sides", () => {
    const residuals = [1, 2, 3, -3, -2, -1];
    const whole = autocorrelation(residuals, [0, 1, 2, 3, 4, 5]);
    const parted = autocorrelation(residuals, [0, 1, 2, 10, 11, 12]);
    expect([whole.pairs, parted.pairs]).toEqual([5, 4]);
    expect(parted.rho).toBeGreaterThan(whole.rho as number);
  });

  test("without neighbours nothing is known of it", () => {
    expect(autocorrelation([1, 2, 3], [0, 5, 10])).toEqual({
      pairs: 0,
      rho: null,
      rhoOverAll: null,
      durbinWatson: null,
    });
  });

  test("of each distance, by the pairs that are there; of neighbours it is the one that is known", () => {
    const random = seeded(5);
    const indices = Array.from({ length: 200 }, (_, k) => (k < 90 ? k : k + 30));
    const residuals: number[] = [];
    for (const k of indices.keys()) residuals.push(0.7 * (residuals[k - 1] ?? 0) + random() - 0.5);
    const [one, two, three] = residualCorrelogram(residuals, indices, 3);
    const { rhoOverAll, pairs } = autocorrelation(residuals, indices);
    expect(one).toBeCloseTo(((rhoOverAll ?? 0) * 200) / pairs, 12);
    expect([one, two, three]).toEqual([one, two, three].toSorted((a, b) => (b ?? 0) - (a ?? 0)));
    expect(residualCorrelogram([1, -1, 1, -1], [0, 1, 2, 3], 2)[0]).toBe(-1);
    expect(residualCorrelogram([1, 2, 3], [0, 5, 10], 2)).toEqual([null, null]);
    expect(residualCorrelogram([0, 0, 0, 0], [0, 1, 2, 3], 1)).toEqual([null]);
  });

  test("alternating residuals never count for more than there are", () => {
    expect(effectiveCount(100, -0.9)).toBe(100);
    expect(effectiveCount(100, 0.5)).toBeCloseTo(100 / 3, 10);
  });

  test("a few months' correlation counts only where it is more than noise; that of days always", () => {
    const weak = { pairs: 11, rho: 0.13, rhoOverAll: 0.13, durbinWatson: 1.7 };
    expect(countedRho(weak, "monthly")).toBe(0);
    expect(countedRho(weak, "daily")).toBe(0.13);
    expect(countedRho({ ...weak, rho: 0.8 }, "monthly")).toBe(0.8);
  });
});

describe("models", () => {
  test("a bend is found where it was put, and a straight line stays one", () => {
    const random = seeded(11);
    const bent = madeUp(random, { count: 120, noiseGj: 0 });
    const intervals = bent.intervals.map((each) => {
      const heat = each.drivers["heat"] as number;
      return { ...each, energyGj: 40 + 2 * heat + 1.2 * Math.max(0, heat - 100) + 2 * normal(random) };
    });
    const found = there(fitChangePoint({ ...bent, intervals }, "4P", "heat"), "model");
    const [, , bend] = found.terms;
    expect(bend?.kind === "above" ? bend.changePoint : 0).toBeCloseTo(100, -1);
    expect(found.fit.p).toBe(4);
    const choose = (metered: typeof bent) =>
      there(
        selectModel(
          metered,
          { load: { driver: "heat", sign: "rises" }, others: [], bends: ["4P"] },
          { tAtLeast: 2, vifAtMost: 10, bicDifference: 2 },
        ),
        "selection",
      );
    expect(choose({ ...bent, intervals }).form).toBe("4P");
    expect(choose(madeUp(seeded(12), { count: 120 })).form).toBe("2P");
  });

  test("a load that does not matter leaves the mean; a sign that physics forbids is refused", () => {
    const random = seeded(5);
    const flat = madeUp(random);
    const still = flat.intervals.map((each) => ({ ...each, energyGj: 300 + normal(random) }));
    const limits = { tAtLeast: 2, vifAtMost: 10, bicDifference: 2 };
    const load = { driver: "heat", sign: "rises" } as const;
    const chosen = there(
      selectModel({ ...flat, intervals: still }, { load, others: [], bends: [] }, limits),
      "selection",
    );
    expect(chosen.form).toBe("1P");
    expect(chosen.considered.find(({ form }) => form === "2P")?.rejected[0]).toMatchObject({ kind: "weak" });

    const falling = flat.intervals.map((each) => ({ ...each, energyGj: 900 - each.energyGj }));
    const wrong = there(
      selectModel({ ...flat, intervals: falling }, { load, others: [], bends: [] }, limits),
      "selection",
    );
    expect(wrong.considered.find(({ form }) => form === "2P")?.rejected).toEqual([
      { kind: "wrong-sign", driver: "heat" },
    ]);
  });

  test("energy that follows from its driver to the last digit is no meter", () => {
    const metered = madeUp(seeded(2), { noiseGj: 0 });
    expect(
      fitModel({ ...metered, intervals: metered.intervals.map((each) => ({ ...each, energyGj: 9 })) }, [
        intercept,
      ]),
    ).toEqual({
      kind: "energy-constant",
      valueGj: 9,
    });
    expect(fitModel(metered, line)).toEqual({ kind: "computed-from-drivers", drivers: ["heat"] });
  });
});

/** NIST StRD Filip: y, x. */
const filip: readonly (readonly [number, number])[] = [
  [0.8116, -6.860120914],
  [0.9072, -4.324130045],
  [0.9052, -4.358625055],
  [0.9039, -4.358426747],
  [0.8053, -6.955852379],
  [0.8377, -6.661145254],
  [0.8667, -6.355462942],
  [0.8809, -6.118102026],
  [0.7975, -7.115148017],
  [0.8162, -6.815308569],
  [0.8515, -6.519993057],
  [0.8766, -6.204119983],
  [0.8885, -5.853871964],
  [0.8859, -6.109523091],
  [0.8959, -5.79832982],
  [0.8913, -5.482672118],
  [0.8959, -5.171791386],
  [0.8971, -4.851705903],
  [0.9021, -4.517126416],
  [0.909, -4.143573228],
  [0.9139, -3.709075441],
  [0.9199, -3.499489089],
  [0.8692, -6.300769497],
  [0.8872, -5.953504836],
  [0.89, -5.642065153],
  [0.891, -5.031376979],
  [0.8977, -4.680685696],
  [0.9035, -4.329846955],
  [0.9078, -3.928486195],
  [0.7675, -8.56735134],
  [0.7705, -8.363211311],
  [0.7713, -8.107682739],
  [0.7736, -7.823908741],
  [0.7775, -7.522878745],
  [0.7841, -7.218819279],
  [0.7971, -6.920818754],
  [0.8329, -6.628932138],
  [0.8641, -6.323946875],
  [0.8804, -5.991399828],
  [0.7668, -8.781464495],
  [0.7633, -8.663140179],
  [0.7678, -8.473531488],
  [0.7697, -8.247337057],
  [0.77, -7.971428747],
  [0.7749, -7.676129393],
  [0.7796, -7.352812702],
  [0.7897, -7.072065318],
  [0.8131, -6.774174009],
  [0.8498, -6.478861916],
  [0.8741, -6.159517513],
  [0.8061, -6.835647144],
  [0.846, -6.53165267],
  [0.8751, -6.224098421],
  [0.8856, -5.910094889],
  [0.8919, -5.598599459],
  [0.8934, -5.290645224],
  [0.894, -4.974284616],
  [0.8957, -4.64454848],
  [0.9047, -4.290560426],
  [0.9129, -3.885055584],
  [0.9209, -3.408378962],
  [0.9219, -3.13200249],
  [0.7739, -8.726767166],
  [0.7681, -8.66695597],
  [0.7665, -8.511026475],
  [0.7703, -8.165388579],
  [0.7702, -7.886056648],
  [0.7761, -7.588043762],
  [0.7809, -7.283412422],
  [0.7961, -6.995678626],
  [0.8253, -6.691862621],
  [0.8602, -6.392544977],
  [0.8809, -6.067374056],
  [0.8301, -6.684029655],
  [0.8664, -6.378719832],
  [0.8834, -6.065855188],
  [0.8898, -5.752272167],
  [0.8964, -5.132414673],
  [0.8963, -4.811352704],
  [0.9074, -4.098269308],
  [0.9119, -3.66174277],
  [0.9228, -3.2644011],
];
