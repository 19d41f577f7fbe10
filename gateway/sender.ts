import type { Ack } from "../contracts/batch.ts";
import { gatewayTopic } from "../contracts/topics.ts";
import type { Bus } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import type { LogRecord } from "../platform/log/record.ts";
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
}

const windowBatches = 256;
const windowBytes = 4 * 1024 * 1024;
const shortestResendMs = 30_000;
const longestResendMs = 300_000;
/** While ingest has no room. */
const probeEveryMs = 5_000;
/** So long the backlog waits for the word that a part of it is lost: what leans on that part is not taken before. */
const lossesWithinMs = 5_000;

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
 * @param newOrder told when what is captured from now on will come before what was captured already
 */
export function startSender(
  { site, id }: { readonly site: string; readonly id: string },
  outbox: Outbox,
  bus: Bus,
  world: World,
  newOrder: () => void = () => {},
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
  let pausedUntilMs = 0;
  let resendMs = shortestResendMs;
  let lanes: readonly Lane[] | null = null;
  let backlogFromMs = 0;
  let answeredBy: string | null = null;
  let restatedBy: string | null = null;
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
    const liveFrom = outbox.nextSeq;
    newOrder();
    outbox.declareAgain();
    backlogFromMs = world.clock.monotonicMs() + lossesWithinMs;
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
            for (const { from: first, to } of damaged)
              if (first <= upto) outbox.unreadable(first, Math.min(to, upto));
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
      const isPaused = world.clock.monotonicMs() < pausedUntilMs;
      if (!bus.up || isPaused || inFlight.size >= window || inFlightBytes >= windowBytes) {
        await world.clock.sleep(1_000, woken);
        resendIfOverdue();
        continue;
      }
      lanes ??= newLanes();
      const from = lanes;
      const upto = outbox.capturedUpto;
      const isHeldBack = outbox.owesLosses && world.clock.monotonicMs() < backlogFromMs;
      const batch = await nextOf(isHeldBack ? from.slice(0, 1) : from);
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

  function acknowledged({ by, sid, upto, ranges, dead, wait = false }: Ack): number | null {
    const isOurs = sid === outbox.sid;
    const all: (readonly [number, number])[] = ranges.map(([first, last]) => [first, last]);
    if (upto > 0) all.push([1, upto]);
    all.push(...dead.map(({ seq }): [number, number] => [seq, seq]));
    // Nobody can have what was never captured: to believe it would be to let go of what is captured next.
    const beyond = all.find(([, last]) => last > outbox.capturedUpto);
    if (isOurs && beyond !== undefined) {
      world.log.error(
        { gateway: id, claimed: beyond[1], captured: outbox.capturedUpto, code: "ack-refused" },
        "an acknowledgement of batches that do not exist is not believed",
      );
      return null;
    }
    if (answeredBy !== by) {
      answeredBy = by;
      startOver();
      // One that speaks of another log first may know nothing of ours, or tell it next.
      if (!isOurs) outbox.unsure();
    }
    if (wait) {
      // What was under way was not taken: it is backlog, and one batch at a time asks whether there is room again.
      pausedUntilMs = world.clock.monotonicMs() + probeEveryMs;
      window = 1;
      startOver();
      return null;
    }
    if (!isOurs) return null;
    if (restatedBy === by) outbox.acknowledged(all);
    else {
      // Its first word of ours is all that it has: it may have been put back to an old backup.
      restatedBy = by;
      outbox.restated(all);
    }
    if (dead.length > 0) newOrder();
    pausedUntilMs = 0;
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
  return { name: loop.name, stop: loop.stop, acknowledged };
}

async function nextOf(lanes: readonly Lane[]): Promise<LogRecord | null> {
  for (const lane of lanes) {
    const batch = await lane.next();
    if (batch !== null) return batch;
  }
  return null;
}
