/** How far a result may lie from what is expected of it. */
export interface Slack {
  readonly relative: number;
  readonly absolute: number;
  /** A sum of squares may hardly come out lower: what is lower is not the same model. */
  readonly relativeBelow: number | null;
}

/** What is printed in decimals is exact only to the last digits of a double. */
const lastDigits = 1e-12;
const unsaid = 1e-6;

/**
 * The slack for one result, from how a case writes its tolerance: a text for all results (`rel 1e-8`, `exact`), or
 * one by result, with `other` for the rest. `minLogRelErrorCoef` asks for digits: −log10 of the relative error.
 * @param path names from the result up to the expected ones' root, innermost last
 */
export function slackOf(tolerance: unknown, path: readonly string[]): Slack {
  if (typeof tolerance === "string") return parsed(tolerance);
  if (typeof tolerance !== "object" || tolerance === null)
    return { relative: lastDigits, absolute: 0, relativeBelow: null };
  const said = tolerance as Readonly<Record<string, unknown>>;
  const names = [...path].reverse();
  for (const name of names) {
    const exact = said[name];
    if (typeof exact === "string") return parsed(exact);
    const digits = said[`minLogRelError${name.charAt(0).toUpperCase()}${name.slice(1)}`];
    if (typeof digits === "number") return { relative: 10 ** -digits, absolute: 0, relativeBelow: null };
  }
  // "payback" is for simplePaybackYears and discountedPaybackYears alike.
  for (const name of names) {
    const near = Object.entries(said).find(
      ([key, value]) => typeof value === "string" && name.toLowerCase().includes(key.toLowerCase()),
    );
    if (near !== undefined) return parsed(String(near[1]));
  }
  return typeof said["other"] === "string"
    ? parsed(said["other"])
    : { relative: unsaid, absolute: 0, relativeBelow: null };
}

function parsed(text: string): Slack {
  const figure = (pattern: RegExp) => {
    const found = pattern.exec(text)?.[1];
    return found === undefined ? null : Number(found);
  };
  return {
    relative: figure(/^rel ([\d.e+-]+)/) ?? lastDigits,
    absolute: figure(/abs ([\d.e+-]+)/) ?? 0,
    relativeBelow: figure(/not lower than expected by more than ([\d.e+-]+) rel/),
  };
}

/** Whether a result is what was expected, as near as it has to be. */
export function isNear(got: number, expected: number, { relative, absolute, relativeBelow }: Slack): boolean {
  const size = Math.abs(expected);
  const slack = Math.max(size * relative, absolute, size * lastDigits);
  // What is expected is itself rounded to the digits it is written in.
  const rounding = 0.5 * 10 ** -(String(expected).split(".")[1]?.length ?? 0);
  if (relativeBelow !== null && got < expected - size * relativeBelow - rounding) return false;
  return Math.abs(got - expected) <= slack;
}
