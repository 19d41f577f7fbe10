import { OperationalError } from "../platform/errors.ts";
import type { Machine } from "../platform/machine.ts";
import type { ReadingWriter } from "../platform/telemetry/telemetry.ts";
import type { World } from "../platform/world.ts";
import type { ScenarioTargets, ServerState } from "./scenario.ts";

/** What a scenario can break of the path behind the field bus, where it runs in the same process. */
export interface PlantFaults {
  readonly targets: Pick<ScenarioTargets, "clock" | "telemetry" | "server">;
  /** The world of a gateway, whose clock may be wrong. */
  worldOf(gatewayId: string, world: World): World;
  /** The telemetry store, which may not answer. */
  storeBehind<Store extends ReadingWriter>(store: Store): Store;
  /** What the server finds of its disk, its certificates and its savings, which may be told otherwise. */
  machineBehind(machine: Machine): Machine;
}

export function plantFaults(): PlantFaults {
  const aheadMs = new Map<string, number>();
  let isStalled = false;
  let server: ServerState = {};
  return {
    targets: {
      clock: (gatewayId, aheadSeconds) => {
        aheadMs.set(gatewayId, Math.round(1_000 * aheadSeconds));
      },
      telemetry: (stalled) => {
        isStalled = stalled;
      },
      server: (state) => {
        server = { ...server, ...state };
      },
    },
    worldOf: (gatewayId, world) => ({
      ...world,
      clock: { ...world.clock, nowMs: () => world.clock.nowMs() + (aheadMs.get(gatewayId) ?? 0) },
    }),
    storeBehind: (store) => ({
      ...store,
      write: async (readings, checkpoint, follow) => {
        if (isStalled)
          throw new OperationalError("telemetry-unavailable", "The scenario lets the store stand still");
        await store.write(readings, checkpoint, follow);
      },
    }),
    machineBehind: (machine) => ({
      diskUsedPercent: async (folder) => server.diskUsedPercent ?? (await machine.diskUsedPercent(folder)),
      certificateDays: (files, nowMs) => server.certificateDays ?? machine.certificateDays(files, nowMs),
      savingsGoing: async (records) => server.savingsGoing ?? (await machine.savingsGoing(records)),
    }),
  };
}
