import { For, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import { emissionQuantities } from "../../domain/emissions/emission-quantity.ts";
import { tableQuantities } from "../../domain/limits.ts";
import { formatNumber } from "../format.ts";
import { emissionUnits, rowName } from "../limits.ts";
import { measured } from "../reasons.ts";
import { text } from "../texts/texts.ts";

/** Every limit of this boiler, and where it is written; a dash in the table is "no limit", never zero. */
export function LimitsTable(props: { readonly boiler: BoilerText }): JSX.Element {
  const t = () => text().boiler;
  return (
    <div class="st" tabindex="0">
      <table>
        <thead>
          <tr>
            <th>{t().quantity}</th>
            <th class="r">{t().limit}</th>
            <th>{t().classRow}</th>
            <th>{t().source}</th>
            <th>{t().since}</th>
          </tr>
        </thead>
        <tbody>
          <For each={tableQuantities}>
            {(quantity) => (
              <tr>
                <th scope="row">{text().points[quantity]}</th>
                <Show
                  when={props.boiler.limits[quantity]}
                  fallback={<td colspan="4">{t().notInForce(text().points[quantity])}</td>}
                >
                  {(cell) => (
                    <>
                      <td class="r num">
                        {cell().limit === null
                          ? text().missing.noLimitShort
                          : measured(quantity, cell().limit)}
                      </td>
                      <td class="cl">{rowName(cell().row, cell().tablesId)}</td>
                      <td class="m">{cell().source}</td>
                      <td class="num nw">{cell().inForceFrom}</td>
                    </>
                  )}
                </Show>
              </tr>
            )}
          </For>
          <Show when={props.boiler.emissionLimits}>
            {(standard) => (
              <For each={emissionQuantities}>
                {(quantity) => (
                  <tr>
                    <th scope="row">{text().points[quantity]}</th>
                    <td class="r num">
                      <Show when={standard()[quantity]} fallback={text().missing.noLimitShort}>
                        {(limit) => `${formatNumber(limit(), 0)} ${emissionUnits[quantity]}`}
                      </Show>
                    </td>
                    <td class="cl">
                      {t().hourly[standard().averagingOrder]}
                      {text().comma}
                      {t().startUp[standard().startUp]}
                    </td>
                    <td class="m">{standard().source}</td>
                    <td class="num nw">{standard().inForceFrom}</td>
                  </tr>
                )}
              </For>
            )}
          </Show>
        </tbody>
      </table>
    </div>
  );
}
