import type { Fuel } from "../domain/fuel.ts";
import type { Rules } from "./rules.ts";

/** The newest edition of each fuel. */
export function newestFuels({ fuels }: Pick<Rules, "fuels">): ReadonlyMap<string, Fuel> {
  return new Map(
    [...fuels].flatMap(([id, dated]) => {
      const newest = dated.at(-1);
      return newest === undefined ? [] : [[id, newest.fuel] as const];
    }),
  );
}
