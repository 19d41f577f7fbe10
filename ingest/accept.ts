import { Compile } from "typebox/compile";
import { type Ack, largestBatchBytes } from "../contracts/batch.ts";
import { AlarmCommand } from "../contracts/live.ts";
import { everyGatewayTopic, everyLiveTopic, gatewayTopic } from "../contracts/topics.ts";
import { contiguousUpto, type SerialRanges, withRange } from "../domain/serial-ranges.ts";
import type { Bus, Taken } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import { parsedJson } from "../platform/json.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import type { AcceptedBatches } from "./accepted.ts";
import type { BatchIdentity, Journal } from "./journal.ts";
import type { Plant } from "./plant.ts";
import { type Refusal, readBatch } from "./read-batch.ts";

/** How many messages came to what end since the start; together they are all that came. */
export interface AcceptCounts {
  accepted: number;
  duplicates: number;
  /** By reason. */
  quarantined: Record<string, number>;
}

export interface Acceptor extends Service {
  readonly counts: Readonly<AcceptCounts>;
  /** What is durable, and may be acknowledged, of each gateway's logs. */
  durable(): readonly {
    readonly siteId: string;
    readonly gatewayId: string;
    readonly sid: string;
    readonly ranges: SerialRanges;
  }[];
}

const ackEveryMs = 200;
const checkCommand = Compile(AlarmCommand);

/**
 * Takes messages from the bus: what is a new batch of this plant goes into the journal, and only when it is
 * durable there is it acknowledged. A batch seen before is acknowledged again; whatever cannot be read goes into
 * the journal whole, with the reason, and is acknowledged as dead, so that nothing stands in the way.
 */
