import type { DuckDBValue } from "@duckdb/node-api";
import { flawCode, frameMaker } from "../../../domain/frame.ts";
import type { PointCatalogue } from "../../../domain/points.ts";
import type { RollupTier } from "../../../domain/rollup.ts";
import { flawsOfRollup, flawsOfText } from "../flaws-text.ts";
import type { FrameToStore, StoredReading, StoredRollup } from "../telemetry.ts";
import { pointColumns, quoted, readingColumns, rollupColumns } from "./tables.ts";

/** A way to read whole rows: what to select, and what to make of each. */
export interface RowShape<Row> {
  readonly select: string;
  readonly make: (row: readonly DuckDBValue[]) => Row;
}

const fixedList = readingColumns.map(({ name }) => quoted(name));

export function readingShape(points: readonly string[]): RowShape<StoredReading> {
  return {
    select: [...fixedList, ...points.map(quoted)].join(", "),
    make: (row) => {
      const [siteId, boilerId, gatewayId, sid, seq, timeSegment, takenAtMs, flawsText] = row;
      const flaws = flawsOfText(flawsText);
      const values: Record<string, number | null> = {};
      for (const [index, point] of points.entries()) {
        const value = row[fixedList.length + index];
        if (typeof value === "number") values[point] = value;
        else if (flaws[point] !== undefined) values[point] = null;
      }
      return {
        siteId: String(siteId),
        boilerId: String(boilerId),
        gatewayId: String(gatewayId),
        sid: String(sid),
        seq: Number(seq),
        timeSegment: Number(timeSegment),
        takenAtMs: Number(takenAtMs),
        values,
        flaws,
      };
    },
  };
}

export function frameShape(points: readonly string[], catalogue: PointCatalogue): RowShape<FrameToStore> {
  const newFrame = frameMaker(catalogue);
  const { select } = readingShape(points);
  const slots = points.map(catalogue.slotOf);
  return {
    select,
    make: (row) => {
      const [siteId, boilerId, gatewayId, sid, seq, timeSegment, takenAtMs, flawsText] = row;
      const frame = newFrame(String(boilerId), Number(takenAtMs), []);
      for (const [index, slot] of slots.entries()) {
        const value = row[fixedList.length + index];
        if (slot >= 0 && typeof value === "number") frame.values[slot] = value;
      }
      for (const [point, reason] of Object.entries(flawsOfText(flawsText))) {
        const slot = catalogue.slotOf(point);
        if (slot >= 0) frame.flaws[slot] = flawCode(reason);
      }
      const origin = {
        siteId: String(siteId),
        gatewayId: String(gatewayId),
        sid: String(sid),
        seq: Number(seq),
        timeSegment: Number(timeSegment),
      };
      return { origin, frame };
    },
  };
}

export function rollupShape(
  tier: RollupTier,
  points: readonly string[],
  catalogue: PointCatalogue,
  rates: readonly boolean[],
): RowShape<StoredRollup> {
  const known = points.filter(catalogue.has).map((point) => ({ point, slot: catalogue.slotOf(point) }));
  const columns = known.flatMap(({ point, slot }) => pointColumns(tier, point, rates[slot] ?? false));
  const unread = catalogue.names.map(() => Number.NaN);
  const noCount = catalogue.names.map(() => 0);
  return {
    select: [...rollupColumns, ...columns].map(({ name }) => quoted(name)).join(", "),
    make: (row) => {
      const [siteId, boilerId, startMs, revision, readings, flawsText] = row;
      let at = rollupColumns.length;
      const next = () => {
        const value = row[at];
        at += 1;
        return typeof value === "number" ? value : Number.NaN;
      };
      const made = {
        lowest: unread.slice(),
        highest: unread.slice(),
        mean: unread.slice(),
        count: noCount.slice(),
        validShare: unread.slice(),
        integral: unread.slice(),
      };
      for (const { slot } of known) {
        made.lowest[slot] = next();
        made.highest[slot] = next();
        made.mean[slot] = next();
        const count = next();
        made.count[slot] = Number.isNaN(count) ? 0 : count;
        made.validShare[slot] = next();
        if (rates[slot]) made.integral[slot] = next();
      }
      return {
        tier,
        siteId: String(siteId),
        boilerId: String(boilerId),
        startMs: Number(startMs),
        revision: Number(revision),
        readings: Number(readings),
        flaws: flawsOfRollup(flawsText, catalogue),
        ...made,
      };
    },
  };
}
