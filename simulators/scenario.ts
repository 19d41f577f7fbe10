import { type Static, Type } from "typebox";
import { Id, PointNameText } from "../contracts/ids.ts";
import { LabelText } from "../contracts/registry.ts";
import { BoilerControls } from "./boiler/controls.ts";
import { BoilerRefit } from "./boiler/design.ts";
import { DurationText, secondsIn } from "./duration.ts";
import { InstrumentFault } from "./instruments.ts";
import { BusFault } from "./modbus/fault.ts";

const closed = { additionalProperties: false } as const;

/**
 * Something that happens at a time after the start. What it happens to is said by `boiler` (with `set`, `refit`, or
 * `point` and `fault`), by `line` (with `busFault`, for one `unit` or the whole line), by `gateway` (with
 * `clockAheadSeconds` or `message`), or by `broker` and `telemetry` themselves.
 */
export const ScenarioEvent = Type.Object(
  {
    at: DurationText,
    /** Then it is undone. */
    for: Type.Optional(DurationText),
    /** Again and again, so much later each time. */
    every: Type.Optional(DurationText),
    /** Numbers go to their new values in a straight line that long. */
    over: Type.Optional(DurationText),
    boiler: Type.Optional(Id),
    set: Type.Optional(BoilerControls),
    refit: Type.Optional(BoilerRefit),
    point: Type.Optional(PointNameText),
    fault: Type.Optional(InstrumentFault),
    /** By its `id`, or as host:port. */
    line: Type.Optional(Type.String({ minLength: 1 })),
    unit: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
    busFault: Type.Optional(BusFault),
    broker: Type.Optional(Type.Enum(["cut"])),
    gateway: Type.Optional(Id),
    /** How far its clock is ahead; below nought, behind. */
    clockAheadSeconds: Type.Optional(Type.Number({ minimum: -4e9, maximum: 4e9 })),
    /** In its name comes one that nobody can read. */
    message: Type.Optional(Type.Enum(["damaged"])),
    telemetry: Type.Optional(Type.Enum(["stalled"])),
  },
  closed,
);
export type ScenarioEvent = Static<typeof ScenarioEvent>;

/** A plant, and what happens to it: a file of its own beside the plant's configuration. */
export const ScenarioFile = Type.Object(
  {
    kind: Type.Literal("scenario"),
    title: LabelText,
    /** What it shows; of a trainer's scenario, the task. */
    about: LabelText,
    /** Of a trainer's scenario: what there was to be found. */
    answer: Type.Optional(LabelText),
    /** Configuration of the plant, seen from this file. */
    plant: Type.String({ minLength: 1 }),
    events: Type.Array(ScenarioEvent, { maxItems: 10_000 }),
  },
  closed,
);
export type ScenarioFile = Static<typeof ScenarioFile>;

/** What events happen to. */
export interface ScenarioTargets {
  controls(boilerId: string): BoilerControls;
  set(boilerId: string, controls: BoilerControls, rampSeconds: number): void;
  refit(boilerId: string, changes: BoilerRefit): void;
  instrumentFault(boilerId: string, point: string, fault: InstrumentFault | null): void;
  busFault(line: string, unitId: number | null, fault: BusFault | null): void;
  broker(isCut: boolean): void;
  clock(gatewayId: string, aheadSeconds: number): void;
  /** A damaged one comes in the gateway's name. */
  message(gatewayId: string): void;
  telemetry(isStalled: boolean): void;
}

type Action = (targets: ScenarioTargets) => void;

interface Due {
  readonly atSeconds: number;
  readonly act: Action;
}

export interface Timeline {
  /** Does what is due up to a time, in order; times may not go back. */
  advance(seconds: number, targets: ScenarioTargets): void;
}

/** The events in the order of time, repetitions and ends among them. */
export function timeline(events: readonly ScenarioEvent[]): Timeline {
  const due: Due[] = [];
  const plan = (atSeconds: number, act: Action) => {
    let index = due.length;
    while (index > 0 && (due[index - 1] as Due).atSeconds > atSeconds) index -= 1;
    due.splice(index, 0, { atSeconds, act });
  };
  const happen = (event: ScenarioEvent, atSeconds: number) => {
    const lasting = event.for === undefined ? null : secondsIn(event.for);
    const everySeconds = event.every === undefined ? null : secondsIn(event.every);
    plan(atSeconds, (targets) => {
      const undo = done(event, targets);
      if (lasting !== null) plan(atSeconds + lasting, undo);
      if (everySeconds !== null) happen(event, atSeconds + everySeconds);
    });
  };
  for (const event of events) happen(event, secondsIn(event.at) ?? 0);
  return {
    advance: (seconds, targets) => {
      for (let next = due[0]; next !== undefined && next.atSeconds <= seconds; next = due[0]) {
        due.shift();
        next.act(targets);
      }
    },
  };
}

