import type { Ack } from "../contracts/batch.ts";
import { gatewayTopic } from "../contracts/topics.ts";
import type { SerialRanges } from "../domain/serial-ranges.ts";
import type { Bus } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import type { LogRecord } from "../platform/log/record.ts";
import type { DamagedRange } from "../platform/log/segment.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import type { Outbox } from "./outbox.ts";

export interface Sender extends Service {
  /**
   * Takes an acknowledgement in.
   * @returns when the newest of the batches that it answers was sent, in monotonic time, or `null`: of one that may
   * have been sent before, nobody knows which sending was answered
   */
  acknowledged(ack: Ack): number | null;
  /** Batches that turned out unreadable since the last call: they can never be sent. */
  takeLost(): readonly DamagedRange[];
}

const windowBatches = 256;
const windowBytes = 4 * 1024 * 1024;
const shortestResendMs = 30_000;
const longestResendMs = 300_000;

/** Batches in the order of their seqs; `null`: none for now. */
interface Lane {
  next(): Promise<LogRecord | null>;
}

/**
 * Sends what the outbox holds, and again until ingest has acknowledged it.
 *
 * Two lanes over the same seqs: what was captured since the link came up goes first, so that people see what is now;
 * the backlog, oldest first, takes what the window leaves. The broker's own acknowledgement only paces the sending.
 * What was in flight counts as lost when the link comes up anew, when another ingest answers, or when ours stays away
 * too long: then it is backlog.
 */
export function startSender(
  { site, id }: { readonly site: string; readonly id: string },
  outbox: Outbox,
  bus: Bus,
  world: World,
): Sender {
  const topic = gatewayTopic(site, id, "data");
  const inFlight = new Map<
    number,
    { readonly bytes: number; readonly sentAtMs: number; readonly isFirst: boolean }
  >();
  /** Higher ones have never been sent, in this start or an earlier one. */
  let sentUpto = outbox.capturedUpto;
  let inFlightBytes = 0;
  let window = windowBatches;
  let resendMs = shortestResendMs;
  let lanes: readonly Lane[] | null = null;
  let answeredBy: string | null = null;
  let lost: DamagedRange[] = [];
  let wake = new AbortController();

  function startOver(): void {
    inFlight.clear();
    inFlightBytes = 0;
    lanes = null;
    stir();
  }

  /** Ends whatever the loop waits for. */
  function stir(): void {
    wake.abort();
    wake = new AbortController();
  }

  function newLanes(): readonly Lane[] {
    const liveFrom = outbox.capturedUpto + 1;
    return [lane(liveFrom, Number.POSITIVE_INFINITY), lane(outbox.ackedUpto + 1, liveFrom - 1)];
  }

  function lane(from: number, upto: number): Lane {
    const reader = outbox.reader(from);
    let ready: LogRecord[] = [];
    let reached = from - 1;
    return {
      next: async () => {
        for (;;) {
          if (ready.length === 0) {
            if (reached >= Math.min(upto, outbox.capturedUpto)) return null;
            const { records, damaged } = await reader.read();
            lost.push(...damaged.filter(({ to }) => to <= upto && !outbox.isAcknowledged(to)));
            if (records.length === 0) return null;
            ready = records.filter(({ offset }) => offset <= upto).reverse();
            reached = records.at(-1)?.offset ?? reached;
          }
          const record = ready.pop();
          if (record !== undefined && !outbox.isAcknowledged(record.offset)) return record;
        }
      },
    };
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
      lanes ??= newLanes();
      const from = lanes;
      const upto = outbox.capturedUpto;
      const batch = await nextOf(from);
      if (lanes !== from) continue; // begun anew meanwhile
      if (batch !== null) {
        await send(batch);
        continue;
      }
      await Promise.race([outbox.grown(upto, woken), world.clock.sleep(1_000, woken)]);
      resendIfOverdue();
    }
  }

  async function send({ offset, body }: LogRecord): Promise<void> {
    inFlight.set(offset, {
      bytes: body.length,
      sentAtMs: world.clock.monotonicMs(),
      isFirst: offset > sentUpto,
    });
    sentUpto = Math.max(sentUpto, offset);
    inFlightBytes += body.length;
    try {
      await bus.publish(topic, body, { qos: 1 });
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      startOver(); // the link is down; it says when it is up again
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

  function acknowledged({ by, sid, upto, ranges, dead }: Ack): number | null {
    if (answeredBy !== by) {
      answeredBy = by;
      startOver();
    }
    if (sid !== outbox.sid) return null;
    const all: [number, number][] = ranges.map(([first, last]) => [first, last]);
    if (upto > 0) all.push([1, upto]);
    all.push(...dead.map(({ seq }): [number, number] => [seq, seq]));
    // Nobody can have what was never captured: to believe it would be to let go of what is captured next.
    const beyond = all.find(([, last]) => last > outbox.capturedUpto);
    if (beyond !== undefined) {
      world.log.error(
        { gateway: id, claimed: beyond[1], captured: outbox.capturedUpto, code: "ack-refused" },
        "an acknowledgement of batches that do not exist is not believed",
      );
      return null;
    }
    outbox.acknowledged(all as SerialRanges);
    let answeredMs: number | null = null;
    for (const [seq, { bytes, sentAtMs, isFirst }] of inFlight) {
      if (!outbox.isAcknowledged(seq)) continue;
      if (isFirst) answeredMs = Math.max(answeredMs ?? 0, sentAtMs);
      inFlight.delete(seq);
      inFlightBytes -= bytes;
      window = Math.min(windowBatches, window + 1);
      resendMs = shortestResendMs;
    }
    stir();
    return answeredMs;
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

async function nextOf(lanes: readonly Lane[]): Promise<LogRecord | null> {
  for (const lane of lanes) {
    const batch = await lane.next();
    if (batch !== null) return batch;
  }
  return null;
}
