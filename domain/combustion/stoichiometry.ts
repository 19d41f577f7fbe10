/** Oxygen in dry air, % by volume, where combustion itself is computed; rules have figures of their own. */
export const airO2Percent = 20.95;

/** By mass, %: ultimate analysis as received; with ash it makes 100. */
export interface MassComposition {
  readonly basis: "mass";
  readonly c: number;
  readonly h: number;
  readonly s: number;
  readonly o: number;
  readonly n: number;
  readonly moisture: number;
  readonly ash: number;
}

/** By mole, %: the gases a fuel gas is made of; together 100. */
export interface MoleComposition {
  readonly basis: "mole";
  readonly gases: Readonly<Partial<Record<FuelGas, number>>>;
}

export type Composition = MassComposition | MoleComposition;

/** C, H, O, N and S atoms in one molecule. */
const atoms = {
  CH4: { c: 1, h: 4, o: 0, n: 0, s: 0 },
  C2H4: { c: 2, h: 4, o: 0, n: 0, s: 0 },
  C2H6: { c: 2, h: 6, o: 0, n: 0, s: 0 },
  C3H6: { c: 3, h: 6, o: 0, n: 0, s: 0 },
  C3H8: { c: 3, h: 8, o: 0, n: 0, s: 0 },
  C4H10: { c: 4, h: 10, o: 0, n: 0, s: 0 },
  C5H12: { c: 5, h: 12, o: 0, n: 0, s: 0 },
  H2: { c: 0, h: 2, o: 0, n: 0, s: 0 },
  H2S: { c: 0, h: 2, o: 0, n: 0, s: 1 },
  CO: { c: 1, h: 0, o: 1, n: 0, s: 0 },
  CO2: { c: 1, h: 0, o: 2, n: 0, s: 0 },
  N2: { c: 0, h: 0, o: 0, n: 2, s: 0 },
  O2: { c: 0, h: 0, o: 2, n: 0, s: 0 },
} as const;
export type FuelGas = keyof typeof atoms;
export const fuelGases = Object.keys(atoms) as readonly FuelGas[];

/** What burning one unit of fuel (a kg, or a mol of gas) with just enough dry air takes and gives, in mol. */
export interface Stoichiometry {
  /** Dry air. */
  readonly airMol: number;
  /** CO₂, SO₂ and nitrogen. */
  readonly dryProductMol: number;
  /** From hydrogen and moisture of the fuel. */
  readonly waterMol: number;
  readonly co2Mol: number;
  readonly so2Mol: number;
}

/**
 * The balance of complete combustion.
 *
 * Carbon takes one O₂ and gives one CO₂, hydrogen half an O₂ for two atoms and gives water, sulphur one O₂ for
 * SO₂; oxygen in the fuel is taken off. The air's other 79.05 % go through as nitrogen.
 * @source Element balance; IUPAC 2021, molar masses (C 12.011, H 1.008, S 32.06, O 15.999, N 14.007)
 */
export function stoichiometry(composition: Composition): Stoichiometry {
  const { c, h, s, o, n, water } =
    composition.basis === "mass" ? molOfMass(composition) : molOfGases(composition);
  const o2Mol = c + h / 4 + s - o / 2;
  const airMol = o2Mol / (airO2Percent / 100);
  return {
    airMol,
    dryProductMol: c + s + n / 2 + (1 - airO2Percent / 100) * airMol,
    waterMol: h / 2 + water,
    co2Mol: c,
    so2Mol: s,
  };
}

interface AtomMol {
  readonly c: number;
  readonly h: number;
  readonly s: number;
  readonly o: number;
  readonly n: number;
  readonly water: number;
}

function molOfMass({ c, h, s, o, n, moisture }: MassComposition): AtomMol {
  return {
    c: (10 * c) / 12.011,
    h: (10 * h) / 1.008,
    s: (10 * s) / 32.06,
    o: (10 * o) / 15.999,
    n: (10 * n) / 14.007,
    water: (10 * moisture) / 18.015,
  };
}

function molOfGases({ gases }: MoleComposition): AtomMol {
  const sum = { c: 0, h: 0, s: 0, o: 0, n: 0 };
  for (const gas of fuelGases) {
    const share = (gases[gas] ?? 0) / 100;
    for (const element of ["c", "h", "s", "o", "n"] as const) sum[element] += share * atoms[gas][element];
  }
  return { ...sum, water: 0 };
}

/**
 * kg of one mol of a fuel gas of this composition.
 * @source IUPAC 2021, molar masses
 */
export function molarMassKgPerMol({ gases }: MoleComposition): number {
  const { c, h, s, o, n } = molOfGases({ basis: "mole", gases });
  return (12.011 * c + 1.008 * h + 32.06 * s + 15.999 * o + 14.007 * n) / 1_000;
}
