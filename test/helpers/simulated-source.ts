import type { RegisterBlock, RegisterSource } from "../../gateway/register-source.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { World } from "../../platform/world.ts";

/** A line that answers as it is told: after a delay, with words, an exception, or not at all. */
export function simulatedSource(
  world: World,
  answer: (
    block: RegisterBlock,
  ) => { readonly afterMs: number; readonly words: readonly number[] } | "refused" | "silent" | "down",
): RegisterSource {
  return {
    read: async (block) => {
      const given = answer(block);
      if (given === "refused") throw new OperationalError("device-refused", "exception 2");
      if (given === "down") throw new OperationalError("line-down", "no connection");
      if (given === "silent") {
        await world.clock.sleep(500);
        throw new OperationalError("device-silent", "no answer");
      }
      await world.clock.sleep(given.afterMs);
      return given.words;
    },
    close: async () => {},
  };
}
