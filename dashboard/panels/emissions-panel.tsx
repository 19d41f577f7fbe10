import { For, type JSX } from "solid-js";
import type { BoilerText } from "../../contracts/http.ts";
import type { LiveBoiler } from "../../contracts/live.ts";
import { emissionQuantities } from "../../domain/limits.ts";
import { Indicator } from "../charts/indicator.tsx";
import { formatNumber } from "../format.ts";
import { emissionLimit, emissionUnits } from "../limits.ts";
import { text } from "../texts/texts.ts";
import { emissionName } from "./row-cells.tsx";
import { Value } from "./value.tsx";

const dryPoints = {
  pmAtRefO2MgPerNm3: "pmDryMgPerNm3",
  soxAtRefO2Ppm: "soxDryPpm",
  noxAtRefO2Ppm: "noxDryPpm",
} as const;

/** As measured, as corrected, and against the limit; without colour, for the hour's mean is what is judged. */
export function EmissionsPanel(props: {
  readonly boiler: BoilerText;
  readonly reading: LiveBoiler | null;
}): JSX.Element {
  const t = () => text().boiler;
  const refO2 = () => String(props.boiler.referenceO2Percent);
  return (
    <section class="panel still" aria-labelledby="emissions" title={text().hourMean}>
      <header>
        <h2 id="emissions">{t().emissions}</h2>
        <p>{t().emissionsNote(refO2())}</p>
      </header>
      <div class="em">
        <table>
          <thead>
            <tr>
              <th>
                <span class="vh">{t().quantity}</span>
              </th>
              <th class="r">{t().measured}</th>
              <th class="r">{t().atRef(refO2())}</th>
              <th class="bar-col">
                <span class="vh">{t().againstLimit}</span>
              </th>
              <th class="r">{t().limit}</th>
            </tr>
          </thead>
          <tbody>
            <For each={emissionQuantities}>
              {(quantity) => {
                const limit = () => emissionLimit(props.boiler, quantity);
                return (
                  <tr>
                    <th scope="row">
                      {emissionName(quantity)} <span class="u">{emissionUnits[quantity]}</span>
                    </th>
                    <td class="r num">
                      <Value
                        boiler={props.boiler}
                        reading={props.reading}
                        point={dryPoints[quantity]}
                        quiet
                      />
                    </td>
                    <td class="r">
                      <Value boiler={props.boiler} reading={props.reading} point={quantity} />
                    </td>
                    <td class="bar-col">
                      <Indicator
                        width={112}
                        value={props.reading?.values[quantity] ?? null}
                        limit={limit()}
                        from={0}
                        tone={null}
                      />
                    </td>
                    <td class="r num">
                      {limit() === null ? text().missing.noLimitShort : formatNumber(limit() ?? 0, 0)}
                    </td>
                  </tr>
                );
              }}
            </For>
          </tbody>
        </table>
      </div>
    </section>
  );
}
