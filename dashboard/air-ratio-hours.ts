import { createSignal, type Signal } from "solid-js";
import type { OverviewBoiler } from "../contracts/http/socket.ts";
import { api } from "./api.ts";
import type { Feed } from "./feed.ts";

/** The last hour of every boiler's air ratio, in as many buckets as a small line has pixels. */
export interface AirRatioHours {
  /** Loads the hour of a boiler once, when its row is first seen. */
  want(boilerId: string): void;
  /** Takes the newest reading in. */
  add(reading: OverviewBoiler): void;
  /** Lowest and highest of each bucket in the order in which they came; oldest first, `null` where nothing was. */
  buckets(boilerId: string): readonly (Bucket | null)[];
  close(): void;
}

export interface Bucket {
  readonly lowestMs: number;
  readonly lowest: number;
  readonly highestMs: number;
  readonly highest: number;
}

export const hourBuckets = 47;
const bucketMs = 3_600_000 / hourBuckets;
const atATime = 2;

interface Hour {
  readonly buckets: Map<number, Bucket>;
  readonly version: Signal<number>;
}

export function airRatioHours(feed: Feed): AirRatioHours {
  const hours = new Map<string, Hour>();
  const wanted = new Set<string>();
  const queue: string[] = [];
  let running = 0;

  function hourOf(boilerId: string): Hour {
    let hour = hours.get(boilerId);
    if (hour === undefined) {
      hour = { buckets: new Map(), version: createSignal(0) };
      hours.set(boilerId, hour);
    }
    return hour;
  }

  async function load(boilerId: string): Promise<void> {
    const toMs = feed.nowMs();
    const reply = await api.trend(boilerId, ["airRatio"], toMs - 3_600_000, toMs, hourBuckets);
    if (!reply.ok) return;
    const hour = hourOf(boilerId);
    for (const [index, value] of (reply.value.values["airRatio"] ?? []).entries()) {
      const atMs = reply.value.timesMs[index];
      if (value !== null && atMs !== undefined) put(hour, atMs, value);
    }
    hour.version[1]((version) => version + 1);
  }

  /** A few at a time: two hundred rows must not ask for two hundred histories at once. */
  async function run(): Promise<void> {
    if (running >= atATime) return;
    running += 1;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await load(next);
    running -= 1;
  }

  async function loadAgain(): Promise<void> {
    queue.push(...[...wanted].filter((id) => !queue.includes(id)));
    await run();
  }

  const stopRefilling = feed.onGap(async () => {
    await loadAgain();
    return true;
  });

  return {
    want: (boilerId) => {
      if (wanted.has(boilerId)) return;
      wanted.add(boilerId);
      queue.push(boilerId);
      void run();
    },
    add: ({ boilerId, takenAtMs, values }) => {
      const value = values["airRatio"];
      if (!wanted.has(boilerId) || value === undefined || value === null) return;
      const hour = hourOf(boilerId);
      if (put(hour, takenAtMs, value)) hour.version[1]((version) => version + 1);
    },
    buckets: (boilerId) => {
      const hour = hourOf(boilerId);
      hour.version[0]();
      const newest = Math.floor(feed.nowMs() / bucketMs);
      const oldest = newest - hourBuckets + 1;
      return Array.from({ length: hourBuckets }, (_, index) => hour.buckets.get(oldest + index) ?? null);
    },
    close: stopRefilling,
  };
}

/** @returns whether the line looks different now */
function put({ buckets }: Hour, atMs: number, value: number): boolean {
  const key = Math.floor(atMs / bucketMs);
  const old = buckets.get(key);
  if (old !== undefined && value >= old.lowest && value <= old.highest) return false;
  if (old === undefined)
    for (const each of buckets.keys()) if (each <= key - hourBuckets) buckets.delete(each);
  buckets.set(key, {
    ...(old === undefined || value < old.lowest
      ? { lowestMs: atMs, lowest: value }
      : { lowestMs: old.lowestMs, lowest: old.lowest }),
    ...(old === undefined || value > old.highest
      ? { highestMs: atMs, highest: value }
      : { highestMs: old.highestMs, highest: old.highest }),
  });
  return true;
}
