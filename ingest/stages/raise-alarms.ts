import type { AlarmRule } from "../../domain/alarms/rule.ts";
import { type Watch, watchFor } from "../../domain/alarms/watch.ts";
import type { LateMeeting } from "../late-lane.ts";
import { editionAt, forEachEdition, type Plant, type PlantBoiler, rulesAt } from "../plant.ts";
import type { BoilerStage, PlantEvent } from "../stage.ts";
import {
  type AlarmMemory,
  alarmMemory,
  type Fire,
  moveAlarms,
  nowOf,
  passTime,
  recallAlarms,
  stillHeard,
} from "../watches/alarm-memory.ts";
import { beginBehind, noteTold, sayBehind } from "../watches/behind-gap.ts";
import { alarmFamilies, type Source, type Tell } from "../watches/families.ts";
import { meetLate } from "../watches/meet-late.ts";
import { staleAfterMs } from "../watches/stale.ts";
import { watchCompleteness } from "../watches/watch-completeness.ts";
import { watchGateway } from "../watches/watch-gateway.ts";
import { type SensorWatch, sensorWatches, watchSensors } from "../watches/watch-sensors.ts";
import { watchServer } from "../watches/watch-server.ts";
import { gateOf, watchValues } from "../watches/watch-values.ts";

/** All that is known of one boiler. */
interface OfBoiler {
  readonly families: AlarmMemory["families"][string];
  readonly fire: Fire | null;
  readonly baselines: AlarmMemory["baselines"][string];
}

interface Prepared {
  readonly rules: readonly AlarmRule[];
  readonly watches: readonly Watch[];
  readonly sensors: readonly SensorWatch[];
}

/**
 * Feeds the condition of every rule with what was judged, and with silence; tells when one begins, ends or changes.
 * The rules are those in force at the event: of a boiler or a gateway, by the time of its own clock.
 */
