import type { AlarmText } from "../contracts/http/alarms.ts";
import type { OverviewBoiler } from "../contracts/http/socket.ts";
import { stayUnder } from "../domain/emissions/stay-under.ts";
import { points } from "../domain/points.ts";
import { formatPoint } from "./format.ts";
import { text } from "./texts/texts.ts";
import { minuteTime } from "./time.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** What the hour under way comes to, and what may still follow for it to end within its limit; nothing elsewhere. */
export function hourArithmetic(
  { evidence }: AlarmText,
  boiler: OverviewBoiler | null,
  zone: string,
): string | null {
  if (evidence?.kind !== "hour" || boiler === null) return null;
  const { quantity, limit } = evidence;
  const hour = boiler.hoursSoFar?.[quantity];
  if (hour === undefined) return null;
  const t = text().alertsPage;
  const said = (value: number) => `${formatPoint(quantity, value)} ${points[quantity].unit}`;
  const soFar = t.hourSoFar(said(hour.mean));
  const minute = Math.floor((boiler.takenAtMs - hour.hourStartMs) / minuteMs);
  if (minute < 0 || minute >= 60) return soFar;
  const under = stayUnder(hour.mean, hour.validMinutes, minute, limit);
  if (under === null) return soFar;
  if (under < 0) return `${soFar} ${t.hourLost(said(limit))}`;
  // Rounded down: the sentence must never allow more than the arithmetic does.
  const scale = 10 ** points[quantity].decimals;
  const floor = Math.floor(under * scale) / scale;
  return `${soFar} ${t.stayUnder(said(floor), minuteTime(hour.hourStartMs + hourMs, zone), said(limit))}`;
}
