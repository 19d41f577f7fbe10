import type { ImportMap } from "../../contracts/import-map.ts";
import { momentOf } from "../../domain/local-day.ts";
import { conversion } from "../../domain/units.ts";
import type { Plant } from "../plant.ts";
import type { ForeignRow } from "./rows.ts";

/** What a row says, in our names and units. */
export interface ForeignReading {
  readonly boilerId: string;
  readonly takenAtMs: number;
  readonly values: ReadonlyMap<string, number>;
}

/** Reads a row by a map; or says in a sentence why it cannot be. */
export type RowReader = (row: ForeignRow) => ForeignReading | { readonly refused: string };

const latestMs = Date.UTC(2200, 0);

/** The map has been held against the plant before: its points and units are known. */
export function rowReader(map: ImportMap, plant: Plant): RowReader {
  const missing = new Set(["", ...map.missing]);
  const columns = Object.entries(map.points).map(([point, { column, unit, scale = 1, offset = 0 }]) => {
    const kept = plant.catalogue.get(point)?.unit ?? "";
    const convert = conversion(unit ?? kept, kept) ?? ((value: number) => value);
    return { point, column, read: (cell: number) => convert(cell * scale + offset) };
  });

  return ({ cells }) => {
    const boilerId = boilerOf(cells, map.boiler);
    const boiler = boilerId === null ? undefined : plant.boilers.get(boilerId);
    if (boilerId === null || boiler === undefined)
      return { refused: `"${boilerId ?? ""}" is no boiler of the configuration` };
    const zone = plant.sites.get(boiler.siteId)?.timeZone ?? "UTC";
    const time = cells[map.time.column];
    if (time === undefined) return { refused: `there is no column ${map.time.column}` };
    const takenAtMs = instantOf(time, map.time.format, zone);
    if (takenAtMs === null) return { refused: `"${time}" is no time of the kind ${map.time.format}` };
    const values = new Map<string, number>();
    for (const { point, column, read } of columns) {
      const cell = cells[column];
      if (cell === undefined || missing.has(cell)) continue;
      const number = Number(cell);
      if (!Number.isFinite(number)) return { refused: `${column} is "${cell}", which is no number` };
      values.set(point, read(number));
    }
    return values.size === 0 ? { refused: "nothing in it was measured" } : { boilerId, takenAtMs, values };
  };
}

function boilerOf(cells: ForeignRow["cells"], boiler: ImportMap["boiler"]): string | null {
  if (typeof boiler === "string") return boiler;
  const name = cells[boiler.column];
  return name === undefined ? null : (boiler.ids?.[name] ?? name);
}

const perMs = { s: 0.001, ms: 1, us: 1_000, ns: 1_000_000 } as const;

/** Whole ms; `null` for what is no such time, or lies outside of what can be stored. */
function instantOf(text: string, format: ImportMap["time"]["format"], zone: string): number | null {
  let ms: number;
  if (format === "iso") ms = /[zZ]$|[+-]\d\d:?\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  else if (format === "local") {
    const shown = Date.parse(`${text.trim().replace(" ", "T").replaceAll("/", "-")}Z`);
    ms = Number.isNaN(shown) ? Number.NaN : momentOf(shown, zone);
  } else ms = text === "" ? Number.NaN : Math.round(Number(text) / perMs[format]);
  return Number.isFinite(ms) && ms >= 0 && ms < latestMs ? ms : null;
}
