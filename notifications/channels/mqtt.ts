import { liveTopic } from "../../contracts/topics.ts";
import type { Bus } from "../../platform/bus.ts";
import { messageOf, OperationalError } from "../../platform/errors.ts";
import type { Channel } from "./channel.ts";

/** Publishes the messages of one site, so that nobody hears of another's; at least once, not retained. */
export function mqttEvents(siteId: string, bus: Bus): Channel {
  return {
    send: async (_message, text) => {
      try {
        await bus.publish(liveTopic(siteId, "notification"), text, { qos: 1 });
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        throw new OperationalError("notification-failed", messageOf(error), { cause: error });
      }
    },
  };
}
