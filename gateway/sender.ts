import type { Ack } from "../contracts/batch.ts";
import { gatewayTopic } from "../contracts/topics.ts";
import type { SerialRanges } from "../domain/serial-ranges.ts";
import type { Bus } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import type { DamagedRange, LogReader } from "../platform/log/segment.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import type { Outbox } from "./outbox.ts";

export interface Sender extends Service {
  acknowledged(ack: Ack): void;
  /** Batches that turned out unreadable since the last call: they can never be sent. */
  takeLost(): readonly DamagedRange[];
}

const windowBatches = 256;
const windowBytes = 4 * 1024 * 1024;
const shortestResendMs = 30_000;
const longestResendMs = 300_000;

/**
 * Sends what the outbox holds, oldest first, and again until ingest has acknowledged it.
 *
 * The broker's own acknowledgement only paces the sending. What was in flight counts as lost when the link comes
 * up anew, when another ingest answers, or when ours stays away too long: it is sent again from the oldest on.
 */
export function startSender(
  { site, id }: { readonly site: string; readonly id: string },
  outbox: Outbox,
  bus: Bus,
  world: World,
): Sender {
  const topic = gatewayTopic(site, id, "data");
  const inFlight = new Map<number, { readonly bytes: number; readonly sentAtMs: number }>();
  let inFlightBytes = 0;
  let window = windowBatches;
  let resendMs = shortestResendMs;
  let reader: LogReader | null = null;
  let answeredBy: string | null = null;
  let lost: DamagedRange[] = [];
  let wake = new AbortController();

  function startOver(): void {
    inFlight.clear();
    inFlightBytes = 0;
    reader = null;
    stir();
  }

  /** Ends whatever the loop waits for. */
  function stir(): void {
    wake.abort();
    wake = new AbortController();
  }

  async function run(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", stir);
    while (!signal.aborted) {
      const woken = AbortSignal.any([wake.signal, signal]);
      if (!bus.up || inFlight.size >= window || inFlightBytes >= windowBytes) {
        await world.clock.sleep(1_000, woken);
        resendIfOverdue();
        continue;
      }
      reader ??= outbox.reader(outbox.ackedUpto + 1);
      const from: LogReader = reader;
      const { records, damaged } = await from.read();
      lost.push(...damaged.filter(({ to }) => !outbox.isAcknowledged(to)));
      if (records.length === 0) {
        const upto = outbox.capturedUpto;
        await Promise.race([outbox.grown(upto, woken), world.clock.sleep(1_000, woken)]);
        resendIfOverdue();
        continue;
      }
      for (const { offset, body } of records) {
        while (
          reader === from &&
          !signal.aborted &&
          (inFlight.size >= window || inFlightBytes >= windowBytes)
        ) {
          await world.clock.sleep(1_000, AbortSignal.any([wake.signal, signal]));
          resendIfOverdue();
        }
        if (reader !== from || signal.aborted) break;
        if (outbox.isAcknowledged(offset)) continue;
        inFlight.set(offset, { bytes: body.length, sentAtMs: world.clock.monotonicMs() });
        inFlightBytes += body.length;
        try {
          await bus.publish(topic, body, { qos: 1 });
        } catch (error) {
          if (!(error instanceof OperationalError)) throw error;
          startOver(); // the link is down; it says when it is up again
          break;
        }
      }
    }
  }

  function resendIfOverdue(): void {
    const oldest = inFlight.values().next().value;
    if (oldest === undefined || world.clock.monotonicMs() - oldest.sentAtMs < resendMs) return;
    world.log.warn({ gateway: id, batches: inFlight.size }, "no acknowledgement from ingest; sending again");
    window = Math.max(1, Math.floor(window / 2));
    resendMs = Math.min(longestResendMs, resendMs * (1.5 + world.random.next()));
    startOver();
  }

  function acknowledged({ by, sid, upto, ranges, dead }: Ack): void {
    if (answeredBy !== by) {
      answeredBy = by;
      startOver();
    }
    if (sid !== outbox.sid) return;
    const all: [number, number][] = ranges.map(([first, last]) => [first, last]);
    if (upto > 0) all.push([1, upto]);
    all.push(...dead.map(({ seq }): [number, number] => [seq, seq]));
    outbox.acknowledged(all as SerialRanges);
    for (const [seq, { bytes }] of inFlight) {
      if (!outbox.isAcknowledged(seq)) continue;
      inFlight.delete(seq);
      inFlightBytes -= bytes;
      window = Math.min(windowBatches, window + 1);
      resendMs = shortestResendMs;
    }
    stir();
  }

  bus.onUp(startOver);
  const loop = backgroundLoop(`sender of ${id}`, run);
  return {
    name: loop.name,
    stop: loop.stop,
    acknowledged,
    takeLost: () => {
      const taken = lost;
      lost = [];
      return taken;
    },
  };
}
