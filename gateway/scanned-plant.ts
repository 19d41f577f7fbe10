import type { DeviceMapFile } from "../contracts/device-map.ts";
import type { World } from "../platform/world.ts";
import type { GatewayConfig, LineConfig } from "./config.ts";
import { type Lane, lane } from "./lane.ts";
import { breakEvenGap, cellsOf, type LineTiming, transferMs } from "./plan.ts";
import type { RegisterBlock, RegisterSource } from "./register-source.ts";
import { type Scanner, scanner } from "./scanner.ts";

/** What devices take to begin an answer, before it is measured. */
const assumedTurnaroundMs = { serial: 30, network: 5 };
/** What a serial line behind a TCP port is taken for, where the configuration does not say. */
const assumedBaudRate = 9_600;
/** A plan is made anew when the line turns out to be so much slower or quicker than thought. */
const replanFactor = 2;

/** How long things take on a line, as far as its configuration tells. */
export function lineTiming({
  tty,
  framing,
  baudRate,
  parity = "none",
  stopBits = 1,
}: LineConfig): LineTiming {
  const isSerial = tty !== undefined || framing === "rtu";
  return {
    baudRate: isSerial ? (baudRate ?? assumedBaudRate) : null,
    bitsPerCharacter: 9 + stopBits + (parity === "none" ? 0 : 1),
    turnaroundMs: isSerial ? assumedTurnaroundMs.serial : assumedTurnaroundMs.network,
  };
}

/** All that a gateway reads: a lane for each line, and who scans them. */
export function scannedPlant(
  { lines, devices, scanMs }: Pick<GatewayConfig, "lines" | "devices" | "scanMs">,
  maps: ReadonlyMap<string, DeviceMapFile>,
  openLine: (line: LineConfig) => RegisterSource,
  world: World,
): { readonly scanning: Scanner; readonly lanes: readonly Lane[] } {
  const opened = new Map(
    lines.map((line) => {
      const timing = lineTiming(line);
      const settings = {
        id: line.id,
        timeoutMs: line.timeoutMs,
        bytesMs: (block: RegisterBlock) => transferMs(block, timing),
      };
      const made = lane(settings, openLine(line), world);
      return [line.id, { lane: made, gap: measuredGap(made, timing) }];
    }),
  );
  const scanned = devices.flatMap((device) => {
    const line = opened.get(device.line);
    const map = maps.get(device.map);
    if (line === undefined || map === undefined) return [];
    return [{ ...device, cells: cellsOf(map), lane: line.lane, gap: line.gap }];
  });
  return { scanning: scanner(scanned, scanMs, world), lanes: [...opened.values()].map((each) => each.lane) };
}

/** The break-even gap of a line by what its devices were seen to take; it moves only when that changes a lot. */
function measuredGap(measured: Pick<Lane, "turnaroundMs">, timing: LineTiming): () => number {
  let plannedMs = timing.turnaroundMs;
  let gap = breakEvenGap(timing);
  return () => {
    const turnaroundMs = measured.turnaroundMs;
    if (turnaroundMs === null) return gap;
    const ratio = Math.max(turnaroundMs, 1) / Math.max(plannedMs, 1);
    if (ratio > replanFactor || ratio < 1 / replanFactor) {
      plannedMs = turnaroundMs;
      gap = breakEvenGap({ ...timing, turnaroundMs });
    }
    return gap;
  };
}
