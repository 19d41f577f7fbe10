import type { Bus, Taken } from "../../platform/bus.ts";
import { OperationalError } from "../../platform/errors.ts";
import { matches } from "../../platform/mqtt/access.ts";

/** A broker in memory: what one bus publishes, all hear at once. It can be cut. */
export interface MemoryBroker {
  connect(): Bus;
  cut(): void;
  restore(): void;
  /** Everything published so far, oldest first. */
  readonly published: readonly { readonly topic: string; readonly payload: Buffer }[];
}

export function memoryBroker(): MemoryBroker {
  const subscriptions: {
    readonly filter: string;
    readonly take: (topic: string, payload: Buffer) => Taken;
  }[] = [];
  const upListeners: (() => void)[] = [];
  const published: { topic: string; payload: Buffer }[] = [];
  const retained = new Map<string, Buffer>();
  let up = true;

  const connect = (): Bus => ({
    name: "memory bus",
    get up() {
      return up;
    },
    shed: 0,
    troubles: [],
    publish: async (topic, payload, { retain = false }) => {
      if (!up) throw new OperationalError("bus-down", "cut");
      const bytes = Buffer.from(payload);
      published.push({ topic, payload: bytes });
      if (retain) retained.set(topic, bytes);
      for (const { filter, take } of subscriptions) if (matches(filter, topic)) take(topic, bytes);
    },
    subscribe: (filter, take) => {
      subscriptions.push({ filter, take });
      for (const [topic, payload] of retained) if (matches(filter, topic)) take(topic, payload);
    },
    onUp: (listener) => {
      upListeners.push(listener);
      if (up) listener();
    },
    stop: async () => {},
  });

  return {
    connect,
    published,
    cut: () => {
      up = false;
    },
    restore: () => {
      up = true;
      for (const listener of upListeners) listener();
    },
  };
}
