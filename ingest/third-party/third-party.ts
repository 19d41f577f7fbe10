import type { GatewayStatus } from "../../contracts/batch.ts";
import { largestBatchBytes } from "../../contracts/batch.ts";
import {
  type SparkplugSource,
  sparkplugPrefix,
  type ThirdPartySource,
  topicsOf,
} from "../../contracts/third-party.ts";
import { gatewayTopic } from "../../contracts/topics.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import type { Bus } from "../../platform/bus.ts";
import { OperationalError } from "../../platform/errors.ts";
import { backgroundLoop, type Service, serviceStack } from "../../platform/service.ts";
import type { World } from "../../platform/world.ts";
import type { Door } from "../door.ts";
import type { Journal } from "../journal.ts";
import { sourceBook } from "./book.ts";
import type { Heard } from "./heard.ts";
import { jsonReader } from "./json-source.ts";
import { type SparkplugNode, sparkplugNode } from "./sparkplug-node.ts";
import { encodedCommand } from "./sparkplug-payload.ts";

export interface ThirdParty extends Service {
  readonly counts: {
    readonly messages: number;
    readonly duplicates: number;
    readonly quarantined: Readonly<Record<string, number>>;
  };
}

export interface ThirdPartyNeeds {
  readonly catalogue: PointCatalogue;
  readonly journal: Journal;
  readonly door: Door;
  readonly bus: Bus;
  readonly world: World;
}

const statusEveryMs = 5_000;
const silentPeriods = 3;
/** A message that others overtook is waited for so long; then the node is asked to be born again. */
const reorderMs = 2_000;
const rebirthEveryMs = 30_000;
const lookEveryMs = 250;
const rebirthMetric = "Node Control/Rebirth";

/** Behind a broker that acknowledges by itself there is nothing to wait for: the message is ours once it is durable. */
export function busDoor(bus: Bus, journal: Journal): Door {
  return (filter, take) => {
    let isOpen = true;
    bus.subscribe(filter, (topic, payload) => {
      if (!isOpen || !hasRoom(journal)) return "full";
      void take(topic, payload).catch(passOver);
      return "taken";
    });
    return () => {
      isOpen = false;
    };
  };
}

/** Takes in what senders say that are no gateways of ours: each source is a log of its own in the journal. */
export function startThirdParty(sources: readonly ThirdPartySource[], needs: ThirdPartyNeeds): ThirdParty {
  const services = serviceStack(needs.world);
  const started = sources.map((source) => services.add(startSource(source, needs)));
  return {
    name: "third parties",
    get counts() {
      const quarantined: Record<string, number> = {};
      for (const { counts } of started)
        for (const [reason, count] of Object.entries(counts.quarantined))
          quarantined[reason] = (quarantined[reason] ?? 0) + count;
      const sum = (of: (source: ThirdParty) => number) =>
        started.reduce((total, each) => total + of(each), 0);
      return {
        messages: sum(({ counts }) => counts.messages),
        duplicates: sum(({ counts }) => counts.duplicates),
        quarantined,
      };
    },
    stop: () => services.stop(),
  };
}

interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly atMs: number;
}

