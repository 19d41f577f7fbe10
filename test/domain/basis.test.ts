import { expect, expectTypeOf, test } from "vitest";
import {
  type Basis,
  type Concentration,
  type GasFlow,
  massRateKgPerH,
} from "../../domain/emissions/concentration.ts";

const dry: Concentration<"dry"> = { basis: "dry", mgPerNm3: 100 };
const corrected: Concentration<"dry-at-reference-o2"> = { basis: "dry-at-reference-o2", mgPerNm3: 120 };
const dryFlow: GasFlow<"dry"> = { basis: "dry", nm3PerH: 1e4 };
const wetFlow: GasFlow<"wet"> = { basis: "wet", nm3PerH: 1.2e4 };
const correctedFlow: GasFlow<"dry-at-reference-o2"> = { basis: "dry-at-reference-o2", nm3PerH: 8_000 };

test("a mass rate takes a concentration and a flow of one and the same basis", () => {
  expect(massRateKgPerH(dry, dryFlow)).toBe(1);
  expect(massRateKgPerH(corrected, correctedFlow)).toBe(0.96);
  expectTypeOf(massRateKgPerH(dry, dryFlow)).toEqualTypeOf<number | null>();
});

test("anything else does not compile", () => {
  const ofEither = dry as Concentration<"dry" | "wet">;
  const oneOfTwo = dry as Concentration<"dry"> | Concentration<"wet">;
  const ofAny = dry as Concentration<Basis>;
  const flowOfEither = wetFlow as GasFlow<"dry" | "wet">;
  const refused = [
    // @ts-expect-error dry with wet
    () => massRateKgPerH(dry, wetFlow),
    // @ts-expect-error measured with corrected
    () => massRateKgPerH(dry, correctedFlow),
    // @ts-expect-error one of two bases with either of them
    () => massRateKgPerH(ofEither, wetFlow),
    // @ts-expect-error the same
    () => massRateKgPerH(ofEither, dryFlow),
    // @ts-expect-error two of two: they need not be the same
    () => massRateKgPerH(ofEither, flowOfEither),
    // @ts-expect-error a union of concentrations
    () => massRateKgPerH(oneOfTwo, wetFlow),
    // @ts-expect-error any basis
    () => massRateKgPerH(ofAny, dryFlow),
    // @ts-expect-error a flow of any basis
    () => massRateKgPerH(dry, flowOfEither),
  ];
  // At run time nothing would tell: each gives a figure.
  expect(refused.map((rate) => rate())).toEqual([1.2, 0.8, 1.2, 1, 1.2, 1.2, 1, 1.2]);
});
