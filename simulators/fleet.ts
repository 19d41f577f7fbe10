import { type Ack, type Batch, noHash, sealBatch } from "../contracts/batch.ts";
import { gatewayTopic } from "../contracts/topics.ts";
import type { Bus } from "../platform/bus.ts";
import { parsedJson } from "../platform/json.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import { seededRandom } from "./seeded-random.ts";

export interface FleetGateway {
  readonly id: string;
  readonly site: string;
  readonly boilerIds: readonly string[];
}

export interface FleetWish {
  readonly gateways: readonly FleetGateway[];
  readonly points: readonly string[];
  /** Scans of all boilers to be sent again and again; in the order of `points`. */
  readonly scans: readonly (readonly number[])[];
  /** Seconds of readings that a batch holds. */
  readonly rowsPerBatch: number;
  /** Batches of a gateway on their way at most. */
  readonly window: number;
  /** `null`: as fast as they are acknowledged; else a batch of each gateway so often. */
  readonly everyMs: number | null;
  readonly fromMs: number;
  readonly sha256Hex: (bytes: Uint8Array) => string;
}

/** Gateways without boilers: batches as real ones would be, as many as ingest can take. They are load, and no plant. */
export interface Fleet extends Service {
  readonly sentReadings: number;
  readonly acknowledgedReadings: number;
}

interface Log {
  readonly gateway: FleetGateway;
  readonly sid: string;
  seq: number;
  acked: number;
  prev: string;
}

const idleMs = 5;

export function startFleet(wish: FleetWish, bus: Bus, world: World): Fleet {
  const { gateways, points, scans, rowsPerBatch, window, everyMs, sha256Hex } = wish;
  const random = seededRandom(1);
  const logs = gateways.map(
    (gateway): Log => ({ gateway, sid: world.random.uuid(), seq: 0, acked: 0, prev: noHash }),
  );
  const bySid = new Map(logs.map((log) => [log.sid, log]));
  const readingsOf = (log: Log) => rowsPerBatch * log.gateway.boilerIds.length;

  for (const { gateway } of logs) {
    bus.subscribe(gatewayTopic(gateway.site, gateway.id, "ack"), (_topic, payload) => {
      const ack = parsedJson(payload) as Ack;
      const log = bySid.get(ack.sid);
      if (log !== undefined) log.acked = Math.max(log.acked, ack.upto);
      return "taken";
    });
  }

  function nextBatch(log: Log): string {
    const { gateway, sid, prev } = log;
    log.seq += 1;
    const afterMs = (log.seq - 1) * rowsPerBatch * 1_000;
    const b = gateway.boilerIds.map((boiler): Batch["b"][number] => {
      const place = Math.floor(random() * scans.length);
      const rows = Array.from({ length: rowsPerBatch }, (_, row) => [
        row * 1_000,
        ...(scans[(place + row) % scans.length] ?? []),
      ]);
      return { boiler, points: [...points], rows, flaws: [] };
    });
    const { text, hash } = sealBatch(
      {
        v: 1,
        site: gateway.site,
        gw: gateway.id,
        sid,
        seq: log.seq,
        boot: 1,
        tseg: 0,
        t0: wish.fromMs + afterMs,
        mono: afterMs,
        clk: { src: "ntp", off: 0, unc: 0 },
        b,
        gap: [],
        n: readingsOf(log),
        prev,
      },
      sha256Hex,
    );
    log.prev = hash;
    return text;
  }

  const loop = backgroundLoop("fleet", async (signal) => {
    const startedMs = world.clock.monotonicMs();
    while (!signal.aborted) {
      let idle = true;
      const due =
        everyMs === null ? Number.POSITIVE_INFINITY : 1 + (world.clock.monotonicMs() - startedMs) / everyMs;
      for (const log of logs) {
        if (signal.aborted || !bus.up || log.seq - log.acked >= window || log.seq + 1 > due) continue;
        idle = false;
        const topic = gatewayTopic(log.gateway.site, log.gateway.id, "data");
        await bus.publish(topic, Buffer.from(nextBatch(log)), { qos: 1 });
      }
      if (idle) await world.clock.sleep(idleMs, signal);
    }
  });
  const total = (of: (log: Log) => number) => logs.reduce((sum, log) => sum + of(log) * readingsOf(log), 0);
  return {
    name: loop.name,
    stop: loop.stop,
    get sentReadings() {
      return total(({ seq }) => seq);
    },
    get acknowledgedReadings() {
      return total(({ acked }) => acked);
    },
  };
}
