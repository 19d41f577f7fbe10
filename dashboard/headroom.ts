import { type Judged, mostO2DryPercent } from "../domain/limits.ts";
import { formatNumber, formatPoint } from "./format.ts";
import { text } from "./texts/texts.ts";

/** What is meant to be exact after a multiplication is so to this many of the last digit shown. */
const noise = 1e-6;

/** How much room there is up to the limit, or how far back to it: by the mean that was judged. */
export function headroomText({ quantity, kind, limit, bar, input: { mean } }: Judged): string {
  const { boiler: t } = text();
  const written = formatPoint(quantity, limit);
  if (quantity === "airRatio") {
    const most = mostO2DryPercent(bar);
    const shownMost = formatNumber(most, 2);
    if (kind === "above") return t.o2MustFall(formatNumber(roundedUp(mean - most, 2), 2), shownMost, written);
    const room = roundedDown(most - mean, 2);
    return room > 0 ? t.o2MayRise(shownMost, written, formatNumber(room, 2)) : t.o2NoRoom(written);
  }
  if (kind === "above") return t.tempMustFall(formatNumber(roundedUp(mean - bar, 0), 0), written);
  const room = roundedDown(bar - mean, 0);
  return room > 0 ? t.tempMayRise(written, formatNumber(room, 0)) : t.tempNoRoom(written);
}

function roundedDown(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.floor(value * factor + noise) / factor;
}

function roundedUp(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.ceil(value * factor - noise) / factor;
}
