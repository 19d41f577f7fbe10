import { type Static, type TSchema, Type } from "typebox";
import { Id } from "../../contracts/ids.ts";
import { coalFirings, heatCarriers } from "../../domain/boiler.ts";
import { LoadProfile } from "./load-profile.ts";

const closed = { additionalProperties: false } as const;
const positive = Type.Number({ exclusiveMinimum: 0 });

/** A fuel, and what leaves the stack when this burner burns it. What is not given is usual for its class. */
const FiredFuel = Type.Object(
  {
    /** Id of a fuel in the rules. */
    fuel: Id,
    /** Its part of the net heat; the parts of all fuels count in relation to each other. */
    share: Type.Number({ minimum: 0, default: 1 }),
    /** Dry, at 6 % O₂ and full load; at part load it is less. */
    noxAt6PercentPpm: Type.Optional(Type.Number({ minimum: 0, maximum: 3_000 })),
    /** Dry, at 6 % O₂, behind whatever filter there is. */
    pmAt6PercentMgPerNm3: Type.Optional(Type.Number({ minimum: 0, maximum: 5_000 })),
    /** Sulphur as delivered, % by mass, where it is not that of the rules' typical analysis. */
    sulphurPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 8 })),
    /** Share of the sulphur that ash, limestone or a scrubber holds back, %. */
    sulphurRetainedPercent: Type.Number({ minimum: 0, maximum: 100, default: 0 }),
  },
  closed,
);

const Burner = Type.Object(
  {
    /** Below this firing rate the burner cannot burn; a smaller need is met by stopping and starting. */
    minimumLoadPercent: Type.Number({ minimum: 1, maximum: 90, default: 20 }),
    maximumLoadPercent: Type.Number({ minimum: 50, maximum: 150, default: 110 }),
    /** Air alone through the furnace before ignition. */
    purgeSeconds: Type.Number({ minimum: 0, default: 40 }),
    /** Flame on, at an ignition rate. */
    lightOffSeconds: Type.Number({ minimum: 0, default: 10 }),
    /** At minimum load, before the load controller may ask for more. */
    lowFireSeconds: Type.Number({ minimum: 0, default: 30 }),
    /** Air alone after the flame has gone out. */
    postPurgeSeconds: Type.Number({ minimum: 0, default: 15 }),
    /** The medium is let fall so far below its setpoint before the burner starts, and rise above before it stops. */
    switchingK: Type.Number({ minimum: 0.5, maximum: 50, default: 5 }),
    fuelLagSeconds: Type.Number({ minimum: 0, default: 3 }),
    airLagSeconds: Type.Number({ minimum: 0, default: 2 }),
    /** Standard deviation of the air flow's flutter, % of it, and how fast it is forgotten. */
    airFlutterPercent: Type.Number({ minimum: 0, maximum: 10, default: 0.25 }),
    airFlutterSeconds: Type.Number({ exclusiveMinimum: 0, default: 3 }),
    /** CO of a good flame, dry, at the probe's own O₂. */
    coDryPpm: Type.Number({ minimum: 0, maximum: 5_000, default: 15 }),
    /** Dry O₂ of the flame below which CO rises steeply; usual for the fuel when absent. */
    coFromO2Percent: Type.Optional(Type.Number({ minimum: 0, maximum: 15 })),
  },
  { ...closed, default: {} },
);

const Steam = Type.Object(
  {
    pressureBarG: Type.Number({ minimum: 0.2, maximum: 150, default: 8 }),
    superheatK: Type.Number({ minimum: 0, maximum: 300, default: 0 }),
    feedwaterTempC: Type.Number({ minimum: 1, maximum: 250, default: 105 }),
    /** Water drawn off the drum, % of the steam flow. */
    blowdownPercent: Type.Number({ minimum: 0, maximum: 30, default: 3 }),
  },
  { ...closed, default: {} },
);

/** A heat-transfer oil or water that is pumped round at a constant flow. */
const Circuit = Type.Object(
  {
    supplyTempC: Type.Number({ minimum: 30, maximum: 400, default: 200 }),
    /** Supply above return at rated heat; it decides the pump's flow. */
    spreadK: Type.Number({ minimum: 2, maximum: 150, default: 25 }),
  },
  { ...closed, default: {} },
);

const ThermalMass = Type.Object(
  {
    /** Heating surfaces and brickwork; by size when absent. */
    metalKjPerK: Type.Optional(positive),
    /** Water or oil, with the drum around it; by size and carrier when absent. */
    contentKjPerK: Type.Optional(positive),
    /** How much hotter than the medium the heating surfaces are at rated heat. */
    metalAboveMediumK: Type.Number({ exclusiveMinimum: 0, maximum: 200, default: 15 }),
    /** Duct and stack between the last heating surface and the thermometer. */
    exhaustLagSeconds: Type.Number({ minimum: 0, default: 10 }),
  },
  { ...closed, default: {} },
);

