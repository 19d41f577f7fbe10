import { plantDayOf } from "../../domain/mv/plant-days.ts";
import { csvCell } from "../../platform/telemetry/export-files.ts";
import type { RowSet } from "./rows.ts";

/** Every interval with all that was reckoned from it; numbers as they are, nothing rounded. */
export function rowsCsv({ rows, timeZone }: RowSet): string {
  const fuels = [...new Set(rows.flatMap((row) => Object.keys(row.fuels)))].sort();
  const drivers = [...new Set(rows.flatMap((row) => Object.keys(row.drivers)))].sort();
  const heading = [
    "period",
    "date",
    "from",
    "to",
    "index",
    "used",
    "why",
    "coveragePercent",
    "periods",
    "energyGj",
    "usefulHeatGj",
    ...drivers.map((name) => `driver:${name}`),
    ...fuels.flatMap((id) => [`${id}:quantity`, `${id}:lhvGj`]),
    "o2DryPercent",
    "exhaustTempC",
    "indirectEfficiencyPercent",
  ];
  const lines = rows.map((row) => [
    row.period,
    plantDayOf(row.fromMs, timeZone),
    new Date(row.fromMs).toISOString(),
    new Date(row.toMs).toISOString(),
    row.index,
    row.used,
    row.why ?? "",
    row.coveragePercent,
    row.periods,
    row.energyGj ?? "",
    row.usefulHeatGj ?? "",
    ...drivers.map((name) => row.drivers[name] ?? ""),
    ...fuels.flatMap((id) => [row.fuels[id]?.quantity ?? "", row.fuels[id]?.lhvGj ?? ""]),
    row.o2DryPercent ?? "",
    row.exhaustTempC ?? "",
    row.indirectEfficiencyPercent ?? "",
  ]);
  return `${[heading, ...lines].map((line) => line.map(csvCell).join(",")).join("\r\n")}\r\n`;
}
