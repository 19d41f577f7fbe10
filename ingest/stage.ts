import type { PastEpisode, Priority } from "../domain/alarms/alarm.ts";
import type { AlarmContext, Evidence } from "../domain/alarms/evidence.ts";
import type { Moment } from "../domain/alarms/watch.ts";
import type { HourRecord, LimitedQuantity } from "../domain/compliance.ts";
import type { Frame } from "../domain/frame.ts";

/** Where a reading came from: the evidence that leads back to the bytes a gateway sealed. */
export interface Origin {
  readonly siteId: string;
  readonly gatewayId: string;
  readonly sid: string;
  readonly seq: number;
  readonly timeSegment: number;
  /** Newer ones of its boiler had been seen before it: stored, never shown as the newest, and no cause for alarm. */
  readonly late: boolean;
  /** The gateway's clock was wrong then, or nobody knows whether it was right. */
  readonly clockDoubtful: boolean;
  /** By how much that clock was set since the boiler's last reading that was not late; 0: it was not. */
  readonly clockSetMs: number;
}

/** What happens in the plant, in the order of the journal. */
export type PlantEvent =
  /** A scan of one boiler; stages before `judge` complete its frame in place. */
  | { readonly kind: "reading"; readonly origin: Origin; readonly frame: Frame }
  | ({ readonly kind: "judged"; readonly origin: Origin } & Moment)
  /** A gateway spoke; `readings` of its batch follow. */
  | {
      readonly kind: "heard";
      readonly siteId: string;
      readonly gatewayId: string;
      readonly atMs: number;
      /** By how much its clock is off at least; `null`: it spoke of the past. */
      readonly clockOffsetMs: number | null;
    }
  /** A message of a gateway was set aside. */
  | {
      readonly kind: "set-aside";
      readonly gatewayId: string;
      readonly reason: string;
    }
  /** A second has passed since the last one; `monotonicMs` is ingest's. */
  | {
      readonly kind: "tick";
      readonly atMs: number;
      readonly monotonicMs: number;
      /** Journal entries that the telemetry store did not have then; `null` where nobody said. */
      readonly telemetryLag: number | null;
      /** Of the disk that holds the data, and days left of the certificate that ends first; absent: nobody said. */
      readonly diskUsedPercent?: number | null;
      readonly certificateDays?: number | null;
    }
  | HourEvent
  | ConditionEvent
  /** An alarm that began and ended in data that came late. */
  | ({ readonly kind: "past-episode" } & PastEpisode);

/** What a clock hour of a boiler came to so far, whole: told again, it takes the place of what was told before. */
export interface HourEvent {
  readonly kind: "hour";
  readonly siteId: string;
  readonly boilerId: string;
  readonly quantity: LimitedQuantity;
  readonly hourStartMs: number;
  readonly hour: HourRecord;
}

/** A rule's condition began or ended, after its delay, or holds at another level than before. */
export interface ConditionEvent {
  readonly kind: "condition";
  readonly ruleId: string;
  readonly siteId: string;
  readonly sourceId: string;
  /** `since`: late data show that what was told with the onset `atMs` began before it was seen. */
  readonly turned: "on" | "raised" | "lowered" | "off" | "since";
  /** Found in data that came late. */
  readonly late: boolean;
  /** Of an onset: its first moment. */
  readonly sinceMs: number;
  readonly atMs: number;
  readonly priority: Priority;
  readonly latching: boolean;
  readonly evidence: Evidence | null;
  readonly context: AlarmContext | null;
}

/**
 * One step of ingest: an event in, any number out to `next`. It may remember, never waits, and asks no clock. What
 * it remembers is plain data, so that a run can be taken up again at any saved place and gives the same.
 */
export interface Stage {
  readonly name: string;
  step(event: PlantEvent, next: (event: PlantEvent) => void): void;
  /** What it remembers, as data. */
  memory(): unknown;
  /** Takes up what `memory` gave; `null` at the very beginning. */
  recall(memory: unknown): void;
}

/** What it remembers of one boiler can be taken out and put in: so a copy of it can go through the past of that one. */
export interface BoilerStage extends Stage {
  /** As it is kept here, not a copy. */
  memoryOf(boilerId: string): unknown;
  /** `null`: nothing is known of it. */
  recallOf(boilerId: string, memory: unknown): void;
}

/** Stages one behind the other: each event runs through all of them before the next one begins. */
export function pipeline(
  stages: readonly Stage[],
  out: (event: PlantEvent) => void,
): (event: PlantEvent) => void {
  return stages.reduceRight<(event: PlantEvent) => void>(
    (next, stage) => (event) => stage.step(event, next),
    out,
  );
}