const designProperties = {
  id: Id,
  /** The same seed gives the same noise. */
  seed: Type.Integer({ minimum: 0, default: 1 }),
  /** Several fuels burn at once, mixed by their shares of the heat. */
  fuels: Type.Array(FiredFuel, { minItems: 1, maxItems: 8 }),
  /** How coal burns; oil and gas have none. */
  coalFiring: Type.Optional(Type.Enum(coalFirings)),
  carrier: Type.Enum(heatCarriers),
  /** Heat to the medium at 100 % load. */
  ratedHeatKw: Type.Number({ minimum: 10, maximum: 3_000_000 }),
  /** Dry O₂ that the burner was tuned to, over its firing rate, rising in load. */
  tunedO2: Type.Array(
    Type.Object(
      {
        loadPercent: Type.Number({ minimum: 0, maximum: 150 }),
        o2DryPercent: Type.Number({ minimum: 0.1, maximum: 18 }),
      },
      closed,
    ),
    {
      minItems: 1,
      maxItems: 100,
      default: [
        { loadPercent: 30, o2DryPercent: 5 },
        { loadPercent: 100, o2DryPercent: 3 },
      ],
    },
  ),
  /** Exhaust at rated heat and tuned O₂, clean, behind whatever heat recovery there is. */
  exhaustTempC: Type.Number({ minimum: 60, maximum: 550 }),
  /** How fast heat transfer falls behind as gas flow grows: NTU ∝ flow^−exponent. */
  gasFlowExponent: Type.Number({ minimum: 0, maximum: 1, default: 0.5 }),
  /** Feedwater, or what returns, is warmed by the exhaust. */
  economiser: Type.Optional(
    Type.Object(
      {
        /** Flue gas in front of it, at rated heat. */
        flueBeforeTempC: Type.Number({ minimum: 80, maximum: 1_000 }),
      },
      closed,
    ),
  ),
  /** Combustion air is warmed by the exhaust, behind an economiser where there is one. */
  airPreheater: Type.Optional(
    Type.Object(
      {
        /** Air behind it, at rated heat. */
        preheatedAirTempC: Type.Number({ minimum: 40, maximum: 500 }),
      },
      closed,
    ),
  ),
  /** C of `Q = C · QN^0.7`, both in MW: heat through the shell; by fuel, as in EN 12952-15, when absent. */
  surfaceLossFactor: Type.Optional(Type.Number({ minimum: 0, maximum: 0.3 })),
  /** Carbon left in the ash, % by mass. */
  carbonInAshPercent: Type.Number({ minimum: 0, maximum: 60, default: 0 }),
  burner: Burner,
  steam: Steam,
  circuit: Circuit,
  /** The oil's data sheet, rising in temperature. */
  thermalOil: Type.Array(
    Type.Object(
      {
        tempC: Type.Number({ minimum: -20, maximum: 450 }),
        densityKgPerM3: Type.Number({ minimum: 400, maximum: 1_500 }),
        specificHeatKjPerKgK: Type.Number({ minimum: 1, maximum: 5 }),
      },
      closed,
    ),
    {
      minItems: 1,
      maxItems: 100,
      default: [
        { tempC: 20, densityKgPerM3: 875, specificHeatKjPerKgK: 1.9 },
        { tempC: 100, densityKgPerM3: 820, specificHeatKjPerKgK: 2.19 },
        { tempC: 200, densityKgPerM3: 750, specificHeatKjPerKgK: 2.55 },
        { tempC: 300, densityKgPerM3: 680, specificHeatKjPerKgK: 2.92 },
      ],
    },
  ),
  thermalMass: ThermalMass,
  ambientTempC: Type.Number({ minimum: -30, maximum: 55, default: 25 }),
  /** At the fan's inlet, outside of any preheater. */
  combustionAirTempC: Type.Number({ minimum: -30, maximum: 80, default: 25 }),
  /** kg of water per kg of dry air. */
  airHumidityKgPerKg: Type.Number({ minimum: 0, maximum: 0.05, default: 0.012 }),
  load: LoadProfile,
  /** A gust of everything that is not modelled, on NOx, SOx, PM and CO: standard deviation, % of the value. */
  emissionNoisePercent: Type.Number({ minimum: 0, maximum: 30, default: 2 }),
  /** From cold, with the burner off, instead of in the middle of its work. */
  startsCold: Type.Boolean({ default: false }),
  /** Heat transfer lost to soot at the start, %. */
  foulingPercent: Type.Number({ minimum: 0, maximum: 60, default: 0 }),
  foulingPercentPerDay: Type.Number({ minimum: 0, maximum: 50, default: 0 }),
} as const;

/** How a simulated boiler is built. */
export const BoilerDesignConfig = Type.Object(designProperties, closed);
export type BoilerDesign = Static<typeof BoilerDesignConfig>;

/** The properties by themselves, for a configuration that adds its own. */
export const boilerDesignProperties = designProperties;

const untouchable = ["id", "seed", "carrier", "startsCold", "foulingPercent"] as const;

/** What a retrofit may change: all but whose boiler it is, and what flows through it. What is absent stays. */
export const BoilerRefit = Type.Partial(
  Type.Object(
    Object.fromEntries(
      Object.entries(designProperties)
        .filter(([key]) => !untouchable.some((each) => each === key))
        .map(([key, schema]) => [key, withoutDefault(schema)]),
    ) as Omit<typeof designProperties, (typeof untouchable)[number]>,
  ),
  closed,
);
export type BoilerRefit = Static<typeof BoilerRefit>;

/** What is absent in a refit is not to be filled in. */
function withoutDefault(schema: TSchema): TSchema {
  const { default: _filled, ...kept } = Object.getOwnPropertyDescriptors(schema) as PropertyDescriptorMap;
  return Object.defineProperties({}, kept) as TSchema;
}
