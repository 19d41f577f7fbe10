import { messageOf, OperationalError } from "../../platform/errors.ts";
import { backgroundLoop, type Service } from "../../platform/service.ts";
import type { World } from "../../platform/world.ts";
import type { Projects } from "./projects.ts";

const firstLookMs = 15 * 60_000;
const lookEveryMs = 24 * 60 * 60_000;

/**
 * Looks once a day at what was released: whether late data have changed its rows, then it is superseded; and whether
 * the saving still holds.
 */
export function watchReleased(projects: Pick<Projects, "recheck" | "watchSavings">, world: World): Service {
  return backgroundLoop("released reports", async (signal) => {
    await world.clock.sleep(firstLookMs, signal);
    while (!signal.aborted) {
      try {
        for (const id of await projects.recheck())
          world.log.warn({ retrofit: id }, "late data have changed a released report");
        for (const { id, decayed } of await projects.watchSavings())
          world.log.warn(
            { retrofit: id },
            decayed ? "an accepted saving is going" : "an accepted saving is back",
          );
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        world.log.warn(
          { error: messageOf(error) },
          "released reports could not be looked at; it is tried again tomorrow",
        );
      }
      await world.clock.sleep(lookEveryMs, signal);
    }
  });
}
