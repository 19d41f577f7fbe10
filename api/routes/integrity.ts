import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, Type } from "typebox";
import type { GatewayStatus } from "../../contracts/batch.ts";
import { Integrity, type IntegrityHour } from "../../contracts/http/integrity.ts";
import { Problem } from "../../contracts/http/problem.ts";
import { OperationalError } from "../../platform/errors.ts";
import { integrityHours } from "../../platform/records/integrity-records.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import type { StoredCounter } from "../../platform/telemetry/telemetry.ts";
import type { World } from "../../platform/world.ts";
import { callerOf, maySee } from "../guard.ts";
import type { LiveState } from "../live-state.ts";
import { instantOf } from "../query.ts";
import type { Registry } from "../registry.ts";

type Hour = Static<typeof IntegrityHour>;

const hourMs = 3_600_000;
const mostHours = 24 * 31;
/** So long after its end an hour's last readings are on their way. */
const settlingMs = 60_000;
/** The store is always a few journal entries behind. */
const settledLag = 60;

export function integrityRoute(
  registry: Registry,
  store: StoredCounter,
  db: RecordsDb,
  live: LiveState,
  world: World,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      "/integrity",
      {
        config: { role: "viewer", sites: "rows" },
        schema: {
          summary:
            "The conservation of readings: captured = stored + quarantined + dropped + in flight, per gateway and UTC hour",
          querystring: Type.Object(
            {
              from: Type.Optional(Type.String({ maxLength: 40 })),
              to: Type.Optional(Type.String({ maxLength: 40 })),
            },
            { additionalProperties: false },
          ),
          response: { 200: Integrity, "4xx": Problem, "5xx": Problem },
        },
      },
      async (request) => {
        const { query } = request;
        const caller = callerOf(request);
        const gateways = registry.gateways.filter(({ siteId }) => maySee(caller, siteId));
        const nowMs = world.clock.nowMs();
        const toMs = query.to === undefined ? nowMs + hourMs : instantOf("to", query.to);
        const fromMs = query.from === undefined ? nowMs - 24 * hourMs : instantOf("from", query.from);
        if (toMs <= fromMs || toMs - fromMs > mostHours * hourMs) {
          throw new OperationalError(
            "request-invalid",
            `from must be before to, by at most ${mostHours} hours`,
          );
        }
        const firstHourMs = Math.floor(fromMs / hourMs) * hourMs;
        const stored = await storedPerGateway(firstHourMs, toMs);
        const booked = await integrityHours(db, firstHourMs, toMs);
        const hours = gateways.flatMap(({ id, siteId }) => {
          const status = live.gateways.get(id) ?? null;
          const starts = new Set([
            ...booked.filter(({ gatewayId }) => gatewayId === id).map(({ hourStartMs }) => hourStartMs),
            ...(status?.hours ?? [])
              .map(([start]) => start)
              .filter((start) => start >= firstHourMs && start < toMs),
          ]);
          return [...starts]
            .sort((a, b) => a - b)
            .map((hourStartMs): Hour => {
              const books = booked.find((each) => each.gatewayId === id && each.hourStartMs === hourStartMs);
              return balance({
                gatewayId: id,
                siteId,
                hourStartMs,
                status,
                stored: stored.get(`${id}/${hourStartMs}`) ?? 0,
                accepted: books?.accepted ?? 0,
                quarantined: books?.quarantined ?? 0,
                droppedBatches: books?.droppedBatches ?? 0,
                missedScans: books?.missedScans ?? 0,
                telemetryLag: live.ingest?.telemetryLag ?? Number.POSITIVE_INFINITY,
              });
            });
        });
        return {
          hours,
          // Counted for all sites together: for those who may see all of them.
          messages:
            caller.sites === null
              ? {
                  accepted: live.ingest?.acceptedBatches ?? 0,
                  duplicates: live.ingest?.duplicateBatches ?? 0,
                  quarantined: live.ingest?.quarantined ?? {},
                }
              : null,
          telemetryLag: live.ingest?.telemetryLag ?? 0,
          accepted: (live.ingest?.accepted ?? []).filter(({ siteId }) => maySee(caller, siteId)),
        };
      },
    );
  };

  async function storedPerGateway(fromMs: number, toMs: number): Promise<ReadonlyMap<string, number>> {
    const gatewayOf = new Map(
      registry.boilers(world.clock.nowMs()).map(({ id, gatewayId }) => [id, gatewayId]),
    );
    const counts = new Map<string, number>();
    for (const { boilerId, hourStartMs, readings } of await store.storedPerHour(fromMs, toMs)) {
      const key = `${gatewayOf.get(boilerId) ?? ""}/${hourStartMs}`;
      counts.set(key, (counts.get(key) ?? 0) + readings);
    }
    return counts;
  }
}

interface Books {
  readonly gatewayId: string;
  readonly siteId: string;
  readonly hourStartMs: number;
  readonly status: GatewayStatus | null;
  readonly stored: number;
  readonly accepted: number;
  readonly quarantined: number;
  readonly droppedBatches: number;
  readonly missedScans: number;
  readonly telemetryLag: number;
}

/**
 * Holds the gateway's own account of an hour against what the store holds. An hour can be found wrong only once
 * it is settled: over, acknowledged to the end, and through all stages; before, the books are still being written.
 */
export function balance(books: Books): Hour {
  const {
    gatewayId,
    siteId,
    hourStartMs,
    status,
    stored,
    accepted,
    quarantined,
    droppedBatches,
    missedScans,
  } = books;
  const captured = status?.hours?.find(([start]) => start === hourStartMs)?.[1] ?? null;
  const settled =
    status !== null &&
    status.atMs >= hourStartMs + hourMs + settlingMs &&
    status.ackedUpto === status.capturedUpto &&
    books.telemetryLag < settledLag;
  const lost = captured === null ? 0 : Math.max(0, captured - accepted - quarantined);
  const dropped = droppedBatches > 0 && settled ? lost : 0;
  const balanced = captured !== null && captured === stored + quarantined + dropped;
  return {
    gatewayId,
    siteId,
    hourStartMs,
    captured,
    stored,
    quarantined,
    dropped,
    inFlight: captured === null ? null : Math.max(0, captured - stored - quarantined - dropped),
    missedScans,
    balanced: balanced ? true : settled && captured !== null ? false : null,
  };
}
