import type { Boiler } from "../../domain/boiler.ts";
import { type Fuel, governingFuel } from "../../domain/fuel.ts";
import { judgeTables, notJudged, type Verdicts } from "../../domain/limits.ts";
import type { Reading } from "../../domain/reading.ts";
import { type SteadyMemory, steadyMemory, steadyState } from "../../domain/steady-state.ts";
import type { Plant } from "../plant.ts";
import type { PlantEvent, Stage } from "../stage.ts";

/** Holds each reading against the tables that are in force for its boiler, where it is steady. */
export function judge(plant: Plant): Stage {
  let memories: Record<string, SteadyMemory> = {};

  return {
    name: "judge",
    step: function* (event: PlantEvent) {
      if (event.kind !== "reading") {
        yield event;
        return;
      }
      const { reading, origin } = event;
      const entry = plant.boilers.get(reading.boilerId);
      if (entry === undefined) return;
      const { boiler, steady, tables } = entry;
      if (origin.late) {
        yield { ...event, kind: "judged", verdicts: notJudged("no-data") };
        return;
      }
      const memory = memories[reading.boilerId] ?? steadyMemory();
      memories[reading.boilerId] = memory;
      const state = steadyState(memory, reading, steady);
      const fuel = fuelOf(boiler, reading);
      const verdicts: Verdicts = !state.steady
        ? notJudged(state.reason)
        : fuel === null
          ? notJudged("fuel-unknown")
          : judgeTables(
              { ...state.means, steadySinceMs: state.sinceMs },
              boiler,
              fuel,
              tables,
              reading.takenAtMs,
            );
      yield { ...event, kind: "judged", verdicts };
    },
    memory: () => memories,
    recall: (memory) => {
      memories = (memory ?? {}) as Record<string, SteadyMemory>;
    },
  };
}

function fuelOf(boiler: Boiler, reading: Reading): Fuel | null {
  return governingFuel(boiler.fuels, reading.values);
}
