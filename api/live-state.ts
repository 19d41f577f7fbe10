import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { GatewayStatus } from "../contracts/batch.ts";
import { AlarmsHint, IngestStatus, type LiveBoiler, LiveFrame } from "../contracts/live.ts";
import { everyGatewayTopic, everyLiveTopic } from "../contracts/topics.ts";
import type { Bus } from "../platform/bus.ts";
import { parsedJson } from "../platform/json.ts";
import type { World } from "../platform/world.ts";

/** What came over the bus: the newest of everything that is live. */
export interface LiveState {
  readonly boilers: ReadonlyMap<string, LiveBoiler>;
  readonly gateways: ReadonlyMap<string, GatewayStatus>;
  readonly ingest: IngestStatus | null;
  onChange(listener: (boilers: readonly LiveBoiler[]) => void): void;
  onAlarms(listener: (siteId: string) => void): void;
}

/** Listens to frames, hints and statuses; what cannot be read is passed over, the next one is a second away. */
export function liveState(bus: Bus, world: World): LiveState {
  const boilers = new Map<string, LiveBoiler>();
  const gateways = new Map<string, GatewayStatus>();
  const changeListeners: ((boilers: readonly LiveBoiler[]) => void)[] = [];
  const alarmListeners: ((siteId: string) => void)[] = [];
  let ingest: IngestStatus | null = null;

  function hear<S extends TSchema>(filter: string, schema: S, take: (message: Static<S>) => void): void {
    const check = Compile(schema);
    bus.subscribe(filter, (topic, payload) => {
      const message = parsedJson(payload);
      if (check.Check(message)) take(message as Static<S>);
      else world.log.warn({ topic }, "a live message could not be read");
      return "taken";
    });
  }

  hear(everyLiveTopic("frame"), LiveFrame, (frame) => {
    const changed = frame.boilers.filter(({ boilerId, n }) => boilers.get(boilerId)?.n !== n);
    for (const boiler of changed) boilers.set(boiler.boilerId, boiler);
    if (changed.length > 0) for (const listener of changeListeners) listener(changed);
  });
  hear(everyLiveTopic("alarms"), AlarmsHint, ({ site }) => {
    for (const listener of alarmListeners) listener(site);
  });
  hear(everyLiveTopic("status"), IngestStatus, (status) => {
    ingest = status;
  });
  hear(everyGatewayTopic("status"), GatewayStatus, (status) => {
    // A last will knows only that the gateway is gone; what it had said before still holds.
    gateways.set(status.gw, { ...gateways.get(status.gw), ...status });
  });

  return {
    boilers,
    gateways,
    get ingest() {
      return ingest;
    },
    onChange: (listener) => {
      changeListeners.push(listener);
    },
    onAlarms: (listener) => {
      alarmListeners.push(listener);
    },
  };
}
