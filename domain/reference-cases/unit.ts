import { fifteenDigits } from "../units.ts";

/** A unit as a case file writes it: how large it is, what it measures, and what it says beside that. */
export interface Unit {
  readonly text: string;
  /** In base units: value × scale + offset. */
  readonly scale: number;
  readonly offset: number;
  /** What it measures, as powers of the base quantities. */
  readonly measures: string;
  /** Its words: dry, wet, gauge, absolute, of LHV … */
  readonly words: readonly string[];
}

type Powers = Readonly<Record<string, number>>;
interface Atom {
  readonly scale: number;
  readonly powers: Powers;
  readonly words?: readonly string[];
}

function atoms(powers: Powers, scales: Readonly<Record<string, number>>): readonly [string, Atom][] {
  return Object.entries(scales).map(([name, scale]) => [name, { scale, powers }]);
}

const calorieKj = 4.1868;
const btuKj = 1.055_055_852_62;
const footM = 0.3048;
const poundKg = 0.453_592_37;

/**
 * Units that others are made of. A m³ of unknown state, a m³ at 0 °C and one at 20 °C are three things: none is turned
 * into another.
 */
const known: ReadonlyMap<string, Atom> = new Map([
  ...atoms({ kg: 1 }, { kg: 1, g: 1e-3, mg: 1e-6, ug: 1e-9, ng: 1e-12, t: 1_000, lb: poundKg }),
  ...atoms({ kg: 1 }, { kgCO2: 1, tCO2: 1_000, kgCO2e: 1, tCO2e: 1_000 }),
  ...atoms({ m3: 1 }, { m3: 1, L: 1e-3, kL: 1, mL: 1e-6, ft3: footM ** 3 }),
  ...atoms({ Nm3: 1 }, { Nm3: 1, NL: 1e-3, m3N: 1 }),
  ...atoms({ dscm: 1 }, { dscm: 1, dscf: footM ** 3 }),
  ...atoms({ kJ: 1 }, { kJ: 1, J: 1e-3, MJ: 1e3, GJ: 1e6, TJ: 1e9, Wh: 3.6, kWh: 3_600, MWh: 3.6e6 }),
  ...atoms(
    { kJ: 1 },
    { kcal: calorieKj, cal: calorieKj / 1_000, Mcal: calorieKj * 1e3, Gcal: calorieKj * 1e6 },
  ),
  ...atoms({ kJ: 1 }, { Btu: btuKj, MMBtu: btuKj * 1e6 }),
  ...atoms({ kJ: 1, h: -1 }, { kW: 3_600, W: 3.6, MW: 3.6e6 }),
  ...atoms({ h: 1 }, { h: 1, hr: 1, min: 1 / 60, s: 1 / 3_600, d: 24, yr: 8_760, a: 8_760 }),
  ...atoms({ m: 1 }, { m: 1, cm: 0.01, mm: 0.001, km: 1_000, ft: footM }),
  ...atoms({ m: 2 }, { m2: 1, cm2: 1e-4, mm2: 1e-6, ft2: footM ** 2 }),
  ...atoms({ kmol: 1 }, { kmol: 1, mol: 1e-3 }),
  ...atoms({ K: 1 }, { K: 1, degC: 1 }),
  ...atoms({ kg: 1, K: 1 }, { kgK: 1, "kg.K": 1 }),
  ...atoms({}, { "%": 0.01, "1": 1 }),
  ...["%vol", "vol%", "mol%"].map((name): [string, Atom] => [
    name,
    { scale: 0.01, powers: {}, words: ["by volume"] },
  ]),
  ...["ppm", "ppmv"].map((name): [string, Atom] => [name, { scale: 1e-6, powers: {}, words: ["by volume"] }]),
  ...["mass%", "wt%"].map((name): [string, Atom] => [name, { scale: 0.01, powers: {}, words: ["by mass"] }]),
]);

/** °C = value × scale + offset. */
const temperatures: ReadonlyMap<string, readonly [scale: number, offset: number]> = new Map([
  ["degC", [1, 0]],
  ["C", [1, 0]],
  ["K", [1, -273.15]],
  ["degF", [5 / 9, -160 / 9]],
  ["F", [5 / 9, -160 / 9]],
]);