/** Lets an event happen; gives what undoes it. */
function done(event: ScenarioEvent, targets: ScenarioTargets): Action {
  const { boiler, set, refit, point, fault, line, unit = null, busFault, broker } = event;
  const { gateway, clockAheadSeconds, message, telemetry } = event;
  const rampSeconds = event.over === undefined ? 0 : (secondsIn(event.over) ?? 0);
  if (boiler !== undefined && set !== undefined) {
    const before = targets.controls(boiler);
    const changed = Object.keys(set) as (keyof BoilerControls)[];
    const back = Object.fromEntries(changed.map((key) => [key, before[key]])) as BoilerControls;
    targets.set(boiler, set, rampSeconds);
    return (later) => later.set(boiler, back, rampSeconds);
  }
  if (boiler !== undefined && refit !== undefined) targets.refit(boiler, refit);
  if (boiler !== undefined && point !== undefined && fault !== undefined) {
    targets.instrumentFault(boiler, point, fault);
    return (later) => later.instrumentFault(boiler, point, null);
  }
  if (line !== undefined && busFault !== undefined) {
    targets.busFault(line, unit, busFault);
    return (later) => later.busFault(line, unit, null);
  }
  if (broker === "cut") {
    targets.broker(true);
    return (later) => later.broker(false);
  }
  if (gateway !== undefined && clockAheadSeconds !== undefined) {
    targets.clock(gateway, clockAheadSeconds);
    return (later) => later.clock(gateway, 0);
  }
  if (gateway !== undefined && message === "damaged") targets.message(gateway);
  if (telemetry === "stalled") {
    targets.telemetry(true);
    return (later) => later.telemetry(false);
  }
  return () => {};
}

/** What is there for events to happen to. */
export interface ScenarioPlant {
  /** Points of each boiler that its devices give. */
  readonly points: ReadonlyMap<string, ReadonlySet<string>>;
  /** Units of each line. */
  readonly units: ReadonlyMap<string, ReadonlySet<number>>;
  readonly gateways: ReadonlySet<string>;
  readonly fuels: ReadonlySet<string>;
}

const whats = [
  "set",
  "refit",
  "fault",
  "busFault",
  "broker",
  "clockAheadSeconds",
  "message",
  "telemetry",
] as const;

/** What no schema can see of a scenario: names that lead nowhere, times out of order, halves without the other. */
export function scenarioFaults(
  events: readonly ScenarioEvent[],
  plant: ScenarioPlant,
  wrong: (path: readonly (string | number)[], message: string) => void,
): void {
  let beforeSeconds = 0;
  for (const [index, event] of events.entries()) {
    const at = (...path: string[]) => ["events", index, ...path];
    const { boiler, point, line, unit, gateway } = event;
    const seconds = secondsIn(event.at) ?? 0;
    if (seconds < beforeSeconds)
      wrong(at("at"), `is ${event.at}, before the event above it; put them in order`);
    beforeSeconds = Math.max(beforeSeconds, seconds);
    const lasting = event.for === undefined ? 0 : (secondsIn(event.for) ?? 0);
    if (event.every !== undefined && (secondsIn(event.every) ?? 0) <= lasting)
      wrong(at("every"), `is ${event.every}; it must be longer than "for"`);
    const said = whats.filter((what) => event[what] !== undefined);
    if (said.length !== 1)
      wrong(
        at(),
        `needs exactly one of ${whats.join(", ")}${said.length > 1 ? `; it has ${said.join(" and ")}` : ""}`,
      );
    if (event.for !== undefined && event.refit !== undefined)
      wrong(at("for"), "does not go with refit: what is built stays");
    if (event.for !== undefined && event.message !== undefined)
      wrong(at("for"), "does not go with message: it has come; every brings another");
    const needsBoiler = event.set !== undefined || event.refit !== undefined || event.fault !== undefined;
    if (needsBoiler && boiler === undefined) wrong(at(), `needs "boiler": which one ${said[0]} is meant for`);
    const points = boiler === undefined ? undefined : plant.points.get(boiler);
    if (boiler !== undefined && points === undefined)
      wrong(
        at("boiler"),
        `is "${boiler}", which is not simulated; known are ${[...plant.points.keys()].join(", ")}`,
      );
    if (event.fault !== undefined && point === undefined)
      wrong(at(), `needs "point": which instrument fails`);
    if (point !== undefined && points !== undefined && !points.has(point))
      wrong(
        at("point"),
        `is "${point}", which no device of ${boiler} gives; known are ${[...points].join(", ")}`,
      );
    const needsGateway = event.clockAheadSeconds !== undefined || event.message !== undefined;
    if (needsGateway && gateway === undefined)
      wrong(at(), `needs "gateway": which one ${said[0]} is meant for`);
    if (gateway !== undefined && !plant.gateways.has(gateway))
      wrong(
        at("gateway"),
        `is "${gateway}", which is not there; known are ${[...plant.gateways].join(", ")}`,
      );
    if (event.busFault !== undefined && line === undefined) wrong(at(), `needs "line": which one fails`);
    const units = line === undefined ? undefined : plant.units.get(line);
    if (line !== undefined && units === undefined)
      wrong(
        at("line"),
        `is "${line}", where nothing is simulated; known are ${[...plant.units.keys()].join(", ")}`,
      );
    if (unit !== undefined && units !== undefined && !units.has(unit))
      wrong(at("unit"), `is ${unit}, which ${line} does not have; known are ${[...units].join(", ")}`);
    const fuels = [
      ...Object.keys(event.set?.fuelShares ?? {}),
      ...(event.refit?.fuels ?? []).map(({ fuel }) => fuel),
    ];
    for (const fuel of fuels)
      if (!plant.fuels.has(fuel))
        wrong(at(said[0] ?? ""), `has the fuel "${fuel}"; known are ${[...plant.fuels].join(", ")}`);
  }
}
