import { analyserPoints, type PointCatalogue } from "../../domain/points.ts";
import { type FlawReason, type Reading, withoutValues } from "../../domain/reading.ts";
import type { PlantEvent, Stage } from "../stage.ts";

/** Takes out what cannot be true, with the reason; nothing is ever put in its place. */
export function screen(catalogue: PointCatalogue): Stage {
  return {
    name: "screen",
    step: function* (event: PlantEvent) {
      if (event.kind !== "reading") {
        yield event;
        return;
      }
      yield { ...event, reading: screened(event.reading, catalogue) };
    },
    memory: () => null,
    recall: () => {},
  };
}

export function screened(reading: Reading, catalogue: PointCatalogue): Reading {
  return withoutColdExhaust(withoutDeadAnalyser(inRange(reading, catalogue)));
}

function inRange(reading: Reading, catalogue: PointCatalogue): Reading {
  const outside = Object.entries(reading.values)
    .filter(([point, value]) => {
      const range = catalogue.get(point)?.range;
      return value !== null && range !== undefined && (value < range[0] || value > range[1]);
    })
    .map(([point]) => point);
  return withoutValues(reading, outside, "out-of-range");
}

/**
 * A box without life sends zeros on all its channels. Flue gas never has exactly no oxygen together with exactly
 * no heat or no CO₂, so none of its channels that say zero is believed.
 */
function withoutDeadAnalyser(reading: Reading): Reading {
  const { values } = reading;
  const noOxygen = values["o2DryPercent"] === 0 || values["o2WetPercent"] === 0;
  if (!noOxygen || (values["exhaustTempC"] !== 0 && values["co2DryPercent"] !== 0)) return reading;
  const zeros = [...analyserPoints, "exhaustTempC"].filter((point) => values[point] === 0);
  return withoutValues(reading, zeros, "dead-analyser");
}

/** Exhaust gas of a fire is not colder than the air around it. */
function withoutColdExhaust(reading: Reading): Reading {
  const { exhaustTempC, ambientTempC, firing, loadPercent } = reading.values;
  const fires = firing === 1 || (loadPercent ?? 0) > 5;
  if (!fires || exhaustTempC == null || ambientTempC == null || exhaustTempC >= ambientTempC - 2)
    return reading;
  const reason: FlawReason = "implausible";
  return withoutValues(reading, ["exhaustTempC"], reason);
}