const mmHgKpa = 101.325 / 760;
const pressures: ReadonlyMap<string, number> = new Map([
  ["kPa", 1],
  ["Pa", 1e-3],
  ["hPa", 0.1],
  ["MPa", 1_000],
  ["bar", 100],
  ["mbar", 0.1],
  ["atm", 101.325],
  ["mmHg", mmHgKpa],
  ["mmH2O", 9.806_65e-3],
  ["psi", 6.894_757_293_168_36],
  ["kgf/cm2", 98.0665],
  ["kg/cm2", 98.0665],
]);
const pressure = /^(.+?)\s*(?:\(?(gauge|absolute|abs|g|G|a|A)\)?)?$/;

/** Words of which a unit has one at most. */
const exclusive: readonly (readonly string[])[] = [
  ["dry", "wet"],
  ["gauge", "absolute"],
  ["by volume", "by mass"],
  ["of LHV", "of HHV", "of fuel"],
];

/** Reads a unit; `null` when it is made of nothing known. */
export function unitOf(text: string): Unit | null {
  const words: string[] = [];
  const bare = text
    .normalize("NFKC") // m³ is m3, ℃ is °C
    .replaceAll("°", "deg")
    .replaceAll("μ", "u")
    .replaceAll(/\(?\b(?:at )?20 (?:deg)?C\b\)?/g, "") // the state of Method 19, which dscm says by itself
    .replaceAll(/\b(dry|wet|of LHV|of HHV|of fuel)\b/g, (word) => {
      words.push(word);
      return "";
    })
    .trim();
  const temperature = temperatures.get(bare);
  if (temperature !== undefined) {
    const [scale, offset] = temperature;
    return { text, scale, offset, measures: "temperature", words };
  }
  return pressureOf(text, bare, words) ?? quotientOf(text, bare, words);
}

function pressureOf(text: string, bare: string, words: readonly string[]): Unit | null {
  const whole = pressures.get(bare);
  const [, name = "", kind = ""] = pressure.exec(bare) ?? [];
  const scale = whole ?? pressures.get(name);
  if (scale === undefined) return null;
  const said = whole !== undefined || kind === "" ? [] : [/^g/i.test(kind) ? "gauge" : "absolute"];
  return { text, scale, offset: 0, measures: "pressure", words: [...words, ...said] };
}

function quotientOf(text: string, bare: string, words: string[]): Unit | null {
  const powers = new Map<string, number>();
  let scale = 1;
  for (const [index, part] of bare.split("/").entries()) {
    const sign = index === 0 ? 1 : -1;
    const names = part
      .replaceAll(/[()]/g, "")
      .trim()
      .split(/[\s·*]+/);
    for (const name of names) {
      const atom = known.get(name) ?? numberAtom(name);
      if (atom === null) return null;
      scale *= atom.scale ** sign;
      words.push(...(atom.words ?? []));
      for (const [base, power] of Object.entries(atom.powers))
        powers.set(base, (powers.get(base) ?? 0) + sign * power);
    }
  }
  const measures = [...powers]
    .filter(([, power]) => power !== 0)
    .map(([base, power]) => `${base}^${power}`)
    .sort()
    .join(" ");
  return { text, scale, offset: 0, measures, words };
}

/** A power of ten before a unit, as in 1e-7 dscm/J, or what a mass is of, as in kg CO2/TJ. */
function numberAtom(name: string): Atom | null {
  if (name === "CO2" || name === "CO2e") return { scale: 1, powers: {} };
  return /^\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(name) ? { scale: Number(name), powers: {} } : null;
}

/** Whether a value in one can be said in the other. */
export function areRelatives(one: Unit, other: Unit): boolean {
  return (
    one.measures === other.measures &&
    exclusive.every((group) => {
      const said = new Set([...one.words, ...other.words].filter((word) => group.includes(word)));
      return said.size <= 1;
    })
  );
}

/** A value in one unit, said in a relative of it. */
export function converted(value: number, from: Unit, to: Unit): number {
  if (from.scale === to.scale && from.offset === to.offset) return value;
  const result = (value * from.scale + from.offset - to.offset) / to.scale;
  return Number.isFinite(result) ? fifteenDigits(result) : result;
}

/** What may stand for a unit: relatives of each of its parts. */
export function relativesOf({ text, measures }: Unit): string {
  if (measures === "temperature") return [...temperatures.keys()].join(", ");
  if (measures === "pressure") return [...pressures.keys()].join(", ");
  return text
    .split("/")
    .map((part) => {
      const unit = quotientOf(part, part.split(" ").find((name) => known.has(name)) ?? "", []);
      const others = [...known.keys()].filter((name) => {
        const other = quotientOf(name, name, []);
        return unit !== null && other !== null && areRelatives(unit, other);
      });
      return others.length > 0 ? others.join(", ") : part;
    })
    .join(" / ");
}
