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
 * `clockAheadSeconds` or `message`), or by `broker`, `telemetry`, `diskUsedPercent`, `certificateDays` and `savingGoing` themselves.
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
    /** Of the disk with the data, as the server finds it. */
    diskUsedPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    /** Until the first of the server's certificates ends. */
    certificateDays: Type.Optional(Type.Integer({ minimum: -3_650, maximum: 3_650 })),
    /** The boiler whose proven saving is going. */
    savingGoing: Type.Optional(Id),
  },
  closed,
);
export type ScenarioEvent = Static<typeof ScenarioEvent>;

/** What an event can do; each does one of them. */
export const whats = [
  "set",
  "refit",
  "fault",
  "busFault",
  "broker",
  "clockAheadSeconds",
  "message",
  "telemetry",
  "diskUsedPercent",
  "certificateDays",
  "savingGoing",
] as const satisfies readonly (keyof ScenarioEvent)[];

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
  /** What the server finds when it looks at itself; `null`: what is there. */
  server(state: ServerState): void;
}

/** What is absent stays as it is. */
export interface ServerState {
  readonly diskUsedPercent?: number | null;
  readonly certificateDays?: number | null;
  /** Each with its retrofit. */
  readonly savingsGoing?: Readonly<Record<string, string>> | null;
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
  const { gateway, clockAheadSeconds, message, telemetry, diskUsedPercent, certificateDays, savingGoing } =
    event;
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
  if (diskUsedPercent !== undefined) {
    targets.server({ diskUsedPercent });
    return (later) => later.server({ diskUsedPercent: null });
  }
  if (certificateDays !== undefined) {
    targets.server({ certificateDays });
    return (later) => later.server({ certificateDays: null });
  }
  if (savingGoing !== undefined) {
    targets.server({ savingsGoing: { [savingGoing]: "scenario" } });
    return (later) => later.server({ savingsGoing: null });
  }
  return () => {};
}
