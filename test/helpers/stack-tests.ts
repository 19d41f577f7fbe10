import { type Printed, printed, type StackTest } from "../../domain/stack-test.ts";

/** What a report prints, as it prints it. */
export const asPrinted = (text: string): Printed => printed(text) ?? { value: Number.NaN, decimals: 0 };

/** The test before the change of fuel at the guidance's dyeing works (stack P049), as its report prints it. */
export const stackTestBefore: StackTest = {
  date: "2018-04-12",
  fuelId: "heavy-oil",
  referenceO2Percent: 6,
  rows: [
    {
      pollutant: "pm",
      o2DryPercent: asPrinted("8.8"),
      co2DryPercent: asPrinted("8.5"),
      dryFlowNm3PerMin: asPrinted("58.03"),
      correctedFlowNm3PerMin: asPrinted("47.20"),
      measured: asPrinted("62.5"),
      corrected: asPrinted("77"),
      massRateKgPerH: asPrinted("0.22"),
      headerMeasured: asPrinted("621.5"),
    },
    {
      pollutant: "sox",
      o2DryPercent: asPrinted("8.5"),
      co2DryPercent: null,
      dryFlowNm3PerMin: asPrinted("57.84"),
      correctedFlowNm3PerMin: asPrinted("48.20"),
      measured: asPrinted("143.3"),
      corrected: asPrinted("172"),
      massRateKgPerH: asPrinted("1.42"),
      headerMeasured: null,
    },
    {
      pollutant: "nox",
      o2DryPercent: asPrinted("8.5"),
      co2DryPercent: null,
      dryFlowNm3PerMin: asPrinted("57.84"),
      correctedFlowNm3PerMin: asPrinted("48.20"),
      measured: asPrinted("125.8"),
      corrected: asPrinted("151"),
      massRateKgPerH: asPrinted("0.90"),
      headerMeasured: null,
    },
  ],
  wetFlowNm3PerMin: asPrinted("63.51"),
  dryFlowNm3PerMin: asPrinted("57.84"),
  moisturePercent: null,
  gasTempC: asPrinted("8.93"),
  velocityMPerS: asPrinted("4.34"),
  fuelRatePerH: asPrinted("290"),
};
/** The test after it. */
export const stackTestAfter: StackTest = {
  date: "2018-09-12",
  fuelId: "natural-gas",
  referenceO2Percent: 6,
  rows: [
    {
      pollutant: "pm",
      o2DryPercent: asPrinted("3.2"),
      co2DryPercent: asPrinted("10.4"),
      dryFlowNm3PerMin: asPrinted("61.97"),
      correctedFlowNm3PerMin: asPrinted("72.54"),
      measured: asPrinted("2.8"),
      corrected: asPrinted("2"),
      massRateKgPerH: asPrinted("0.22"),
      headerMeasured: null,
    },
    {
      pollutant: "sox",
      o2DryPercent: asPrinted("3.3"),
      co2DryPercent: asPrinted("10.5"),
      dryFlowNm3PerMin: asPrinted("61.34"),
      correctedFlowNm3PerMin: asPrinted("72.38"),
      measured: asPrinted("0.9"),
      corrected: asPrinted("1"),
      massRateKgPerH: asPrinted("0.91"),
      headerMeasured: null,
    },
    {
      pollutant: "nox",
      o2DryPercent: asPrinted("3.3"),
      co2DryPercent: asPrinted("10.3"),
      dryFlowNm3PerMin: asPrinted("61.34"),
      correctedFlowNm3PerMin: asPrinted("72.38"),
      measured: asPrinted("67.3"),
      corrected: asPrinted("57"),
      massRateKgPerH: asPrinted("0.51"),
      headerMeasured: null,
    },
  ],
  wetFlowNm3PerMin: asPrinted("67.59"),
  dryFlowNm3PerMin: asPrinted("61.34"),
  moisturePercent: null,
  gasTempC: asPrinted("9.25"),
  velocityMPerS: asPrinted("3.62"),
  fuelRatePerH: asPrinted("2.460"),
};
