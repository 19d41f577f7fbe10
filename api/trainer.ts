import type { TrainerBoiler, TrainerChange, TrainerText } from "../contracts/trainer.ts";

/** The simulated plant behind the dashboard's trainer page; made of the simulators that run in this process. */
export interface Trainer {
  readonly scenario: TrainerText["scenario"];
  boilers(): readonly TrainerBoiler[];
  /** @throws OperationalError `boiler-unknown`, `point-unknown`, `controls-refused` */
  change(boilerId: string, change: TrainerChange): void;
}
