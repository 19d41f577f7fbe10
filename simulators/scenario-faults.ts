import type { Fuel } from "../domain/fuel.ts";
import { points as knownPoints, type Point } from "../domain/points.ts";
import { fuelShareFaults } from "./boiler/controls.ts";
import type { BoilerDesign } from "./boiler/design.ts";
import { built } from "./boiler/heat-transfer.ts";
import { secondsIn } from "./duration.ts";
import { faultMisfit } from "./modbus/fault.ts";
import { type ScenarioEvent, whats } from "./scenario.ts";

/** What is there for events to happen to. */
export interface ScenarioPlant {
  readonly boilers: ReadonlyMap<string, BoilerDesign>;
  /** Points of each boiler that its devices give. */
  readonly points: ReadonlyMap<string, ReadonlySet<string>>;
  readonly lines: ReadonlyMap<string, ScenarioLine>;
  readonly gateways: ReadonlySet<string>;
  readonly fuels: ReadonlyMap<string, Fuel>;
}

export interface ScenarioLine {
  readonly units: ReadonlySet<number>;
  readonly framing: "tcp" | "rtu";
  readonly hasSockets: boolean;
}

/** Tells what is wrong at a place of an event. */
type Wrong = (path: readonly string[], message: string) => void;

const listed = (names: Iterable<string | number>) => [...names].join(", ");

/**
 * What no schema can see of a scenario: names that lead nowhere, times out of order, halves without the other, and what
 * could not happen to this plant: a boiler that cannot be built so, a gas that is none, a fault that does not fit.
 */
export function scenarioFaults(
  events: readonly ScenarioEvent[],
  plant: ScenarioPlant,
  wrong: (path: readonly (string | number)[], message: string) => void,
): void {
  let beforeSeconds = 0;
  /** As they stand at the time of the event, retrofits before it included. */
  const designs = new Map(plant.boilers);
  for (const [index, event] of events.entries()) {
    const at: Wrong = (path, message) => wrong(["events", index, ...path], message);
    const seconds = secondsIn(event.at) ?? 0;
    if (seconds < beforeSeconds) at(["at"], `is ${event.at}, before the event above it; put them in order`);
    beforeSeconds = Math.max(beforeSeconds, seconds);
    times(event, at);
    what(event, at);
    targets(event, plant, at);
    physics(event, plant, designs, at);
    if (event.fault !== undefined) instrument(event.fault, plant.points.get(event.boiler ?? ""), event, at);
  }
}

function times(event: ScenarioEvent, at: Wrong): void {
  const lasting = event.for === undefined ? 0 : (secondsIn(event.for) ?? 0);
  const everySeconds = event.every === undefined ? null : secondsIn(event.every);
  if (everySeconds !== null && everySeconds < 1) at(["every"], `is ${event.every}; it must be 1 s or more`);
  else if (everySeconds !== null && everySeconds <= lasting)
    at(["every"], `is ${event.every}; it must be longer than "for"`);
  if (event.for !== undefined && event.refit !== undefined)
    at(["for"], "does not go with refit: what is built stays");
  if (event.for !== undefined && event.message !== undefined)
    at(["for"], "does not go with message: it has come; every brings another");
  if (event.over !== undefined && event.set === undefined) at(["over"], "goes with set alone");
}

/** Each event does one thing, and says what with. */
function what(event: ScenarioEvent, at: Wrong): void {
  const said = whats.filter((each) => event[each] !== undefined);
  const [first = ""] = said;
  if (said.length !== 1)
    at(
      [],
      `needs exactly one of ${whats.join(", ")}${said.length > 1 ? `; it has ${said.join(" and ")}` : ""}`,
    );
  const needsBoiler = event.set !== undefined || event.refit !== undefined || event.fault !== undefined;
  if (needsBoiler && event.boiler === undefined) at([], `needs "boiler": which one ${first} is meant for`);
  if (event.fault !== undefined && event.point === undefined) at([], `needs "point": which instrument fails`);
  const needsGateway = event.clockAheadSeconds !== undefined || event.message !== undefined;
  if (needsGateway && event.gateway === undefined) at([], `needs "gateway": which one ${first} is meant for`);
  if (event.busFault !== undefined && event.line === undefined) at([], `needs "line": which one fails`);
}

