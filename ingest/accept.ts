import { Compile } from "typebox/compile";
import { type Ack, largestBatchBytes } from "../contracts/batch.ts";
import { AlarmCommand, type CommandReply, RequeueCommand } from "../contracts/live.ts";
import {
  everyGatewayTopic,
  everyLiveTopic,
  gatewayTopic,
  liveTopic,
  parseTopic,
} from "../contracts/topics.ts";
import { contiguousUpto, type SerialRanges, withRange } from "../domain/serial-ranges.ts";
import type { Bus, Taken } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import { parsedJson } from "../platform/json.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import type { AcceptedBatches } from "./accepted.ts";
import type { Door } from "./door.ts";
import type { BatchIdentity, Journal } from "./journal.ts";
import type { Plant } from "./plant.ts";
import { type Refusal, readBatch } from "./read-batch.ts";
import { requeue } from "./requeue.ts";

/** How many messages came to what end since the start; together they are all that came. */
export interface AcceptCounts {
  accepted: number;
  duplicates: number;
  /** By reason. */
  quarantined: Record<string, number>;
  /** Let go without an acknowledgement, since there was no room: they come again. */
  shed: number;
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
const roomStepMs = 50;
const roomWithinMs = 5_000;
/** Each wiping of a gateway's disk gives it another. */
const mostSidsTold = 20;
const checkCommand = Compile(AlarmCommand);
const checkRequeue = Compile(RequeueCommand);

/**
 * Takes messages from the bus, or from the broker itself where that is in this process: what is a new batch of this
 * plant goes into the journal, and only when it is durable there is it acknowledged. A batch seen before is acknowledged
 * again; whatever cannot be read goes into the journal whole, with the reason, and is acknowledged as dead, so that
 * nothing stands in the way.
 */
export function startAccepting(
  plant: Plant,
  journal: Journal,
  accepted: AcceptedBatches,
  bus: Bus,
  door: Door | null,
  world: World,
): Acceptor {
  let by = world.random.uuid();
  const counts: AcceptCounts = { accepted: 0, duplicates: 0, quarantined: {}, shed: 0 };
  /** What may be acknowledged: accepted, and durable. */
  const durable = new Map<string, SerialRanges>();
  const dead = new Map<string, { readonly seq: number; readonly code: string }[]>();
  /** The gateways' logs of which something is to be told. */
  const toTell = new Map<string, { site: string; gw: string; sid: string }>();
  /** Topics of gateways that are to wait till there is room. */
  const toWait = new Set<string>();
  for (const { siteId, gatewayId, sid, ranges } of accepted.all())
    durable.set(`${siteId}/${gatewayId}/${sid}`, ranges);

  function takeData(topic: string, payload: Buffer): Taken {
    if (journal.trouble !== null) {
      counts.shed += 1;
      toWait.add(topic);
      return "taken"; // from the bus, and not acknowledged: its gateway keeps it
    }
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
    const broken: Refusal | null = accepted.breaksChain(batch)
      ? {
          reason: "chain-broken",
          detail: `seq ${batch.seq} and its neighbour do not name each other's hash`,
          batch,
        }
      : null;
    const late = accepted.timeFault(batch);
    const disorder: Refusal | null =
      late === null
        ? null
        : { reason: "time-order", detail: `times of ${late} do not grow with seq ${batch.seq}`, batch };
    const refusal = conflict ?? broken ?? disorder;
    if (refusal !== null) {
      quarantine(topic, payload, refusal);
      return "taken";
    }
    if (!accepted.canStand(batch)) {
      // It comes again, behind what it leans on.
      counts.shed += 1;
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
    if (checkRequeue.Check(command)) {
      void answerRequeue(command);
      return "taken";
    }
    if (!checkCommand.Check(command)) {
      quarantine(topic, payload, { reason: "shape-wrong", detail: "not a command", batch: null });
      return "taken";
    }
    if (!journal.log.hasRoom(payload.length)) return "full";
    whenDurable(journal.append({ kind: "command", bytes: payload }), () => {});
    return "taken";
  }

  async function answerRequeue({ id, site, journalOffset }: RequeueCommand): Promise<void> {
    try {
      const said = await requeue(journalOffset, plant, journal, accepted);
      const reply: CommandReply = { v: 1, id, ...said };
      await bus.publish(liveTopic(site, "reply"), JSON.stringify(reply), { qos: 1 });
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error; // nobody answers: whoever asked looks again
    }
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
    toTell.set(`${site}/${gw}/${sid}`, { site, gw, sid });
  }

  async function tellAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await world.clock.sleep(ackEveryMs, signal);
      if (bus.up) await flush();
    }
    if (bus.up) await flush();
  }

  async function askToWait(): Promise<void> {
    const topics = [...toWait];
    toWait.clear();
    for (const topic of topics) {
      const from = parseTopic(topic);
      if (from === null || !plant.gateways.has(from.gatewayId)) continue;
      const ack: Ack = { v: 1, by, sid: "", upto: 0, ranges: [], dead: [], wait: true };
      await bus
        .publish(gatewayTopic(from.siteId, from.gatewayId, "ack"), JSON.stringify(ack), { qos: 1 })
        .catch((error: unknown) => {
          if (!(error instanceof OperationalError)) throw error; // it asks again
        });
    }
  }

  async function flush(): Promise<void> {
    await askToWait();
    const waiting = [...toTell.entries()];
    toTell.clear();
    for (const [key, log] of waiting) {
      const ranges = durable.get(key) ?? [];
      const upto = contiguousUpto(ranges);
      const ack: Ack = {
        v: 1,
        by,
        atMs: world.clock.nowMs(),
        sid: log.sid,
        upto,
        ranges: ranges.filter(([first]) => first > upto).map(([first, last]) => [first, last]),
        dead: dead.get(key) ?? [],
      };
      try {
        await bus.publish(gatewayTopic(log.site, log.gw, "ack"), JSON.stringify(ack), { qos: 1 });
        dead.delete(key);
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        toTell.set(key, log);
      }
    }
  }

  /** Whoever waits for an answer learns that we are here, and what we have. */
  function greet(): void {
    // What came while the link was down went to nobody: to a new name, everything in flight is sent again at once.
    by = world.random.uuid();
    for (const { id, siteId } of plant.gateways.values()) {
      const sids = accepted.of(siteId, id).map(({ sid }) => sid);
      for (const sid of sids.length === 0 ? [""] : sids.slice(-mostSidsTold))
        tell({ site: siteId, gw: id, sid });
    }
  }

  let inLine: Promise<void> | null = null;

  /** Where there is no room, its sender and all behind it wait, each no longer than its connection can bear. */
  function takeOrWait(topic: string, payload: Buffer): Promise<void> {
    if (inLine === null && takeData(topic, payload) === "taken") return Promise.resolve();
    const untilMs = world.clock.monotonicMs() + roomWithinMs;
    const taken = (inLine ?? Promise.resolve()).then(async () => {
      while (takeData(topic, payload) === "full") {
        if (world.clock.monotonicMs() >= untilMs) {
          counts.shed += 1;
          break;
        }
        await world.clock.sleep(roomStepMs);
      }
      if (inLine === taken) inLine = null;
    });
    inLine = taken;
    return taken;
  }

  let shut = () => {};
  if (door === null) bus.subscribe(everyGatewayTopic("data"), takeData);
  else shut = door(everyGatewayTopic("data"), takeOrWait);
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
    stop: async () => {
      shut();
      await telling.stop();
    },
  };
}