export function startAccepting(
  plant: Plant,
  journal: Journal,
  accepted: AcceptedBatches,
  bus: Bus,
  world: World,
): Acceptor {
  const by = world.random.uuid();
  const counts: AcceptCounts = { accepted: 0, duplicates: 0, quarantined: {} };
  /** What may be acknowledged: accepted, and durable. */
  const durable = new Map<string, SerialRanges>();
  const dead = new Map<string, { readonly seq: number; readonly code: string }[]>();
  /** The log of each gateway that has something to be told, by gateway. */
  const toTell = new Map<string, { site: string; gw: string; sid: string }>();
  for (const { siteId, gatewayId, sid, ranges } of accepted.all())
    durable.set(`${siteId}/${gatewayId}/${sid}`, ranges);

  function takeData(topic: string, payload: Buffer): Taken {
    if (!journal.log.hasRoom(payload.length + largestBatchBytes)) return "full";
    const read = readBatch(topic, payload, plant);
    if ("refusal" in read) {
      quarantine(topic, payload, read.refusal);
      return "taken";
    }
    const { batch } = read;
    const identity = accepted.identityOf(batch);
    if (identity === "duplicate") {
      counts.duplicates += 1;
      tell(batch);
      return "taken";
    }
    const conflict: Refusal | null =
      identity === "conflict"
        ? { reason: "seq-conflict", detail: `seq ${batch.seq} is known with another content`, batch }
        : null;
    const late = accepted.timeFault(batch);
    const disorder: Refusal | null =
      late === null
        ? null
        : { reason: "time-order", detail: `times of ${late} do not grow with seq ${batch.seq}`, batch };
    const refusal = conflict ?? disorder;
    if (refusal !== null) {
      quarantine(topic, payload, refusal);
      return "taken";
    }
    accepted.add(batch);
    counts.accepted += 1;
    whenDurable(journal.append({ kind: "batch", bytes: payload }), () => {
      confirm(batch, [
        [batch.seq, batch.seq],
        ...(batch.lost ?? []).map(([first, last]) => [first, last] as const),
      ]);
    });
    return "taken";
  }

  function quarantine(topic: string, payload: Buffer, { reason, detail, batch }: Refusal): void {
    counts.quarantined[reason] = (counts.quarantined[reason] ?? 0) + 1;
    world.log.warn({ topic, reason, detail }, "a message was quarantined");
    const identity: BatchIdentity | null =
      batch === null ? null : { site: batch.site, gw: batch.gw, sid: batch.sid, seq: batch.seq };
    const bytes = payload.subarray(0, largestBatchBytes);
    if (identity !== null) accepted.addDead(identity);
    whenDurable(journal.append({ kind: "quarantine", topic, reason, detail, batch: identity, bytes }), () => {
      if (identity === null) return;
      const key = `${identity.site}/${identity.gw}/${identity.sid}`;
      dead.set(key, [...(dead.get(key) ?? []), { seq: identity.seq, code: reason }].slice(-100));
      confirm(identity, [[identity.seq, identity.seq]]);
    });
  }

  function takeCommand(topic: string, payload: Buffer): Taken {
    const command = parsedJson(payload);
    if (!checkCommand.Check(command)) {
      quarantine(topic, payload, { reason: "shape-wrong", detail: "not a command", batch: null });
      return "taken";
    }
    if (!journal.log.hasRoom(payload.length)) return "full";
    whenDurable(journal.append({ kind: "command", bytes: payload }), () => {});
    return "taken";
  }

  function whenDurable(written: Promise<number>, then: () => void): void {
    written.then(then, (error: unknown) => {
      // Only a journal that is being closed refuses here; nothing was acknowledged, so it will come again.
      if (!(error instanceof OperationalError)) throw error;
    });
  }

  function confirm(log: Omit<BatchIdentity, "seq">, ranges: SerialRanges): void {
    const key = `${log.site}/${log.gw}/${log.sid}`;
    let all = durable.get(key) ?? [];
    for (const [first, last] of ranges) all = withRange(all, first, last);
    durable.set(key, all);
    tell(log);
  }

  function tell({ site, gw, sid }: Omit<BatchIdentity, "seq">): void {
    toTell.set(`${site}/${gw}`, { site, gw, sid });
  }

  async function tellAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await world.clock.sleep(ackEveryMs, signal);
      if (bus.up) await flush();
    }
    if (bus.up) await flush();
  }

  async function flush(): Promise<void> {
    const waiting = [...toTell.entries()];
    toTell.clear();
    for (const [gateway, log] of waiting) {
      const key = `${log.site}/${log.gw}/${log.sid}`;
      const ranges = durable.get(key) ?? [];
      const ack: Ack = {
        v: 1,
        by,
        atMs: world.clock.nowMs(),
        sid: log.sid,
        upto: contiguousUpto(ranges),
        ranges: ranges.slice(1).map(([first, last]) => [first, last]),
        dead: dead.get(key) ?? [],
      };
      try {
        await bus.publish(gatewayTopic(log.site, log.gw, "ack"), JSON.stringify(ack), { qos: 1 });
        dead.delete(key);
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        if (!toTell.has(gateway)) toTell.set(gateway, log);
      }
    }
  }

  /** Whoever waits for an answer learns that we are here, and what we have. */
  function greet(): void {
    for (const { id, siteId } of plant.gateways.values()) {
      const newest = accepted.of(siteId, id).at(-1);
      tell({ site: siteId, gw: id, sid: newest?.sid ?? "" });
    }
  }

  bus.subscribe(everyGatewayTopic("data"), takeData);
  bus.subscribe(everyLiveTopic("cmd"), takeCommand);
  bus.onUp(greet);
  const telling = backgroundLoop("acknowledgements", tellAll);
  return {
    name: "accept",
    counts,
    durable: () =>
      accepted.all().map(({ siteId, gatewayId, sid }) => ({
        siteId,
        gatewayId,
        sid,
        ranges: durable.get(`${siteId}/${gatewayId}/${sid}`) ?? [],
      })),
    stop: telling.stop,
  };
}
