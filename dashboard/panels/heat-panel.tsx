import { For, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { LiveBoiler } from "../../contracts/live.ts";
import { formatNumber, formatPoint } from "../format.ts";
import { text } from "../texts/texts.ts";
import { CarbonTable } from "./carbon-table.tsx";
import { Value } from "./value.tsx";

interface HeatProps {
  readonly boiler: BoilerText;
  readonly reading: LiveBoiler | null;
}

/** All of the fuel's heat, by where it goes: the indirect method finds the losses, the rest is useful. */
const parts = [
  { point: "efficiencyIndirectLhvPercent", shade: "useful" },
  { point: "dryGasLossLhvPercent", shade: "dry-gas" },
  { point: "fuelWaterLossLhvPercent", shade: "fuel-water" },
  { point: "airMoistureLossLhvPercent", shade: "air-moisture" },
  { point: "coLossLhvPercent", shade: "co" },
  { point: "unburntLossLhvPercent", shade: "unburnt" },
  { point: "surfaceLossLhvPercent", shade: "surface" },
] as const;
type Part = (typeof parts)[number];

/** A share that is smaller is told by its number alone: as a stripe it would only flicker. */
const drawnFromPercent = 0.3;

/** Where the fuel's heat goes by the indirect method, the efficiency by each method, and the CO₂ that comes of it. */
export function HeatPanel(props: HeatProps): JSX.Element {
  const t = () => text().boiler;
  return (
    <section class="panel still" aria-labelledby="heat">
      <header>
        <h2 id="heat">{t().heat}</h2>
        <p>{t().heatNote}</p>
      </header>
      <Show when={typeof useful(props.reading) === "number"} fallback={<Unknown {...props} />}>
        <Split {...props} />
      </Show>
      <Efficiencies {...props} />
      <CarbonTable {...props} />
    </section>
  );
}

function useful(reading: LiveBoiler | null): number | null {
  return reading?.values["efficiencyIndirectLhvPercent"] ?? null;
}

/** Why there is no split: what is missing, or what is wrong with what is there. */
function Unknown(props: HeatProps): JSX.Element {
  const why = () => {
    const { missing, flaws, notJudged } = text();
    const { boiler, reading } = props;
    if (reading === null) return missing.noData;
    if (reading.values["firing"] === 0) return notJudged["not-firing"];
    const flaw = reading.flaws["efficiencyIndirectLhvPercent"];
    if (flaw !== undefined) return flaws[flaw];
    const isMeasured = boiler.points.some(({ name }) => name === "efficiencyIndirectLhvPercent");
    return isMeasured ? missing.notRead : missing.notMeasured;
  };
  return <p class="lossn">{text().boiler.heatUnknown(why())}</p>;
}

function Split(props: HeatProps): JSX.Element {
  const t = () => text().boiler;
  const share = ({ point }: Part) => props.reading?.values[point] ?? 0;
  const isDrawn = (part: Part) => share(part) >= drawnFromPercent;
  const sum = () => parts.reduce((total, part) => total + share(part), 0);
  const summary = () =>
    t().heatSummary(
      parts
        .map((part) => `${t().heatParts[part.point]} ${formatPoint(part.point, share(part))} %`)
        .join(text().comma),
    );
  const flaw = () => props.reading?.flaws["efficiencyIndirectLhvPercent"];
  return (
    <>
      <div class="loss" role="img" aria-label={summary()}>
        <For each={parts}>
          {(part) => (
            <Show when={isDrawn(part)}>
              <i class={part.shade} style={{ width: `${share(part)}%` }} />
            </Show>
          )}
        </For>
      </div>
      <ul class="lossk">
        <For each={parts}>
          {(part) => (
            <li title={isDrawn(part) ? undefined : t().heatTooSmall}>
              <i class={isDrawn(part) ? part.shade : "small"} />
              {t().heatParts[part.point]}
              <span class="num">
                <Value boiler={props.boiler} reading={props.reading} point={part.point} />
                <span class="u">%</span>
              </span>
            </li>
          )}
        </For>
        <li>
          <i />
          {t().heatSum}
          <span class="num">
            {formatNumber(sum(), 1)}
            <span class="u">%</span>
          </span>
        </li>
      </ul>
      <Show when={flaw()}>{(reason) => <p class="lossn">{t().heatDoubtful(text().flaws[reason()])}</p>}</Show>
    </>
  );
}

/** Each efficiency beside its method and heating value: no two of them are the same figure. */
function Efficiencies(props: HeatProps): JSX.Element {
  const t = () => text().boiler;
  const hasDirect = () => props.boiler.points.some(({ name }) => name === "efficiencyDirectLhvPercent");
  const Percent = (own: { readonly point: string; readonly quiet?: boolean }) => (
    <td class="r num">
      <Value {...props} point={own.point} quiet={own.quiet ?? false} />
      <span class="u">%</span>
    </td>
  );
  return (
    <div class="st eff">
      <table>
        <thead>
          <tr>
            <th>{t().efficiencyBy}</th>
            <th class="r">{t().lhv}</th>
            <th class="r">{t().hhv}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{t().byIndirect}</th>
            <Percent point="efficiencyIndirectLhvPercent" />
            <Percent point="efficiencyIndirectHhvPercent" />
          </tr>
          <Show when={hasDirect()}>
            <tr>
              <th scope="row">{t().byDirect}</th>
              <Percent point="efficiencyDirectLhvPercent" />
              <Percent point="efficiencyDirectHhvPercent" />
            </tr>
          </Show>
          <tr>
            <th scope="row">{t().bySiegert}</th>
            <Percent point="efficiencySiegertLhvPercent" quiet />
            <td />
          </tr>
        </tbody>
      </table>
    </div>
  );
}
