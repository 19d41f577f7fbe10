import { type Batch, noHash, sealBatch } from "../contracts/batch.ts";
import type { Simulation } from "./simulation.ts";

/** A gateway as far as its history needs it: the boilers behind it, and the points that their devices give. */
export interface HistoryGateway {
  readonly id: string;
  readonly site: string;
  readonly boilers: readonly { readonly id: string; readonly points: readonly string[] }[];
}

export interface HistoryWish {
  readonly gateways: readonly HistoryGateway[];
  /** Of the first reading. */
  readonly fromMs: number;
  readonly seconds: number;
  /** From one reading to the next. */
  readonly stepSeconds: number;
  /** An identity of its own for the log of each gateway. */
  readonly sid: () => string;
  readonly sha256Hex: (bytes: Uint8Array) => string;
}

const mostReadings = 500;
const mostRows = 60;

/**
 * The history of a simulated plant as its gateways would have sent it: sealed batches, numbered and chained, in the
 * order of time. The simulation is moved on with it.
 */
export function* history(plant: Simulation, wish: HistoryWish): Generator<string> {
  const { fromMs, seconds, stepSeconds, sha256Hex } = wish;
  const logs = wish.gateways.map((gateway) => ({ gateway, sid: wish.sid(), seq: 0, prev: noHash }));
  const rows = new Map<string, (number | null)[][]>();
  const rowsInBatch = (boilers: number) =>
    Math.max(1, Math.min(mostRows, Math.floor(mostReadings / Math.max(1, boilers))));
  const steps = Math.floor(seconds / stepSeconds);

  for (let step = 0; step < steps; step += 1) {
    plant.advance(step * stepSeconds);
    for (const log of logs) {
      const { boilers } = log.gateway;
      const inBatch = rowsInBatch(boilers.length);
      const first = Math.floor(step / inBatch) * inBatch;
      const dt = (step - first) * stepSeconds * 1_000;
      for (const { id, points } of boilers) {
        const shown = plant.shown(id);
        const ofBoiler = rows.get(id) ?? [];
        ofBoiler.push([dt, ...points.map((point) => shown[point] ?? null)]);
        rows.set(id, ofBoiler);
      }
      if (step + 1 < steps && (step + 1) % inBatch !== 0) continue;
      yield sealed(log, rows, fromMs, first * stepSeconds * 1_000, sha256Hex);
      for (const { id } of boilers) rows.delete(id);
    }
  }
}

function sealed(
  log: { readonly gateway: HistoryGateway; readonly sid: string; seq: number; prev: string },
  rows: ReadonlyMap<string, (number | null)[][]>,
  fromMs: number,
  afterMs: number,
  sha256Hex: HistoryWish["sha256Hex"],
): string {
  log.seq += 1;
  const b = log.gateway.boilers.map(({ id, points }): Batch["b"][number] => {
    const ofBoiler = rows.get(id) ?? [];
    const flaws = ofBoiler.flatMap((row, index) =>
      points.flatMap((_point, at): Batch["b"][number]["flaws"] =>
        row[at + 1] === null ? [[index, at, "no-answer"]] : [],
      ),
    );
    return { boiler: id, points: [...points], rows: ofBoiler, flaws };
  });
  const { text, hash } = sealBatch(
    {
      v: 1,
      site: log.gateway.site,
      gw: log.gateway.id,
      sid: log.sid,
      seq: log.seq,
      boot: 1,
      tseg: 0,
      t0: fromMs + afterMs,
      mono: afterMs,
      clk: { src: "ntp", off: 0, unc: 0 },
      b,
      gap: [],
      n: b.reduce((sum, { rows: { length } }) => sum + length, 0),
      prev: log.prev,
    },
    sha256Hex,
  );
  log.prev = hash;
  return text;
}
