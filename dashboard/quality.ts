import type { HourInput } from "../domain/emissions/clock-hour.ts";
import type { WindowMean } from "../domain/limits.ts";
import type { FlawCount } from "../domain/reading.ts";
import { formatNumber } from "./format.ts";
import { text } from "./texts/texts.ts";

/** What the mean of a steady window is made of: how many samples were good, and why the others were not. */
export function windowQuality({ samples, goodSamples, flaws }: WindowMean): readonly string[] {
  return [goodOf(goodSamples, samples), ...flaws.map((each) => flawed(each))];
}

/** The same of a clock hour, in which there may have been no fire, or one that was just lit. */
export function hourQuality(input: HourInput): readonly string[] {
  const { boiler: t, points } = text();
  const { samples, goodSamples, idleSamples, startUpSamples, flaws } = input;
  return [
    goodOf(goodSamples, samples),
    ...(idleSamples > 0 ? [t.idleSamples(formatNumber(idleSamples, 0))] : []),
    ...(startUpSamples > 0 ? [t.startUpSamples(formatNumber(startUpSamples, 0))] : []),
    ...flaws.map((each) => {
      const name = each.point in points ? points[each.point as keyof typeof points] : each.point;
      return `${name}${text().colon}${flawed(each)}`;
    }),
  ];
}

/** A formula in symbols; the words in it are those of the language. */
export function formulaText(formula: string): string {
  const { round2, mean } = text().boiler.inFormulas;
  return formula.replaceAll("round2", round2).replaceAll("mean", mean);
}

function goodOf(good: number, all: number): string {
  return text().boiler.goodSamples(formatNumber(good, 0), formatNumber(all, 0));
}

function flawed({ reason, samples }: FlawCount): string {
  const { boiler: t, flaws } = text();
  return t.flawSamples(formatNumber(samples, 0), flaws[reason]);
}