/** Names lead somewhere. */
function targets(
  { boiler, point, line, unit, gateway, busFault, savingGoing }: ScenarioEvent,
  plant: ScenarioPlant,
  at: Wrong,
) {
  const points = boiler === undefined ? undefined : plant.points.get(boiler);
  if (boiler !== undefined && points === undefined)
    at(["boiler"], `is "${boiler}", which is not simulated; known are ${listed(plant.points.keys())}`);
  if (savingGoing !== undefined && !plant.boilers.has(savingGoing))
    at(
      ["savingGoing"],
      `is "${savingGoing}", which is not simulated; known are ${listed(plant.boilers.keys())}`,
    );
  if (point !== undefined && points !== undefined && !points.has(point))
    at(["point"], `is "${point}", which no device of ${boiler} gives; known are ${listed(points)}`);
  if (gateway !== undefined && !plant.gateways.has(gateway))
    at(["gateway"], `is "${gateway}", which is not there; known are ${listed(plant.gateways)}`);
  if (line === undefined) return;
  const there = plant.lines.get(line);
  if (there === undefined) {
    at(["line"], `is "${line}", where nothing is simulated; known are ${listed(plant.lines.keys())}`);
    return;
  }
  if (unit !== undefined && !there.units.has(unit))
    at(["unit"], `is ${unit}, which ${line} does not have; known are ${listed(there.units)}`);
  const misfit =
    busFault === undefined ? null : faultMisfit(busFault, { ...there, wholeLine: unit === undefined });
  if (misfit !== null) at(["busFault"], `does not fit: ${misfit}`);
}

/** What is set or built is possible for this boiler, as it then is. */
function physics(
  { boiler = "", set, refit }: ScenarioEvent,
  { fuels }: ScenarioPlant,
  designs: Map<string, BoilerDesign>,
  at: Wrong,
): void {
  const design = designs.get(boiler);
  const burnt =
    set === undefined ? (refit?.fuels ?? []) : Object.keys(set.fuelShares ?? {}).map((fuel) => ({ fuel }));
  const unknown = burnt.filter(({ fuel }) => !fuels.has(fuel));
  for (const { fuel } of unknown)
    at([set === undefined ? "refit" : "set"], `has the fuel "${fuel}"; known are ${listed(fuels.keys())}`);
  if (design === undefined || unknown.length > 0) return;
  if (set !== undefined)
    for (const fault of fuelShareFaults(set, design.fuels)) at(["set", "fuelShares"], fault);
  if (refit === undefined) return;
  const rebuilt = { ...design, ...refit };
  const outcome = built(rebuilt, fuels);
  if (outcome.ok) designs.set(boiler, rebuilt);
  else for (const { key, message } of outcome.faults) at(["refit", key], message);
}

/** What an instrument is made to show is there to be shown. */
function instrument(
  fault: NonNullable<ScenarioEvent["fault"]>,
  fitted: ReadonlySet<string> | undefined,
  { point = "" }: ScenarioEvent,
  at: Wrong,
): void {
  if (fault.kind === "copies" && fitted !== undefined && !fitted.has(fault.point))
    at(
      ["fault", "point"],
      `is "${fault.point}", which is not there to be shown; known are ${listed(fitted)}`,
    );
  if (
    fault.kind === "clipped" &&
    fault.low !== undefined &&
    fault.high !== undefined &&
    fault.low >= fault.high
  )
    at(["fault"], `ends at ${fault.low} below and at ${fault.high} above; nothing is left between`);
  const range = (knownPoints as Readonly<Record<string, Point>>)[point]?.range;
  if (fault.kind !== "calibration-gas" || range === undefined) return;
  const [low, high] = range;
  if (fault.value < low || fault.value > high)
    at(["fault", "value"], `is ${fault.value}; no gas has that: ${point} lies between ${low} and ${high}`);
}
