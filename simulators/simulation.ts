import type { Fuel } from "../domain/fuel.ts";
import { OperationalError } from "../platform/errors.ts";
import { type SimulatedBoiler, simulatedBoiler } from "./boiler/boiler.ts";
import type { BoilerControls, ControlsNow } from "./boiler/controls.ts";
import type { SimulatedBoilerConfig } from "./config.ts";
import type { FittedPoints } from "./fitted.ts";
import { type InstrumentFault, type InstrumentSet, instrumentSet } from "./instruments.ts";
import { type ScenarioEvent, type ScenarioTargets, timeline } from "./scenario.ts";
import { scheduled } from "./schedule.ts";
import { seededRandom } from "./seeded-random.ts";

/** What the instruments of a boiler show, by point. */
export type Shown = Readonly<Record<string, number | null>>;

/** What stands behind the boilers of a simulation: where it has none of it, events of that kind pass by. */
export type Surroundings = Pick<
  ScenarioTargets,
  "busFault" | "broker" | "clock" | "message" | "telemetry" | "server"
>;

/** All boilers of a plant on one clock of their own, and the scenario that happens to them. */
export interface Simulation {
  readonly boilerIds: readonly string[];
  /** Moves on to so many seconds after the start, in steps; a time that is past changes nothing. */
  advance(seconds: number): void;
  /** @throws OperationalError `boiler-unknown` */
  shown(boilerId: string): Shown;
  controls(boilerId: string): BoilerControls;
  /** @throws OperationalError `boiler-unknown`, `controls-refused` */
  set(boilerId: string, controls: BoilerControls): void;
  faults(boilerId: string): Readonly<Record<string, InstrumentFault>>;
  setFault(boilerId: string, point: string, fault: InstrumentFault | null): void;
}

interface Entry {
  readonly boiler: SimulatedBoiler;
  readonly instruments: InstrumentSet;
  readonly faults: Map<string, InstrumentFault>;
  shown: Shown;
}

/** Boilers by themselves. */
export const nothingAround: Surroundings = {
  busFault: () => {},
  broker: () => {},
  clock: () => {},
  message: () => {},
  telemetry: () => {},
  server: () => {},
};

/**
 * The same boilers, events and steps give the same readings, to the bit.
 * @param stepSeconds events take place at the first step at or after their time
 */
export function simulation(
  configs: readonly SimulatedBoilerConfig[],
  events: readonly ScenarioEvent[],
  fuels: ReadonlyMap<string, Fuel>,
  fitted: FittedPoints,
  stepSeconds: number,
  around: Surroundings = nothingAround,
): Simulation {
  const entries = new Map(
    configs.map((config): [string, Entry] => [
      config.id,
      entryOf(config, fuels, fitted.get(config.id) ?? []),
    ]),
  );
  const happening = timeline(events);
  let steps = 0;

  function entry(boilerId: string): Entry {
    const found = entries.get(boilerId);
    if (found === undefined)
      throw new OperationalError("boiler-unknown", `There is no simulated boiler ${boilerId}`);
    return found;
  }

  const targets: ScenarioTargets = {
    ...around,
    controls: (boilerId) => controlsOf(entry(boilerId).boiler.controls()),
    set: (boilerId, controls, rampSeconds) => entry(boilerId).boiler.set(controls, rampSeconds),
    refit: (boilerId, changes) => entry(boilerId).boiler.refit(changes),
    instrumentFault: setFault,
  };

  function setFault(boilerId: string, point: string, fault: InstrumentFault | null): void {
    const { instruments, faults } = entry(boilerId);
    instruments.setFault(point, fault);
    if (fault === null) faults.delete(point);
    else faults.set(point, fault);
  }

  function step(): void {
    happening.advance(steps * stepSeconds, targets);
    steps += 1;
    for (const each of entries.values())
      each.shown = each.instruments.read(each.boiler.step(stepSeconds), stepSeconds);
  }

  step();
  return {
    boilerIds: [...entries.keys()],
    // Half a thousandth of a step forgives what a sum of steps loses in its last digits.
    advance: (seconds) => {
      for (const upto = Math.floor(seconds / stepSeconds + 0.0005); steps <= upto; ) step();
    },
    shown: (boilerId) => entry(boilerId).shown,
    controls: targets.controls,
    set: (boilerId, controls) => entry(boilerId).boiler.set(controls),
    faults: (boilerId) => Object.fromEntries(entry(boilerId).faults),
    setFault,
  };
}

function entryOf(
  config: SimulatedBoilerConfig,
  fuels: ReadonlyMap<string, Fuel>,
  fitted: Iterable<string>,
): Entry {
  const { instruments, schedule, ...design } = config;
  return {
    boiler: scheduled(simulatedBoiler(design, fuels, seededRandom(design.seed)), schedule),
    instruments: instrumentSet(instruments, design.seed, fitted),
    faults: new Map(),
    shown: {},
  };
}

/** The controls as somebody would set them to get them as they stand. */
function controlsOf(now: Readonly<ControlsNow>): BoilerControls {
  const { loadOverride, loadPercent, fuelShares: _shares, ramps: _ramps, ...rest } = now;
  return { ...rest, loadPercent: loadOverride > 0 ? loadPercent : null, fuelShares: null };
}
