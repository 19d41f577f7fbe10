import type { TrainerBoiler, TrainerChange, TrainerText } from "../contracts/trainer.ts";
import { OperationalError } from "../platform/errors.ts";
import type { FittedPoints } from "./fitted.ts";
import type { InstrumentFault } from "./instruments.ts";
import type { Simulation } from "./simulation.ts";

/** A running simulation as the trainer's page turns it. */
export function trainerOf(simulation: Simulation, fitted: FittedPoints, scenario: TrainerText["scenario"]) {
  const pointsOf = (boilerId: string) => [...(fitted.get(boilerId) ?? [])];

  function known(boilerId: string, point: string): void {
    if (!pointsOf(boilerId).includes(point))
      throw new OperationalError("point-unknown", `${boilerId} has no instrument for ${point}`);
  }

  return {
    scenario,
    boilers: (): readonly TrainerBoiler[] =>
      simulation.boilerIds.map((boilerId) => {
        const now = simulation.controls(boilerId);
        return {
          boilerId,
          controls: {
            loadPercent: now.loadPercent ?? null,
            o2TrimPercent: now.o2TrimPercent ?? 0,
            damper: now.damper === "auto" ? "auto" : "stuck",
            airLeakPercent: now.airLeakPercent ?? 0,
            foulingPercent: now.foulingPercent ?? 0,
            burner: now.burner ?? "auto",
          },
          points: pointsOf(boilerId),
          faults: Object.entries(simulation.faults(boilerId)).map(([point, fault]) => ({
            point,
            kind: fault.kind,
            ...("by" in fault && { by: fault.by }),
          })),
        };
      }),
    change: (boilerId: string, { set, fault, mend }: TrainerChange): void => {
      if (!simulation.boilerIds.includes(boilerId))
        throw new OperationalError("boiler-unknown", `There is no simulated boiler ${boilerId}`);
      if (fault !== undefined) known(boilerId, fault.point);
      if (mend !== undefined) known(boilerId, mend);
      if (set !== undefined) simulation.set(boilerId, set);
      if (fault !== undefined) simulation.setFault(boilerId, fault.point, instrumentFault(fault));
      if (mend !== undefined) simulation.setFault(boilerId, mend, null);
    },
  };
}

function instrumentFault({ kind, by = 0 }: NonNullable<TrainerChange["fault"]>): InstrumentFault {
  return kind === "offset" ? { kind, by } : { kind };
}
