import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry as Metrics } from "prom-client";
import type { Bus } from "../platform/bus.ts";
import { alarmCounts } from "../platform/records/alarm-records.ts";
import { audit } from "../platform/records/audit.ts";
import { deadLetters } from "../platform/records/integrity-records.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import type { World } from "../platform/world.ts";
import { callerOf, maySee } from "./guard.ts";
import type { LivePush } from "./live.ts";
import type { LiveState } from "./live-state.ts";
import type { Registry } from "./registry.ts";

export interface MetricsNeeds {
  readonly registry: Registry;
  readonly live: LiveState;
  readonly bus: Bus;
  readonly records: RecordsDb;
  readonly world: World;
  /** `null` until the live feed stands. */
  readonly push: () => LivePush | null;
}

/**
 * `/metrics` for Prometheus: every queue, lag and loss, the bus, alarms and the feed. What belongs to a site says so
 * in a label; a caller who may not see it does not get it, and gets nothing that is counted for all sites together.
 */
export function metricsRoute(app: FastifyInstance, needs: MetricsNeeds): void {
  const process = new Metrics();
  collectDefaultMetrics({ register: process, prefix: "fluewatch_" });
  const requests = new Histogram({
    name: "fluewatch_http_request_seconds",
    help: "Time from a request's head to the end of its reply",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [process],
  });
  app.addHook("onResponse", async ({ method, routeOptions }, reply) => {
    // By the route as it is declared: what a caller writes into an address makes no series.
    const route = routeOptions.url ?? "none";
    requests.observe({ method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1_000);
  });

  app.get(
    "/metrics",
    { config: { role: "viewer", sites: "rows" }, schema: { hide: true } },
    async (request, reply) => {
      const caller = callerOf(request);
      const own = await plantMetrics(needs, (siteId) => maySee(caller, siteId));
      const parts = caller.sites === null ? [own, process] : [own];
      const texts = await Promise.all(parts.map((part) => part.metrics()));
      return reply.type(own.contentType).send(texts.join("\n"));
    },
  );
}

/** Made anew for each scrape, of what is known now: no figure outlives what it counted. */
async function plantMetrics(needs: MetricsNeeds, sees: (siteId: string | null) => boolean): Promise<Metrics> {
  const { records } = needs;
  const figures = figuresInto();
  const alarms = figures.gauge("alarms", "Alarms that are not closed", ["site", "priority", "state"]);
  for (const { siteId, priority, state, count } of await alarmCounts(records))
    if (sees(siteId)) alarms(count, siteId, String(priority), state);
  addGateways(figures, needs, sees);
  addBoilers(figures, needs, sees);
  if (sees(null)) {
    addIngest(figures, needs);
    const { byReason } = await deadLetters(records, 0);
    const set = figures.gauge("dead_letters", "Messages set aside and kept, by reason", ["reason"]);
    for (const [reason, count] of Object.entries(byReason)) set(count, reason);
    figures.gauge("audit_entries", "Entries of the audit trail")((await audit.head(records)).seq);
  }
  return figures.metrics;
}

type Tell = (value: number, ...labels: string[]) => void;
type Make = (name: string, help: string, labelNames?: readonly string[]) => Tell;

function figuresInto(): { readonly metrics: Metrics; readonly gauge: Make; readonly counter: Make } {
  const metrics = new Metrics();
  const described = (name: string, help: string, labelNames: readonly string[]) => ({
    ...{ name: `fluewatch_${name}`, help, labelNames: [...labelNames], registers: [metrics] },
  });
  return {
    metrics,
    gauge: (name, help, labelNames = []) => {
      const made = new Gauge(described(name, help, labelNames));
      return (value, ...labels) => made.labels(...labels).set(value);
    },
    counter: (name, help, labelNames = []) => {
      const made = new Counter(described(name, help, labelNames));
      return (value, ...labels) => made.labels(...labels).inc(value);
    },
  };
}

type Figures = ReturnType<typeof figuresInto>;

function addGateways(
  { gauge, counter }: Figures,
  { registry, live, world }: MetricsNeeds,
  sees: (siteId: string | null) => boolean,
): void {
  const of = ["site", "gateway"];
  const online = gauge("gateway_online", "1: the gateway says that it runs", of);
  const age = gauge("gateway_last_seen_seconds", "Since the gateway last spoke of itself", of);
  const batches = gauge("gateway_buffered_batches", "Captured, and not acknowledged yet", of);
  const bytes = gauge("gateway_buffered_bytes", "Size of what is buffered", of);
  const oldest = gauge("gateway_oldest_buffered_seconds", "Age of the oldest buffered batch", of);
  const captured = counter("gateway_captured_batches_total", "Batches captured, by their number", of);
  const acked = counter("gateway_acknowledged_batches_total", "Batches acknowledged, by their number", of);
  const trouble = gauge("gateway_trouble", "1: the gateway tells of this trouble", [...of, "code"]);
  const line = [...of, "line"];
  const isUp = gauge("line_up", "1: the line of the field bus is connected", line);
  const busy = counter("line_busy_seconds_total", "Time in which the line was in use", line);
  const outcomes = counter("unit_requests_total", "Requests by what became of them", [
    ...line,
    "unit",
    "outcome",
  ]);
  const nowMs = world.clock.nowMs();
  for (const { id, siteId } of registry.gateways.filter((gateway) => sees(gateway.siteId))) {
    const status = live.gateways.get(id);
    online(status?.online ? 1 : 0, siteId, id);
    if (status === undefined) continue;
    age(Math.max(0, nowMs - status.atMs) / 1_000, siteId, id);
    if (status.bufferedBatches !== undefined) batches(status.bufferedBatches, siteId, id);
    if (status.bufferBytes !== undefined) bytes(status.bufferBytes, siteId, id);
    const { oldestBufferedAtMs = null } = status;
    oldest(oldestBufferedAtMs === null ? 0 : Math.max(0, nowMs - oldestBufferedAtMs) / 1_000, siteId, id);
    if (status.capturedUpto !== undefined) captured(status.capturedUpto, siteId, id);
    if (status.ackedUpto !== undefined) acked(status.ackedUpto, siteId, id);
    if (status.trouble) trouble(1, siteId, id, status.trouble.code);
    for (const each of status.lines ?? []) {
      isUp(each.isUp ? 1 : 0, siteId, id, each.id);
      busy(each.busyMs / 1_000, siteId, id, each.id);
      for (const unit of each.units) {
        for (const outcome of ["answers", "exceptions", "silences", "garbled", "skipped"] as const)
          outcomes(unit[outcome], siteId, id, each.id, String(unit.unitId), outcome);
      }
    }
  }
}

function addBoilers(
  { gauge, counter }: Figures,
  { registry, live, world }: MetricsNeeds,
  sees: (siteId: string | null) => boolean,
): void {
  const of = ["site", "boiler"];
  const age = gauge("boiler_reading_age_seconds", "Since the newest reading was taken", of);
  const count = counter("boiler_live_readings_total", "Readings that became the boiler's newest", of);
  const flawed = gauge("boiler_flawed_points", "Points of the newest reading that are bad or missing", of);
  for (const { boilerId, takenAtMs, n, flaws } of live.boilers.values()) {
    const siteId = registry.siteOf(boilerId);
    if (siteId === null || !sees(siteId)) continue;
    age(Math.max(0, world.clock.nowMs() - takenAtMs) / 1_000, siteId, boilerId);
    count(n, siteId, boilerId);
    flawed(Object.keys(flaws).length, siteId, boilerId);
  }
}

function addIngest({ gauge, counter }: Figures, { live, bus, world, push }: MetricsNeeds): void {
  gauge("bus_up", "1: the API's link to the broker stands")(bus.up ? 1 : 0);
  counter("bus_shed_messages_total", "Messages for which there was no room")(bus.shed);
  gauge("live_viewers", "Browsers on the live feed")(push()?.viewers ?? 0);
  counter("live_stalled_cut_total", "Browsers cut because they took nothing")(push()?.stalledCut ?? 0);
  const { ingest } = live;
  if (ingest === null) return;
  gauge(
    "ingest_last_seen_seconds",
    "Since ingest last spoke of itself",
  )(Math.max(0, world.clock.nowMs() - ingest.atMs) / 1_000);
  const batches = counter("ingest_batches_total", "Messages by what became of them", ["outcome"]);
  batches(ingest.acceptedBatches, "accepted");
  batches(ingest.duplicateBatches, "duplicate");
  const quarantined = counter("ingest_quarantined_total", "Messages set aside, by reason", ["reason"]);
  for (const [reason, count] of Object.entries(ingest.quarantined)) quarantined(count, reason);
  gauge("telemetry_lag_entries", "Journal entries that the telemetry store lacks")(ingest.telemetryLag);
  const trouble = gauge("ingest_trouble", "1: ingest tells of this trouble", ["code"]);
  for (const code of new Set(ingest.troubles.map((each) => each.code))) trouble(1, code);
  for (const [name, value] of Object.entries(ingest.figures ?? {}))
    gauge(`ingest_${name}`, "As ingest tells it; the name ends in the unit")(value);
}
