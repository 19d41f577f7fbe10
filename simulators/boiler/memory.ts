import type { SequenceState } from "./burner-sequence.ts";
import { type ControlsNow, controlsAtStart } from "./controls.ts";
import { type BuiltBoiler, draughtShare } from "./heat-transfer.ts";

/** What a boiler remembers from one step to the next. */
export interface BoilerMemory {
  seconds: number;
  controls: ControlsNow;
  sequence: SequenceState;
  fuelKw: number;
  airMolPerS: number;
  metalTempC: number;
  mediumTempC: number;
  exhaustTempC: number;
  beforeRecoveryTempC: number;
  preheatedAirTempC: number;
  /** Share of the fuel's heat that came through to metal and medium. */
  heatShare: number;
  /** What was not burnt to the end, of each MJ. */
  unburntKjPerMj: number;
}

/** In the middle of its work, near enough for `settle`; or as cold as the room it stands in. */
export function memoryAtStart({
  design,
  water,
  ratedInputKw,
  ratedAirMolPerS,
  ratedMetalTempC,
}: BuiltBoiler): BoilerMemory {
  const { startsCold, ambientTempC, combustionAirTempC, exhaustTempC } = design;
  const running = startsCold ? 0 : 1;
  return {
    seconds: 0,
    controls: controlsAtStart(design),
    sequence: { phase: startsCold ? "off" : "modulating", seconds: 0 },
    fuelKw: running * ratedInputKw,
    airMolPerS: (startsCold ? draughtShare : 1) * ratedAirMolPerS,
    metalTempC: startsCold ? ambientTempC : ratedMetalTempC,
    mediumTempC: startsCold ? ambientTempC : water.setTempC,
    exhaustTempC: startsCold ? ambientTempC : exhaustTempC,
    beforeRecoveryTempC: startsCold ? ambientTempC : exhaustTempC,
    preheatedAirTempC: combustionAirTempC,
    heatShare: 0.9,
    unburntKjPerMj: 0,
  };
}
