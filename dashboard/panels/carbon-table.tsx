import { For, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { LiveBoiler } from "../../contracts/live.ts";
import { type GreenhouseGases, greenhouseGases } from "../../domain/emissions/greenhouse-gas.ts";
import { formatNumber } from "../format.ts";
import { labelOf, text } from "../texts/texts.ts";

interface CarbonProps {
  readonly boiler: BoilerText;
  readonly reading: LiveBoiler | null;
}
type FuelText = BoilerText["fuels"][number];

/** What each fuel brings into the air in an hour as it burns now, by which edition of factors; biomass told apart. */
export function CarbonTable(props: CarbonProps): JSX.Element {
  const t = () => text().boiler;
  const metered = () =>
    props.boiler.fuels.filter(({ flowPoint }) => props.boiler.points.some(({ name }) => name === flowPoint));
  const isBiogenic = () => metered().some(({ emissionFactors }) => emissionFactors.biogenicPercent > 0);
  const potentials = () => props.boiler.warmingPotentials;
  const Rate = (own: { readonly fuel: FuelText; readonly of: keyof GreenhouseGases }) => (
    <td class="r num">{rateText(gasesOf(own.fuel, props), own.of)}</td>
  );
  return (
    <Show when={metered().length > 0}>
      <div class="st eff">
        <table>
          <thead>
            <tr>
              <th>{t().carbon}</th>
              <th class="r">
                {t().co2} <span class="u">kg/h</span>
              </th>
              <Show when={isBiogenic()}>
                <th class="r">
                  {t().biogenicCo2} <span class="u">kg/h</span>
                </th>
              </Show>
              <th class="r" title={t().co2eOf(potentials().source, potentials().inForceFrom)}>
                {t().co2e} <span class="u">kg/h</span>
              </th>
              <th>{t().factors}</th>
            </tr>
          </thead>
          <tbody>
            <For each={metered()}>
              {(fuel) => (
                <tr>
                  <th scope="row">{labelOf(fuel.label)}</th>
                  <Rate fuel={fuel} of="co2Kg" />
                  <Show when={isBiogenic()}>
                    <Rate fuel={fuel} of="biogenicCo2Kg" />
                  </Show>
                  <Rate fuel={fuel} of="co2eKg" />
                  <td class="m">
                    {t().factorsOf(fuel.emissionFactors.edition, fuel.emissionFactors.inForceFrom)}
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
    </Show>
  );
}

/** Of an hour like this moment; a meter that is doubted gives no figure. */
function gasesOf(fuel: FuelText, { boiler, reading }: CarbonProps): GreenhouseGases | null {
  const unitsPerH = reading?.values[fuel.flowPoint] ?? null;
  if (unitsPerH === null || reading?.flaws[fuel.flowPoint] !== undefined) return null;
  return greenhouseGases(unitsPerH, fuel.ncvMjPerUnit, fuel.emissionFactors, boiler.warmingPotentials);
}

function rateText(gases: GreenhouseGases | null, of: keyof GreenhouseGases): string {
  return gases === null ? "–" : formatNumber(gases[of], 0);
}
