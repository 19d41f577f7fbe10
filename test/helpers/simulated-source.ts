import type { RegisterBlock, RegisterSource } from "../../gateway/register-source.ts";
import type { World } from "../../platform/world.ts";

/** A line that answers as it is told: after a delay, with words, an exception, or not at all. */
export function simulatedSource(
  world: World,
  answer: (
    block: RegisterBlock,
  ) => { readonly afterMs: number; readonly words: readonly number[] } | "refused" | "silent" | "down",
): RegisterSource {
  return {
    read: async (block, timeoutMs) => {
      const given = answer(block);
      if (given === "refused") return { kind: "exception", code: 4, tookMs: 0 };
      if (given === "down") return { kind: "line-down", why: "no connection" };
      if (given === "silent") {
        await world.clock.sleep(timeoutMs);
        return { kind: "silent", why: "no answer" };
      }
      await world.clock.sleep(given.afterMs);
      return { kind: "words", words: given.words, tookMs: given.afterMs };
    },
    readyInMs: () => 0,
    close: async () => {},
  };
}
