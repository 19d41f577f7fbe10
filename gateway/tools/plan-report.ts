import type { LineStatistics } from "../../contracts/batch.ts";
import type { DeviceMapFile } from "../../contracts/device-map.ts";
import type { DeviceConfig, GatewayConfig, LineConfig } from "../config.ts";
import { endpointOf } from "../config.ts";
import { breakEvenGap, cellsOf, type PlannedRead, readsOf, requestMs } from "../plan.ts";
import { lineTiming } from "../scanned-plant.ts";
import { scanShare } from "../scanner.ts";

interface PlannedRequest {
  readonly device: DeviceConfig;
  readonly read: PlannedRead;
  readonly everyMs: number;
  readonly takesMs: number;
}

/** What a gateway will ask for on each line, how long that takes, and what will come too late. */
export function planReport(
  gateway: GatewayConfig,
  maps: ReadonlyMap<string, DeviceMapFile>,
  running: readonly LineStatistics[] | null,
): readonly string[] {
  return [
    `gateway ${gateway.id}, a scan every ${gateway.scanMs} ms`,
    ...gateway.lines.flatMap((line) => lineReport(gateway, line, maps)),
    ...learnedReport(running),
  ];
}

function lineReport(
  gateway: GatewayConfig,
  line: LineConfig,
  maps: ReadonlyMap<string, DeviceMapFile>,
): readonly string[] {
  const timing = lineTiming(line);
  const gap = breakEvenGap(timing);
  const requests = gateway.devices
    .filter((device) => device.line === line.id)
    .flatMap((device) =>
      requestsOf(
        device,
        gateway.scanMs,
        maps.get(device.map),
        gap,
        (read) => requestMs(read.block, timing) + device.pauseMs,
      ),
    );
  const loadPercent = requests.reduce((sum, { takesMs, everyMs }) => sum + (100 * takesMs) / everyMs, 0);
  const how = timing.baudRate === null ? "" : `, ${timing.baudRate} baud`;
  const lines = [
    "",
    `  line ${line.id} (${endpointOf(line)}${how}): ${requests.length} requests, load ${loadPercent.toFixed(1)} %; ` +
      `${timing.turnaroundMs} ms assumed for each answer, up to ${gap} registers read in vain to save a request`,
  ];
  for (const { device, read, everyMs, takesMs } of requests) {
    const { unitId, table, address, count } = read.block;
    lines.push(
      `    unit ${unitId} (${device.id}): ${count} ${table} from ${address}, every ${everyMs} ms, ` +
        `${takesMs.toFixed(1)} ms: ${read.values.map(({ point }) => point).join(", ")}`,
    );
  }
  return [...lines, ...lateReport(requests, gateway.scanMs, loadPercent)];
}

function requestsOf(
  device: DeviceConfig,
  gatewayMs: number,
  map: DeviceMapFile | undefined,
  gap: number,
  takesMs: (read: PlannedRead) => number,
): readonly PlannedRequest[] {
  if (map === undefined) return [];
  const limits = { maxRegisters: device.maxRegisters, gap, barriers: new Set<string>(), isHole: () => false };
  const cells = cellsOf(map);
  const periodOf = (scanMs: number | null) => Math.max(scanMs ?? 0, device.scanMs ?? gatewayMs);
  const periods = [...new Set(cells.map(({ scanMs }) => periodOf(scanMs)))].sort((a, b) => a - b);
  return periods.flatMap((everyMs) =>
    readsOf(
      device,
      cells.filter(({ scanMs }) => periodOf(scanMs) === everyMs),
      limits,
    ).map((read) => ({ device, read, everyMs, takesMs: takesMs(read) })),
  );
}

/** Which requests of every scan do not fit into it, in the order in which they are made. */
function lateReport(
  requests: readonly PlannedRequest[],
  scanMs: number,
  loadPercent: number,
): readonly string[] {
  let endMs = 0;
  const late = requests.filter(({ everyMs, takesMs }) => {
    if (everyMs > scanMs) return false;
    endMs += takesMs;
    return endMs > scanShare * scanMs;
  });
  const names = [...new Set(late.map(({ device }) => device.id))];
  const sentences: string[] = [];
  if (names.length > 0)
    sentences.push(
      `    LATE: a scan takes ${Math.round(endMs)} ms of ${Math.round(scanShare * scanMs)}; it will not reach ${names.join(", ")}`,
    );
  else if (loadPercent > 100 * scanShare)
    sentences.push("    LATE: what is read less often leaves no time; it will be late");
  return sentences;
}

function learnedReport(running: readonly LineStatistics[] | null): readonly string[] {
  if (running === null)
    return ["", "  No running gateway was heard: what devices refuse is learned while it runs."];
  const learned = running.flatMap(({ id, units }) =>
    units.flatMap((unit) => unit.learned.map((fact) => `    line ${id}, unit ${unit.unitId}: ${fact}`)),
  );
  return [
    "",
    `  learned by the running gateway: ${learned.length === 0 ? "nothing is refused" : ""}`.trimEnd(),
    ...learned,
  ];
}
