import { type Accessor, createComputed, createSignal, on, type Signal } from "solid-js";
import type { AlarmList } from "./alarms.ts";
import type { BoilerList } from "./boilers.ts";
import { type Condition, conditionOf, sameCondition } from "./condition.ts";
import type { Feed } from "./feed.ts";

/** How every boiler is. Looked at once a second; who follows it is called only when something has changed. */
export interface Conditions {
  /** `null` until something has been heard of the plant. */
  of(boilerId: string): Condition | null;
  readonly all: Accessor<ReadonlyMap<string, Condition>>;
}

export function conditionsOf(feed: Feed, list: BoilerList, alarms: AlarmList): Conditions {
  const [all, setAll] = createSignal<ReadonlyMap<string, Condition>>(new Map());
  const each = new Map<string, Signal<Condition | null>>();

  function signalOf(boilerId: string): Signal<Condition | null> {
    let signal = each.get(boilerId);
    if (signal === undefined) {
      signal = createSignal<Condition | null>(null);
      each.set(boilerId, signal);
    }
    return signal;
  }

  createComputed(
    on([feed.frameMs, list.boilers, list.gateways, alarms.open], ([frameMs, boilers, , open]) => {
      if (frameMs === 0) return; // Nothing has been heard yet: nothing is known, not even that it is old.
      const before = all();
      const now = new Map<string, Condition>();
      let changed = before.size !== boilers.length;
      for (const boiler of boilers) {
        const { id, gatewayId } = boiler;
        const fresh = conditionOf(boiler, feed.newest(id), list.gateway(gatewayId), open, frameMs);
        const old = before.get(id);
        const same = old !== undefined && sameCondition(old, fresh);
        now.set(id, same ? old : fresh);
        if (same) continue;
        changed = true;
        signalOf(id)[1](fresh);
      }
      if (changed) setAll(now);
    }),
  );

  return { of: (boilerId) => signalOf(boilerId)[0](), all };
}
