import { readingOf } from "../../../domain/frame.ts";
import type { PointCatalogue } from "../../../domain/points.ts";
import { readingFlawsText } from "../flaws-text.ts";
import type { FrameToStore, StoredRollup } from "../telemetry.ts";
import type { Brought } from "../time-guard.ts";
import { measurements } from "./query-text.ts";
import { rollupFields } from "./rollup-fields.ts";

/** One point of line protocol, in the parts that a server may find fault with. */
export interface Line {
  readonly head: string;
  /** `name=value`, with commas between them. */
  readonly fields: string;
  readonly atMs: number;
}

export function textOf({ head, fields, atMs }: Line): string {
  return `${head} ${fields} ${atMs}`;
}

/** A reading: tagged with site and boiler, a float field per point; a doubtful or missing one has its flaw beside it. */
export function readingLine({ origin, frame }: FrameToStore, catalogue: PointCatalogue): Line {
  const { siteId, gatewayId, sid, seq, timeSegment } = origin;
  const { values } = frame;
  const { names } = catalogue;
  let fields = `gateway="${gatewayId}",sid="${sid}",seq=${seq}`;
  for (let slot = 0; slot < values.length; slot += 1) {
    const value = values[slot] as number;
    if (Number.isFinite(value)) fields += `,${names[slot]}=${value}`;
  }
  const flaws = readingFlawsText(frame, catalogue);
  if (flaws !== null) fields += `,flaws=${quotedText(flaws)}`;
  const segment = timeSegment > 0 ? `,tseg=${timeSegment}` : "";
  return {
    head: `${measurements.raw},boiler=${frame.boilerId},site=${siteId}${segment}`,
    fields,
    atMs: frame.takenAtMs,
  };
}

export function rollupLine(rollup: StoredRollup, catalogue: PointCatalogue, rates: readonly boolean[]): Line {
  const { tier, boilerId, siteId, startMs } = rollup;
  return {
    head: `${measurements[tier]},boiler=${boilerId},site=${siteId}`,
    fields: fieldsOf(rollupFields(rollup, catalogue, rates)),
    atMs: startMs,
  };
}

export const conflictsMeasurement = "conflicts";

/** Another reading of a time that is taken, whole. */
export function conflictLine(reading: FrameToStore, kept: Brought, catalogue: PointCatalogue): Line {
  const { origin, frame } = reading;
  const { gatewayId, sid, seq, timeSegment } = origin;
  const fields = { gateway: gatewayId, seq, keptSid: kept.sid, keptSeq: kept.seq };
  return {
    head: `${conflictsMeasurement},boiler=${frame.boilerId},sid=${sid},tseg=${timeSegment}`,
    fields: fieldsOf({ ...fields, reading: JSON.stringify(readingOf(frame, catalogue)) }),
    atMs: frame.takenAtMs,
  };
}

export function fieldsOf(fields: Readonly<Record<string, number | string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === "number" ? value : quotedText(value)}`)
    .join(",");
}

/** The fields of a line one by one: a comma within quotes parts nothing. */
export function fieldsIn(fields: string): readonly string[] {
  return fields.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [];
}

function quotedText(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
