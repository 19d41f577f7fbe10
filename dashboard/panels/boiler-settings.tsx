import { For, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import { formatNumber, formatSpan, missing } from "../format.ts";
import { tonnes } from "../limits.ts";
import { Link } from "../router.tsx";
import { mayEngineer } from "../session.ts";
import { labelOf, text } from "../texts/texts.ts";

/** What the configuration says of the boiler, and where it is changed. */
export function BoilerSettings(props: { readonly boiler: BoilerText }): JSX.Element {
  const t = () => text().boiler.settings;
  const rows = (): readonly (readonly [string, string])[] => {
    const { id, capacityTPerH, heatCarrier, coalFiring, fuels, referenceO2Percent, gatewayId } = props.boiler;
    const { scanMs, steady } = props.boiler;
    const seconds = (n: number) => formatSpan(n * 1_000);
    return [
      [t().id, id],
      [t().capacity, tonnes(capacityTPerH)],
      [t().carrier, text().carrier[heatCarrier]],
      ...(coalFiring === null ? [] : [[t().coalFiring, text().coalFiring[coalFiring]] as const]),
      ...fuels.map(
        ({ label, ncvMjPerUnit }) =>
          [
            t().fuel,
            t().heatingValue(labelOf(label), formatNumber(ncvMjPerUnit, ncvMjPerUnit < 100 ? 2 : 0)),
          ] as const,
      ),
      [t().referenceO2, `${formatNumber(referenceO2Percent, 0)} %`],
      [t().gateway, gatewayId ?? missing],
      [t().scan, scanMs === null ? missing : `${formatNumber(scanMs / 1_000, 1)} s`],
      [t().steady, t().steadyText(seconds(steady.windowSeconds), seconds(steady.afterLightOffSeconds))],
    ];
  };
  return (
    <>
      <dl class="pairs sets">
        <For each={rows()}>
          {([name, value]) => (
            <div>
              <dt>{name}</dt>
              <dd class="num">{value}</dd>
            </div>
          )}
        </For>
      </dl>
      <p class="say dim">
        <Show when={mayEngineer()} fallback={t().byEngineers}>
          <Link href="/settings?tab=configuration">{t().change}</Link>
        </Show>
      </p>
    </>
  );
}
