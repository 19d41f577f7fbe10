import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import { Id } from "../../contracts/ids.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { BoilerDesign } from "./design.ts";

const closed = { additionalProperties: false } as const;
/** `null`: as the boiler is designed. */
const orDesign = (minimum: number, maximum: number) =>
  Type.Union([Type.Number({ minimum, maximum }), Type.Null()]);

/** What a person or a fault changes on a running boiler. What is absent stays as it is. */
export const BoilerControls = Type.Object(
  {
    /** Heat asked for, % of the rated heat; `null`: as the load profile says. */
    loadPercent: Type.Optional(orDesign(0, 130)),
    /** `off` stops it in order; `lockout` cuts the fuel at once, and it stays out until it is set to `auto`. */
    burner: Type.Optional(Type.Enum(["auto", "off", "lockout"])),
    /** Added to the tuned O₂, points. */
    o2TrimPercent: Type.Optional(Type.Number({ minimum: -10, maximum: 15 })),
    /** `stuck`: the air flow stays what it is; a number: that share of the air at rated heat, %. */
    damper: Type.Optional(
      Type.Union([Type.Literal("auto"), Type.Literal("stuck"), Type.Number({ minimum: 0, maximum: 150 })]),
    ),
    /** Air that leaks in behind the flame, before the O₂ probe, % of the combustion air. */
    airLeakPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 300 })),
    /** Heat transfer lost to soot, %, now; it goes on growing where it grows. */
    foulingPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 60 })),
    foulingPercentPerDay: Type.Optional(Type.Number({ minimum: 0, maximum: 50 })),
    /** Parts of the net heat by fuel, in relation to each other; fuels that are not named give none. */
    fuelShares: Type.Optional(
      Type.Union([Type.Record(Id, Type.Number({ minimum: 0, maximum: 100 })), Type.Null()]),
    ),
    /** Soot blowers at work: they clean, and raise dust. */
    sootBlow: Type.Optional(Type.Boolean()),
    blowdownPercent: Type.Optional(orDesign(0, 30)),
    feedwaterTempC: Type.Optional(orDesign(1, 250)),
    combustionAirTempC: Type.Optional(orDesign(-30, 80)),
    ambientTempC: Type.Optional(orDesign(-30, 55)),
  },
  closed,
);
export type BoilerControls = Static<typeof BoilerControls>;

/** Changes of the controls at their times. */
export const ControlsSchedule = Type.Array(
  Type.Object(
    {
      /** After the start. */
      atSeconds: Type.Number({ minimum: 0 }),
      /** Numbers go to their new values in a straight line that long. */
      rampSeconds: Type.Number({ minimum: 0, default: 0 }),
      set: BoilerControls,
      /** Again and again, so much later each time. */
      everySeconds: Type.Optional(Type.Number({ minimum: 1 })),
    },
    closed,
  ),
  { default: [], maxItems: 1_000 },
);
export type ControlsSchedule = Static<typeof ControlsSchedule>;

const check = Compile(BoilerControls);

/** @throws OperationalError `controls-refused`, saying what is wrong with them */
export function checkedControls(controls: unknown, { id, fuels }: BoilerDesign): BoilerControls {
  const wrong = check.Check(controls)
    ? fuelShareFaults(controls, fuels).map((fault) => `fuelShares ${fault}`)
    : check.Errors(controls).map(({ instancePath, message }) => `${instancePath.slice(1)} ${message}`);
  if (wrong.length > 0)
    throw new OperationalError(
      "controls-refused",
      `The controls of ${id} cannot be set: ${wrong.join("; ")}`,
    );
  return controls as BoilerControls;
}

/** What is wrong with the shares of a boiler that burns these fuels. */
export function fuelShareFaults(
  { fuelShares }: BoilerControls,
  fuels: BoilerDesign["fuels"],
): readonly string[] {
  if (fuelShares === undefined || fuelShares === null) return [];
  const known = fuels.map(({ fuel }) => fuel);
  const given = Object.entries(fuelShares);
  const unknown = given.filter(([fuel]) => !known.includes(fuel));
  if (unknown.length > 0)
    return unknown.map(([fuel]) => `has ${fuel}; this boiler burns ${known.join(", ")}`);
  return given.some(([, share]) => share > 0) ? [] : ["gives no fuel a share"];
}

