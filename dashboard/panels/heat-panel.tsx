import { type JSX, Show } from "solid-js";
import type { LiveBoiler } from "../../contracts/live.ts";
import { formatNumber } from "../format.ts";
import { text } from "../texts/texts.ts";

/** What leaves by the stack, and the rest: more than that the Siegert formula cannot tell apart. */
export function HeatPanel(props: { readonly reading: LiveBoiler | null }): JSX.Element {
  const t = () => text().boiler;
  const stack = () => props.reading?.values["stackLossSiegertLhvPercent"] ?? null;
  const shown = (percent: number) => formatNumber(percent, 1);
  return (
    <section class="panel still" aria-labelledby="heat">
      <header>
        <h2 id="heat">{t().heat}</h2>
        <p>{t().heatNote}</p>
      </header>
      <Show when={stack()} fallback={<p class="say dim">{t().heatUnknown}</p>}>
        {(loss) => (
          <>
            <div class="loss" role="img" aria-label={t().heatSummary(shown(100 - loss()), shown(loss()))}>
              <i class="rest" style={{ width: `${100 - loss()}%` }} />
              <i class="stack" style={{ width: `${loss()}%` }} />
            </div>
            <div class="lossk">
              <span>
                <i class="rest" />
                {t().rest} <b class="num v">{shown(100 - loss())}</b>
                <span class="u">%</span>
              </span>
              <span>
                <i class="stack" />
                {t().stackGas} <b class="num v">{shown(loss())}</b>
                <span class="u">%</span>
              </span>
            </div>
          </>
        )}
      </Show>
    </section>
  );
}
