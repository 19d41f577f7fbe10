import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Bus } from "../../platform/bus.ts";
import { until } from "../helpers/until.ts";

/** What every bus must do; `open` gives a broker with a way to connect to it and to take it away. */
export function busSuite(
  name: string,
  open: () => Promise<{
    connect(clientId: string): Bus;
    cut(): Promise<void>;
    restore(): Promise<void>;
    stop(): Promise<void>;
  }>,
): void {
  describe(`a bus over ${name}`, () => {
    let broker: Awaited<ReturnType<typeof open>>;
    let speaker: Bus;
    let listener: Bus;
    const heard: string[] = [];
    let full = 0;
    let ups = 0;

    beforeAll(async () => {
      broker = await open();
      speaker = broker.connect("speaker");
      listener = broker.connect("listener");
      listener.onUp(() => {
        ups += 1;
      });
      listener.subscribe("fluewatch/v1/+/+/data", (topic, payload) => {
        if (full > 0) {
          full -= 1;
          return "full";
        }
        heard.push(`${topic.split("/")[3]} ${payload.toString()}`);
        return "taken";
      });
      await until("both are connected", () => speaker.up && listener.up);
    });
    afterAll(async () => {
      await speaker.stop();
      await listener.stop();
      await broker.stop();
    });

    const say = (gateway: string, text: string) =>
      speaker.publish(`fluewatch/v1/works/${gateway}/data`, text, { qos: 1 });

    test("carries what is published to who subscribed, in order", async () => {
      for (let index = 0; index < 50; index += 1) await say("gw-1", String(index));
      await expect.poll(() => heard.length).toBe(50);
      expect(heard).toEqual(Array.from({ length: 50 }, (_, index) => `gw-1 ${index}`));
    });

    test("refuses to publish while the link is down, keeps nothing, and comes back by itself with its subscriptions", async () => {
      const before = ups;
      await broker.cut();
      await expect.poll(() => speaker.up || listener.up, { timeout: 10_000 }).toBe(false);
      await expect(say("gw-1", "lost")).rejects.toMatchObject({ code: "bus-down" });
      await broker.restore();
      await expect.poll(() => speaker.up && listener.up, { timeout: 20_000 }).toBe(true);
      expect(ups).toBeGreaterThan(before);
      await say("gw-2", "again");
      await expect.poll(() => heard.at(-1)).toBe("gw-2 again");
      expect(heard.some((text) => text.includes("lost"))).toBe(false);
    });

    test("a handler that has no room is asked again, and the message is not lost", async () => {
      if (name === "memory") return; // there is no connection that could be held
      full = 3;
      await say("gw-3", "held");
      await expect.poll(() => heard.at(-1)).toBe("gw-3 held");
      expect(listener.shed).toBe(0);
    });
  });
}