/** Controls that are numbers, and so can be ramped. The load's own two are blended with the profile. */
const numbers = [
  "loadPercent",
  "loadOverride",
  "o2TrimPercent",
  "airLeakPercent",
  "foulingPercent",
  "foulingPercentPerDay",
  "blowdownPercent",
  "feedwaterTempC",
  "combustionAirTempC",
  "ambientTempC",
] as const;
type NumberControl = (typeof numbers)[number];

interface Ramp {
  readonly control: NumberControl;
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
  elapsed: number;
}

/** The controls as they stand, plain data. `loadOverride` is 1 where `loadPercent` goes before the profile, else 0. */
export interface ControlsNow extends Record<NumberControl, number> {
  burner: "auto" | "off" | "lockout";
  damper: "auto" | "stuck" | number;
  /** In the order of the design's fuels. */
  fuelShares: readonly number[];
  sootBlow: boolean;
  ramps: Ramp[];
}

export function controlsAtStart(design: BoilerDesign): ControlsNow {
  return {
    ...asDesigned(design),
    loadPercent: 0,
    loadOverride: 0,
    burner: "auto",
    damper: "auto",
    o2TrimPercent: 0,
    airLeakPercent: 0,
    foulingPercent: design.foulingPercent,
    foulingPercentPerDay: design.foulingPercentPerDay,
    fuelShares: design.fuels.map(({ share }) => share),
    sootBlow: false,
    ramps: [],
  };
}

function asDesigned({ steam, combustionAirTempC, ambientTempC }: BoilerDesign) {
  const { blowdownPercent, feedwaterTempC } = steam;
  return { blowdownPercent, feedwaterTempC, combustionAirTempC, ambientTempC };
}

/** Sets what is given, numbers over `rampSeconds`. */
export function setControls(
  now: ControlsNow,
  controls: BoilerControls,
  design: BoilerDesign,
  rampSeconds: number,
): void {
  const designed = asDesigned(design);
  const goTo = (control: NumberControl, to: number) => {
    now.ramps = now.ramps.filter((ramp) => ramp.control !== control);
    if (rampSeconds <= 0) now[control] = to;
    else now.ramps.push({ control, from: now[control], to, seconds: rampSeconds, elapsed: 0 });
  };
  const { loadPercent, burner, damper, fuelShares, sootBlow, ...rest } = controls;
  if (loadPercent === null) goTo("loadOverride", 0);
  else if (loadPercent !== undefined) {
    // A load that comes from the profile has nowhere to start from: it is blended in.
    if (now.loadOverride === 0) now.loadPercent = loadPercent;
    goTo("loadPercent", loadPercent);
    goTo("loadOverride", 1);
  }
  for (const [control, value] of Object.entries(rest)) {
    if (value !== undefined)
      goTo(control as NumberControl, value ?? designed[control as keyof typeof designed]);
  }
  if (burner !== undefined) now.burner = burner;
  if (damper !== undefined) now.damper = damper;
  if (sootBlow !== undefined) now.sootBlow = sootBlow;
  if (fuelShares === null) now.fuelShares = design.fuels.map(({ share }) => share);
  else if (fuelShares !== undefined) now.fuelShares = design.fuels.map(({ fuel }) => fuelShares[fuel] ?? 0);
}

/** Moves ramps on. */
export function advanceControls(now: ControlsNow, dtSeconds: number): void {
  if (now.ramps.length === 0) return;
  for (const ramp of now.ramps) {
    ramp.elapsed += dtSeconds;
    now[ramp.control] = ramp.from + (ramp.to - ramp.from) * Math.min(1, ramp.elapsed / ramp.seconds);
  }
  now.ramps = now.ramps.filter(({ elapsed, seconds }) => elapsed < seconds);
}
