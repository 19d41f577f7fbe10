import { Compile } from "typebox/compile";
import { Ack, type BoilerRows, type GatewayStatus } from "../contracts/batch.ts";
import type { DeviceMapFile } from "../contracts/device-map.ts";
import { gatewayTopic } from "../contracts/topics.ts";
import type { FlawReason, Reading } from "../domain/reading.ts";
import type { Bus } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import { parsedJson } from "../platform/json.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { Trouble } from "../platform/trouble.ts";
import type { World } from "../platform/world.ts";
import type { GatewayConfig, LineConfig } from "./config.ts";
import { openOutbox } from "./outbox.ts";
import type { RegisterSource } from "./register-source.ts";
import { scannedPlant } from "./scanned-plant.ts";
import { scanShare } from "./scanner.ts";
import { startSender } from "./sender.ts";
import { watchedClock } from "./watched-clock.ts";

export interface GatewayNeeds {
  readonly maps: ReadonlyMap<string, DeviceMapFile>;
  readonly folder: string;
  readonly bus: Bus;
  readonly world: World;
  /** How a line of the configuration is reached. */
  readonly openLine: (line: LineConfig) => RegisterSource;
}

type Gap = [
  point: string,
  fromMs: number,
  toMs: number,
  scans: number,
  reason: "restart" | "overrun" | "disk-full" | "clock",
];

const statusEveryMs = 5_000;
/** A step of the clock by more than this is told; back, it begins a new time segment. */
const stepMs = 1_000;
const checkAck = Compile(Ack);

