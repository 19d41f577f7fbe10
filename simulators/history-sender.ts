import { Compile } from "typebox/compile";
import { Ack } from "../contracts/batch.ts";
import { gatewayTopic } from "../contracts/topics.ts";
import type { Bus } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import { parsedJson } from "../platform/json.ts";
import type { World } from "../platform/world.ts";

export interface HistorySending {
  readonly site: string;
  readonly gatewayId: string;
  readonly sid: string;
  /** Sealed batches, numbered from 1 on. */
  readonly batches: Iterable<string>;
  /** How many batches ingest has confirmed. */
  readonly onConfirmed: (batches: number) => void;
}

/** In flight at once: enough to fill the time between two acknowledgements, little enough to leave the line to others. */
const windowBatches = 48;
const patienceMs = 20_000;
const checkAck = Compile(Ack);

/**
 * Sends the history of a simulated gateway over the same bus and by the same contract as a real one, and ends when
 * all of it is acknowledged. Sent again after a crash, it is taken once.
 * @throws OperationalError `history-not-taken` when ingest stays silent
 */
export async function sendHistory(
  { site, gatewayId, sid, batches, onConfirmed }: HistorySending,
  bus: Bus,
  world: World,
  signal: AbortSignal,
): Promise<void> {
  const topic = gatewayTopic(site, gatewayId, "data");
  const waiting = new Map<number, string>();
  let confirmed = 0;
  let stirred = new AbortController();
  bus.subscribe(gatewayTopic(site, gatewayId, "ack"), (_topic, payload) => {
    const ack = parsedJson(payload);
    if (!checkAck.Check(ack) || ack.sid !== sid) return "taken";
    confirmed = Math.max(confirmed, ack.upto);
    for (const seq of waiting.keys()) {
      const isKnown = seq <= ack.upto || ack.ranges.some(([from, to]) => from <= seq && seq <= to);
      if (isKnown || ack.dead.some((dead) => dead.seq === seq)) waiting.delete(seq);
    }
    onConfirmed(confirmed);
    stirred.abort();
    stirred = new AbortController();
    return "taken";
  });

  async function waitUntil(least: number): Promise<void> {
    while (waiting.size > least && !signal.aborted) {
      const [before, sinceMs] = [waiting.size, world.clock.monotonicMs()];
      await world.clock.sleep(patienceMs, AbortSignal.any([stirred.signal, signal]));
      if (signal.aborted || waiting.size < before) continue;
      if (world.clock.monotonicMs() - sinceMs < patienceMs) continue;
      for (const body of waiting.values()) await publish(body);
    }
  }

  async function publish(body: string): Promise<void> {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      try {
        await bus.publish(topic, body, { qos: 1 });
        return;
      } catch (error) {
        if (!(error instanceof OperationalError) || signal.aborted) throw error;
        await world.clock.sleep(1_000, signal);
      }
    }
    throw new OperationalError("history-not-taken", `The history of ${gatewayId} could not be sent`);
  }

  let seq = 0;
  for (const body of batches) {
    if (signal.aborted) return;
    seq += 1;
    waiting.set(seq, body);
    await publish(body);
    await waitUntil(windowBatches - 1);
  }
  await waitUntil(0);
}
