import type { Boiler } from "./boiler.ts";
import { airRatio } from "./combustion/air-ratio.ts";
import { flueMoisturePercent, o2DryFromWetPercent } from "./combustion/dry-oxygen.ts";
import { stackLossSiegertLhvPercent } from "./combustion/siegert.ts";
import { type Stoichiometry, stoichiometry } from "./combustion/stoichiometry.ts";
import { referenceO2Factor } from "./emissions/reference-oxygen.ts";
import { type Fuel, governingFuel } from "./fuel.ts";
import type { PointName } from "./points.ts";
import type { FlawReason, Flaws, Values } from "./reading.ts";

/** What a formula may read: the values of the instant, the boiler, and the fuel that governs it just now. */
export interface FormulaInputs {
  /** The number of a needed point. */
  of(point: PointName): number;
  /** The number of a point that helps where it is there. */
  ifThere(point: PointName): number | null;
  readonly boiler: Boiler;
  readonly fuel: Fuel;
  readonly stoichiometry: Stoichiometry;
}

/** One derived point: what it gives, what it cannot do without, and how. It runs after the formulas above it. */
export interface Formula {
  readonly gives: PointName;
  readonly needs: readonly PointName[];
  /** `null`: these inputs have no such result. */
  readonly compute: (inputs: FormulaInputs) => number | null;
}

/** Without a fire there is no flue gas: what a formula says of it means nothing. Unknown firing counts as fire. */
function whileFiring(compute: Formula["compute"]): Formula["compute"] {
  return (inputs) => (inputs.ifThere("firing") === 0 ? null : compute(inputs));
}

function atReferenceO2(gives: PointName, measured: PointName): Formula {
  return {
    gives,
    needs: [measured, "o2DryPercent"],
    compute: whileFiring(
      ({ of, boiler }) => of(measured) * referenceO2Factor(of("o2DryPercent"), boiler.referenceO2Percent),
    ),
  };
}

/** All that is derived live, in the order in which it is derived. */
export const formulas: readonly Formula[] = [
  {
    gives: "flueMoisturePercent",
    needs: ["o2WetPercent"],
    compute: ({ of, boiler, stoichiometry }) =>
      flueMoisturePercent(of("o2WetPercent"), stoichiometry, boiler.airHumidityKgPerKg),
  },
  {
    gives: "o2DryPercent",
    needs: ["o2WetPercent", "flueMoisturePercent"],
    compute: ({ of }) => o2DryFromWetPercent(of("o2WetPercent"), of("flueMoisturePercent")),
  },
  {
    gives: "airRatio",
    needs: ["o2DryPercent"],
    compute: whileFiring(({ of }) => airRatio(of("o2DryPercent"))),
  },
  atReferenceO2("coAtRefO2Ppm", "coDryPpm"),
  atReferenceO2("soxAtRefO2Ppm", "soxDryPpm"),
  atReferenceO2("noxAtRefO2Ppm", "noxDryPpm"),
  atReferenceO2("pmAtRefO2MgPerNm3", "pmDryMgPerNm3"),
  {
    gives: "stackLossSiegertLhvPercent",
    needs: ["exhaustTempC", "o2DryPercent"],
    compute: whileFiring(({ of, ifThere, boiler, fuel }) => {
      const airTempC = ifThere("combustionAirTempC") ?? boiler.combustionAirTempC;
      return stackLossSiegertLhvPercent(of("exhaustTempC"), airTempC, of("o2DryPercent"), fuel.siegert);
    }),
  },
  {
    gives: "efficiencySiegertLhvPercent",
    needs: ["stackLossSiegertLhvPercent"],
    compute: ({ of }) => 100 - of("stackLossSiegertLhvPercent"),
  },
];

/** A boiler prepared for its formulas: what depends on its fuels alone is worked out once. */
export interface BoilerFormulas {
  /** The values and flaws of an instant with all that follows from them. */
  derived(measured: { readonly values: Values; readonly flaws: Flaws }): {
    readonly values: Values;
    readonly flaws: Flaws;
  };
}

/**
 * Adds the derived points. A sensor's own value is never replaced; a missing input gives `null` with
 * `input-missing`, an uncertain one a value with `input-doubtful`; an input that no sensor gives, nothing at all.
 */
export function boilerFormulas(boiler: Boiler, toDerive: readonly Formula[] = formulas): BoilerFormulas {
  const stoichiometryOf = new Map(boiler.fuels.map((fuel) => [fuel, stoichiometry(fuel.composition)]));

  return {
    derived: (measured) => {
      const values: Record<string, number | null> = { ...measured.values };
      const flaws: Record<string, FlawReason> = { ...measured.flaws };
      addFiring(boiler, values, flaws);
      const fuel = governingFuel(boiler.fuels, values) ?? boiler.fuels[0];
      const ofFuel = fuel && stoichiometryOf.get(fuel);
      if (fuel === undefined || ofFuel === undefined) return { values, flaws };
      const inputs: FormulaInputs = {
        of: (point) => values[point] as number,
        ifThere: (point) => values[point] ?? null,
        boiler,
        fuel,
        stoichiometry: ofFuel,
      };
      for (const { gives, needs, compute } of toDerive) {
        if (values[gives] !== undefined || needs.some((need) => values[need] === undefined)) continue;
        if (needs.some((need) => values[need] === null)) {
          values[gives] = null;
          flaws[gives] = "input-missing";
          continue;
        }
        const result = compute(inputs);
        values[gives] = result;
        if (result === null) flaws[gives] = "not-computable";
        else if (needs.some((need) => flaws[need] !== undefined)) flaws[gives] = "input-doubtful";
      }
      return { values, flaws };
    },
  };
}

/** Below this share of its load a burner without a flame signal counts as off. */
const firingFromLoadPercent = 2;

/** Where no flame signal is wired, a load or a fuel that flows tells that the boiler fires. */
function addFiring(
  boiler: Boiler,
  values: Record<string, number | null>,
  flaws: Record<string, FlawReason>,
): void {
  if (values["firing"] !== undefined) return;
  const flows = boiler.fuels.map(({ flowPoint }) => values[flowPoint]);
  const load = values["loadPercent"];
  const signs = [...flows, load].filter((sign) => sign !== undefined);
  if (signs.length === 0) return;
  if (flows.some((flow) => (flow ?? 0) > 0) || (load ?? 0) >= firingFromLoadPercent) {
    values["firing"] = 1;
  } else if (signs.every((sign) => sign !== null)) {
    values["firing"] = 0;
  } else {
    values["firing"] = null;
    flaws["firing"] = "input-missing";
  }
}
