import { watchFor } from "../../domain/alarms/watch.ts";
import { editionAt, forEachEdition, type Plant, type PlantBoiler, rulesAt } from "../plant.ts";
import type { PlantEvent, Stage } from "../stage.ts";
import {
  alarmMemory,
  moveAlarms,
  nowOf,
  passTime,
  recallAlarms,
  stillHeard,
} from "../watches/alarm-memory.ts";
import { alarmFamilies, type Tell } from "../watches/families.ts";
import { watchGateway, watchLag } from "../watches/watch-gateway.ts";
import { sensorWatches, watchSensors } from "../watches/watch-sensors.ts";
import { watchValues } from "../watches/watch-values.ts";

/** Silence of a boiler for so many scans makes its conditions unknown. */
const staleScans = 3;
const staleAtLeastMs = 3_000;

/**
 * Feeds the condition of every rule with what was judged, and with silence; tells when one begins, ends or changes.
 * The rules are those in force at the event: of a boiler or a gateway, by the time of its own clock.
 */
export function raiseAlarms(plant: Plant): Stage {
  const { catalogue } = plant;
  const prepared = forEachEdition(plant, ({ boiler, rules }, { standards }) => ({
    rules,
    watches: rules.flatMap((rule) => watchFor(rule, boiler, standards, catalogue) ?? []),
    sensors: sensorWatches(rules),
  }));
  const memory = alarmMemory();
  const families = alarmFamilies(memory);
  const values = watchValues(families, memory, catalogue.slotOf("firing"));
  const sensors = watchSensors(families, catalogue);
  const gateway = watchGateway(families, memory);
  /** By boiler: the rules under which it was seen last. */
  const seenUnder = new Map<string, unknown>();

  function judged(event: Extract<PlantEvent, { kind: "judged" }>, tell: Tell): void {
    const { frame, origin } = event;
    const { boilerId, takenAtMs } = frame;
    const ofBoiler = prepared(boilerId, takenAtMs);
    if (ofBoiler === null) return;
    if (origin.late) {
      if (origin.clockDoubtful) stillHeard(memory, boilerId);
      return;
    }
    if (origin.clockSetMs !== 0) moveAlarms(memory, boilerId, origin.clockSetMs);
    const source = { siteId: origin.siteId, id: boilerId };
    memory.heardBoilers[boilerId] = { atMs: takenAtMs, monotonicMs: memory.monotonicMs };
    if (seenUnder.get(boilerId) !== ofBoiler) {
      seenUnder.set(boilerId, ofBoiler);
      families.endForgotten(source, ofBoiler.rules, takenAtMs, tell);
    }
    values(ofBoiler.watches, source, event, tell);
    sensors.see(ofBoiler.sensors, source, frame, tell);
  }

  function ticked({ monotonicMs, atMs, telemetryLag }: Extract<PlantEvent, { kind: "tick" }>, tell: Tell) {
    passTime(memory, monotonicMs);
    for (const boiler of plant.boilers.values()) passOver(boiler, tell);
    for (const { id, siteId, editions } of plant.gateways.values()) {
      const nowMs = nowAt(id, atMs);
      for (const rule of editionAt(editions, nowMs).rules)
        gateway(rule, { siteId, id }, { nowMs, ingestMs: atMs }, tell);
    }
    for (const { id, editions } of plant.sites.values()) {
      for (const rule of editionAt(editions, atMs).rules)
        if (rule.watches === "telemetry-lag" && telemetryLag !== null)
          watchLag(families, rule, id, telemetryLag, atMs, tell);
    }
    for (const sourceId of Object.keys(memory.families)) {
      const siteId = (plant.boilers.get(sourceId) ?? plant.gateways.get(sourceId))?.siteId ?? sourceId;
      const nowMs = nowAt(sourceId, atMs);
      families.endForgotten({ siteId, id: sourceId }, rulesAt(plant, sourceId, nowMs), nowMs, tell);
    }
  }

  /** The event time of a source; of one that was never heard, and of a site, that of ingest. */
  function nowAt(sourceId: string, ingestMs: number): number {
    const heard = memory.heardBoilers[sourceId] ?? memory.heardGateways[sourceId];
    return heard === undefined ? ingestMs : nowOf(heard, memory);
  }

  /** Notices when a boiler has been silent for too long. */
  function passOver({ id, siteId, gatewayId, editions }: PlantBoiler, tell: Tell): void {
    const heard = memory.heardBoilers[id];
    if (heard === undefined) return;
    const scanMs = plant.gateways.get(gatewayId)?.scanMs ?? 1_000;
    const staleMs = Math.max(staleScans * scanMs, staleAtLeastMs);
    if (memory.monotonicMs - heard.monotonicMs <= staleMs) return;
    const ofGateway = memory.heardGateways[gatewayId];
    const gatewayHeard = ofGateway !== undefined && memory.monotonicMs - ofGateway.monotonicMs <= staleMs;
    const nowMs = nowOf(heard, memory);
    const { rules } = editionAt(editions, nowMs);
    sensors.silent(rules, { siteId, id }, gatewayHeard, nowMs, tell);
  }

  return {
    name: "raise-alarms",
    step: (event, next) => {
      next(event);
      switch (event.kind) {
        case "judged":
          judged(event, next);
          break;
        case "tick":
          ticked(event, next);
          break;
        case "heard":
          memory.heardGateways[event.gatewayId] = { atMs: event.atMs, monotonicMs: memory.monotonicMs };
          if (event.clockOffsetMs !== null) memory.clockOffsetsMs[event.gatewayId] = event.clockOffsetMs;
          break;
        case "set-aside": {
          const { gatewayId, reason } = event;
          if (!plant.gateways.has(gatewayId)) break;
          const count = (memory.setAside[gatewayId]?.count ?? 0) + 1;
          memory.setAside[gatewayId] = { monotonicMs: memory.monotonicMs, count, reason };
          break;
        }
        default:
      }
    },
    memory: () => memory,
    recall: (saved) => {
      recallAlarms(memory, saved);
      seenUnder.clear();
    },
  };
}