function startSource(source: ThirdPartySource, needs: ThirdPartyNeeds): ThirdParty {
  const { catalogue, journal, door, bus, world } = needs;
  const { id, site } = source;
  const book = sourceBook({ id, siteId: site }, world);
  const node = source.kind === "sparkplug-b" ? sparkplugNode(source, catalogue) : null;
  const hear =
    node === null ? jsonReader(source as Extract<ThirdPartySource, { kind: "json" }>, catalogue) : node.hear;
  const quarantined: Record<string, number> = {};
  const waiting: (Message & { readonly sinceMs: number; readonly settle: (heard: Heard) => void })[] = [];
  let messages = 0;
  let durableUpto = 0;
  let heardAtMs: number | null = null;

  async function take(topic: string, payload: Buffer): Promise<void> {
    if (!hasRoom(journal)) throw new OperationalError("journal-full", `${id}: the journal has no room now`);
    messages += 1;
    const message: Message = { topic, payload, atMs: world.clock.nowMs() };
    heardAtMs = message.atMs;
    if (payload.length > largestBatchBytes) {
      await setAside(message, "too-large", `${payload.length} bytes`);
      return;
    }
    const heard = hear(topic, payload, message.atMs);
    if (heard !== null) {
      const kept = keep(message, heard);
      offerWaiting();
      await kept;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const settle = (late: Heard) => keep(message, late).then(resolve, reject);
      waiting.push({ ...message, sinceMs: world.clock.monotonicMs(), settle });
    });
  }

  /** Those whose turn it has become, again and again, since each may be what the next one waits for. */
  function offerWaiting(): void {
    for (let index = 0; index < waiting.length; index += 1) {
      const message = waiting[index] as (typeof waiting)[number];
      const heard = hear(message.topic, message.payload, message.atMs);
      if (heard === null) continue;
      waiting.splice(index, 1);
      message.settle(heard);
      index = -1;
    }
  }

  async function keep(message: Message, heard: Heard): Promise<void> {
    if (heard.kind === "refused") {
      await setAside(message, heard.reason, heard.detail);
      return;
    }
    const batches = book.batchesOf(heard.readings);
    await Promise.all(
      batches.map(async ({ text, seq }) => {
        await journal.append({ kind: "batch", bytes: Buffer.from(text) });
        durableUpto = Math.max(durableUpto, seq);
      }),
    );
  }

  async function setAside({ topic, payload }: Message, reason: string, detail: string): Promise<void> {
    quarantined[reason] = (quarantined[reason] ?? 0) + 1;
    world.log.warn({ source: id, topic, reason, detail }, "a message was quarantined");
    const bytes = payload.subarray(0, largestBatchBytes);
    await journal.append({ kind: "quarantine", topic, reason, detail, batch: null, gatewayId: id, bytes });
  }

  async function follow(node: SparkplugNode, of: SparkplugSource, signal: AbortSignal): Promise<void> {
    let askedMs = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      const nowMs = world.clock.monotonicMs();
      if (waiting.some(({ sinceMs }) => nowMs - sinceMs >= reorderMs)) {
        node.stopWaiting();
        offerWaiting();
      }
      if (node.needsRebirth && bus.up && nowMs - askedMs >= rebirthEveryMs) {
        askedMs = nowMs;
        const topic = `${sparkplugPrefix}/${of.group}/NCMD/${of.node}`;
        const payload = encodedCommand([rebirthMetric], world.clock.nowMs());
        await bus.publish(topic, payload, { qos: 0 }).catch(passOver);
      }
      await world.clock.sleep(lookEveryMs, signal);
    }
    node.stopWaiting();
    offerWaiting();
  }

  async function tellStatus(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const atMs = world.clock.nowMs();
      const isHeard = heardAtMs !== null && atMs - heardAtMs <= silentPeriods * source.everySeconds * 1_000;
      const status: GatewayStatus = {
        v: 1,
        site,
        gw: id,
        online: node?.isAlive ?? isHeard,
        atMs,
        delivery: "broker",
        sid: book.sid,
        capturedUpto: book.seq,
        ackedUpto: durableUpto,
        bufferedBatches: book.seq - durableUpto,
        hours: [...book.hours].sort(([a], [b]) => a - b).map(([hour, readings]) => [hour, readings, 0]),
        trouble: null,
      };
      if (bus.up)
        await bus
          .publish(gatewayTopic(site, id, "status"), JSON.stringify(status), { qos: 1, retain: true })
          .catch(passOver);
      await world.clock.sleep(statusEveryMs, signal);
    }
  }

  const shut = topicsOf(source).says.map((filter) => door(filter, take));
  const services = serviceStack(world);
  services.add(backgroundLoop(`status of ${id}`, tellStatus));
  if (node !== null)
    services.add(backgroundLoop(`node ${id}`, (signal) => follow(node, source as SparkplugSource, signal)));
  return {
    name: `third party ${id}`,
    get counts() {
      return { messages, duplicates: book.duplicates, quarantined };
    },
    stop: async () => {
      for (const each of shut) each();
      await services.stop();
    },
  };
}

function hasRoom(journal: Journal): boolean {
  return journal.log.hasRoom(2 * largestBatchBytes);
}

/** What the bus or a closing journal refuses is said elsewhere; a bug goes on. */
function passOver(error: unknown): void {
  if (!(error instanceof OperationalError)) throw error;
}