export function raiseAlarms(plant: Plant): BoilerStage & LateMeeting {
  const { catalogue } = plant;
  const prepared = forEachEdition(
    plant,
    ({ boiler, rules, standards }): Prepared => ({
      rules,
      watches: rules.flatMap((rule) => watchFor(rule, boiler, standards, catalogue) ?? []),
      sensors: sensorWatches(rules),
    }),
  );
  const memory = alarmMemory();
  const families = alarmFamilies(memory);
  const values = watchValues(families, memory, catalogue.slotOf("firing"));
  const sensors = watchSensors(families, catalogue);
  const gateway = watchGateway(families, memory);
  const completeness = watchCompleteness(families, memory);
  const scanMsOf = (boilerId: string) =>
    plant.gateways.get(plant.boilers.get(boilerId)?.gatewayId ?? "")?.scanMs ?? 1_000;
  const meeting = meetLate(
    families,
    memory,
    ({ id }, ruleId, atMs) => rulesAt(plant, id, atMs).find((rule) => rule.id === ruleId),
    scanMsOf,
  );
  /** By boiler: the rules under which it was seen last. */
  const seenUnder = new Map<string, unknown>();

  function judged(event: Extract<PlantEvent, { kind: "judged" }>, tell: Tell): void {
    const { frame, origin } = event;
    const { boilerId, takenAtMs } = frame;
    const ofBoiler = prepared(boilerId, takenAtMs);
    if (ofBoiler === null) return;
    if (!origin.clockDoubtful)
      completeness.see(boilerId, takenAtMs, plant.boilers.get(boilerId)?.hourOffsetMs ?? 0);
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
    if (memory.behindGap[boilerId] !== undefined) keepForLate(ofBoiler, source, event, tell);
  }

  /** While a backlog is on its way, what its rules say of each live reading is kept for where the two meet. */
  function keepForLate(
    { watches, sensors: watched }: Prepared,
    source: Source,
    moment: Extract<PlantEvent, { kind: "judged" }>,
    tell: Tell,
  ): void {
    const log = memory.behindGap[source.id]?.at(-1);
    if (log === undefined) return;
    const { frame } = moment;
    const { takenAtMs: atMs } = frame;
    const fire = memory.fires[source.id] ?? null;
    for (const watch of watches) {
      const { rule } = watch;
      const past = memory.baselines[source.id]?.[rule.id] ?? null;
      const gate = gateOf(rule, fire, atMs);
      for (const level of rule.levels) {
        const standing = gate ?? watch.standing(level, moment, past);
        sayBehind(log, rule.id, level.id, standing, gate === "inside", atMs, () => ({
          evidence: watch.evidence(level, moment, past),
          context: watch.context(moment),
        }));
      }
    }
    for (const watch of watched) {
      for (const { point, isFlawed, explain } of sensors.standings(watch, frame))
        sayBehind(log, watch.rule.id, point, isFlawed ? "beyond" : "inside", false, atMs, explain);
    }
    meeting.resolve(source, tell);
    if (log.isDone && memory.late[source.id] === undefined) delete memory.behindGap[source.id];
  }

  function ticked(tick: Extract<PlantEvent, { kind: "tick" }>, tell: Tell): void {
    const { monotonicMs, atMs } = tick;
    passTime(memory, monotonicMs);
    for (const boiler of plant.boilers.values()) passOver(boiler, tell);
    for (const { id, siteId, editions } of plant.gateways.values()) {
      const nowMs = nowAt(id, atMs);
      for (const rule of editionAt(editions, nowMs).rules)
        gateway(rule, { siteId, id }, { nowMs, ingestMs: atMs }, tell);
    }
    for (const { id, editions } of plant.sites.values()) {
      for (const rule of editionAt(editions, atMs).rules) watchServer(families, rule, id, tick, tell);
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

  /** Notices what a boiler lacks: of its last hour, and now that it has been silent for too long. */
  function passOver({ id, siteId, gatewayId, editions, hourOffsetMs }: PlantBoiler, tell: Tell): void {
    const heard = memory.heardBoilers[id];
    if (heard === undefined) return;
    const nowMs = nowOf(heard, memory);
    const { rules } = editionAt(editions, nowMs);
    const scanMs = scanMsOf(id);
    completeness.pass(rules, { siteId, id }, scanMs, hourOffsetMs, nowMs, tell);
    const staleMs = staleAfterMs(scanMs);
    if (memory.monotonicMs - heard.monotonicMs <= staleMs) return;
    const ofGateway = memory.heardGateways[gatewayId];
    const gatewayHeard = ofGateway !== undefined && memory.monotonicMs - ofGateway.monotonicMs <= staleMs;
    sensors.silent(rules, { siteId, id }, gatewayHeard, nowMs, tell);
  }

  /** What is told of a boiler behind a gap is remembered with what its readings said. */
  let next: Tell = () => {};
  const tell: Tell = (event) => {
    if (event.kind === "condition" && memory.behindGap[event.sourceId] !== undefined) noteTold(memory, event);
    next(event);
  };

  return {
    name: "raise-alarms",
    step: (event, then) => {
      next = then;
      next(event);
      switch (event.kind) {
        case "judged":
          judged(event, tell);
          break;
        case "tick":
          ticked(event, tell);
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
    memoryOf: (boilerId): OfBoiler => ({
      families: memory.families[boilerId] ?? {},
      fire: memory.fires[boilerId] ?? null,
      baselines: memory.baselines[boilerId] ?? {},
    }),
    recallOf: (boilerId, saved) => {
      const { families: ofBoiler, fire = null, baselines } = (saved ?? {}) as Partial<OfBoiler>;
      memory.families[boilerId] = { ...ofBoiler };
      memory.baselines[boilerId] = { ...baselines };
      if (fire === null) delete memory.fires[boilerId];
      else memory.fires[boilerId] = fire;
      seenUnder.delete(boilerId);
    },
    meet: meeting.meet,
    goesOn: (boilerId, fromMs) => {
      if (fromMs !== null) beginBehind(memory, boilerId, fromMs);
      else if (memory.late[boilerId] === undefined) delete memory.behindGap[boilerId];
      else for (const log of memory.behindGap[boilerId] ?? []) log.isDone = true;
    },
  };
}