/** Scans the boilers of one gateway on a fixed grid, captures what it read, and sends it until it is acknowledged. */
export async function startGateway(config: GatewayConfig, needs: GatewayNeeds): Promise<Service> {
  const { bus, world } = needs;
  const { id, site, scanMs } = config;
  const outbox = await openOutbox(needs.folder, config.outbox, world);
  const { scanning, lanes } = scannedPlant(config, needs.maps, needs.openLine, world);
  const sender = startSender(config, outbox, bus, world);
  const watched = watchedClock(config.clock, outbox.lastTakenAtMs, world.clock);
  let timeSegment = outbox.timeSegment;
  let gaps: Gap[] = [];
  const lost: [number, number, "log-damage"][] = [];
  if (outbox.skipped !== null) lost.push([outbox.skipped.from, outbox.skipped.to, "log-damage"]);

  bus.subscribe(gatewayTopic(site, id, "ack"), (_topic, payload) => {
    const ack = parsedJson(payload);
    if (checkAck.Check(ack)) {
      const sentMs = sender.acknowledged(ack);
      if (ack.atMs !== undefined && sentMs !== null)
        watched.compared(ack.atMs, sentMs, world.clock.monotonicMs());
    } else world.log.warn({ gateway: id }, "an acknowledgement could not be read");
    return "taken";
  });

  async function scanForEver(signal: AbortSignal): Promise<void> {
    declareRestart();
    let clock = { nowMs: world.clock.nowMs(), monotonicMs: world.clock.monotonicMs() };
    let slotMs = Math.ceil(clock.nowMs / scanMs) * scanMs;
    while (!signal.aborted) {
      await world.clock.sleep(slotMs - world.clock.nowMs(), signal);
      if (signal.aborted) break;
      const now = { nowMs: world.clock.nowMs(), monotonicMs: world.clock.monotonicMs() };
      const steppedMs = now.nowMs - clock.nowMs - (now.monotonicMs - clock.monotonicMs);
      clock = now;
      if (Math.abs(steppedMs) > stepMs) clockWasSet(now.nowMs, steppedMs);
      const readings = await scanning.scan({
        slot: Math.round(slotMs / scanMs),
        withinMs: scanShare * scanMs,
      });
      if (readings.length > 0) await capture(readings);
      // Counted in monotonic time: a clock that was set has made no scan late.
      const wokeLateMs = Math.abs(steppedMs) < stepMs ? now.nowMs - slotMs : 0;
      const skipped = Math.floor((world.clock.monotonicMs() - now.monotonicMs + wokeLateMs) / scanMs);
      const endedMs = world.clock.nowMs();
      if (skipped > 0) gaps.push(["*", endedMs - skipped * scanMs, endedMs, skipped, "overrun"]);
      slotMs = (Math.floor(endedMs / scanMs) + 1) * scanMs;
    }
  }

  /** From the last captured scan to now nothing was recorded: a loss that is said. */
  function declareRestart(): void {
    const { lastCapturedAtMs: fromMs, lastTakenAtMs } = outbox;
    const nowMs = world.clock.nowMs();
    if (fromMs === null || lastTakenAtMs === null) return;
    // Times that were given out before may not come again in their segment, be the step ever so small.
    if (nowMs <= lastTakenAtMs) clockWasSet(nowMs, nowMs - lastTakenAtMs);
    const scans = Math.max(0, Math.floor(nowMs / scanMs) - Math.floor(fromMs / scanMs));
    if (scans > 0) gaps.push(["*", fromMs, nowMs, scans, "restart"]);
  }

  /** No scan is missing for it, but the times jump: that is told. Back, they repeat: a new segment keeps them apart. */
  function clockWasSet(nowMs: number, steppedMs: number): void {
    gaps.push(["*", Math.max(0, Math.round(nowMs - steppedMs)), Math.round(nowMs), 0, "clock"]);
    const back = steppedMs <= 0;
    if (back) {
      timeSegment += 1;
      scanning.beginTimeSegment();
    }
    world.log.warn(
      { gateway: id, steppedMs: Math.round(steppedMs), timeSegment },
      back ? "the clock was set back; a new time segment begins" : "the clock was set forward",
    );
  }

  async function capture(readings: readonly Reading[]): Promise<void> {
    const t0 = Math.min(...readings.map(({ takenAtMs }) => takenAtMs));
    const sinceT0Ms = world.clock.nowMs() - t0;
    const clk = watched.state();
    for (const { takenAtMs } of readings) watched.given(takenAtMs);
    for (const { from, to } of sender.takeLost()) lost.push([from, to, "log-damage"]);
    const declared = { gap: [...gaps], lost: [...lost] };
    try {
      await outbox.capture({
        site,
        gw: id,
        tseg: timeSegment,
        t0,
        mono: Math.max(0, Math.round(world.clock.monotonicMs() - sinceT0Ms)),
        clk,
        b: readings.map((reading) => boilerRows(reading, t0)),
        gap: declared.gap,
        ...(declared.lost.length > 0 && { lost: declared.lost }),
        n: readings.length,
      });
      gaps = gaps.slice(declared.gap.length);
      lost.splice(0, declared.lost.length);
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      gaps.push(["*", t0, t0, 1, "disk-full"]);
    }
  }

  async function tellStatus(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await publishStatus(true);
      await world.clock.sleep(statusEveryMs, signal);
    }
  }

  async function publishStatus(online: boolean): Promise<void> {
    const buffered = outbox.capturedUpto - outbox.ackedUpto;
    const status: GatewayStatus = {
      v: 1,
      site,
      gw: id,
      online,
      atMs: world.clock.nowMs(),
      sid: outbox.sid,
      boot: outbox.boot,
      capturedUpto: outbox.capturedUpto,
      ackedUpto: outbox.ackedUpto,
      bufferedBatches: buffered,
      bufferBytes: outbox.bytes,
      scanMs,
      lines: lanes.map((lane) => lane.statistics()),
      hours: outbox.hours.map(({ hourStartMs, readings, missedScans }) => [
        hourStartMs,
        readings,
        missedScans,
      ]),
      trouble: troubleOf(outbox.trouble ?? bus.troubles[0] ?? null),
    };
    try {
      if (bus.up)
        await bus.publish(gatewayTopic(site, id, "status"), JSON.stringify(status), { qos: 1, retain: true });
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
    }
  }

  const scans = backgroundLoop(`scans of ${id}`, scanForEver);
  const told = backgroundLoop(`status of ${id}`, tellStatus);
  return {
    name: `gateway ${id}`,
    stop: async () => {
      await scans.stop();
      await told.stop();
      await sender.stop();
      await Promise.all(lanes.map((lane) => lane.close()));
      await publishStatus(false);
      await outbox.close();
    },
  };
}

function troubleOf(trouble: Trouble | null): Trouble | null {
  return trouble === null ? null : { code: trouble.code, message: trouble.message };
}

/** The last will of a gateway's connection: what the broker says when it is gone without a word. */
export function gatewayWill({ site, id }: GatewayConfig, world: World) {
  const status: GatewayStatus = { v: 1, site, gw: id, online: false, atMs: world.clock.nowMs() };
  return { topic: gatewayTopic(site, id, "status"), payload: JSON.stringify(status) };
}

/** A reading as a batch carries it. */
export function boilerRows({ boilerId, takenAtMs, values, flaws }: Reading, t0: number): BoilerRows {
  const points = Object.keys(values);
  return {
    boiler: boilerId,
    points,
    rows: [[takenAtMs - t0, ...points.map((point) => values[point] ?? null)]],
    flaws: Object.entries(flaws).map(([point, reason]): [number, number, FlawReason] => [
      0,
      points.indexOf(point),
      reason,
    ]),
  };
}
