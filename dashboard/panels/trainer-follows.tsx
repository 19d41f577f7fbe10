import { type JSX, Show } from "solid-js";
import type { AdviceList } from "../../contracts/http/advice.ts";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { LiveBoiler } from "../../contracts/live.ts";
import type { TableQuantity } from "../../domain/limits.ts";
import { advised } from "../advice.ts";
import type { Condition } from "../condition.ts";
import { text } from "../texts/texts.ts";
import { JudgedNow } from "./judged-line.tsx";
import { SimulatedTag } from "./simulated-tag.tsx";
import { Value } from "./value.tsx";

interface TrainerFollowsProps {
  readonly boiler: BoilerText;
  readonly reading: LiveBoiler | null;
  readonly condition: Condition | null;
  readonly advice: AdviceList | null;
}

/** What an operator should learn to see: how the boiler answers, and what the error costs. */
export function TrainerFollows(props: TrainerFollowsProps): JSX.Element {
  const t = () => text().trainer;
  const isAbove = (quantity: TableQuantity) => props.condition?.above.includes(quantity) === true;
  /** Prices are told with the advice; a boiler without prices has no cost. */
  const currency = () => {
    for (const each of props.advice?.advice ?? [])
      if ("currency" in each && each.currency !== null) return each.currency;
    return "";
  };
  const excessAir = () => props.advice?.advice.find(({ kind }) => kind === "excess-air") ?? null;
  const Figure = (own: {
    readonly point: string;
    readonly unit: string;
    readonly note: string;
    readonly judged?: TableQuantity;
  }) => {
    const flaw = () => props.reading?.flaws[own.point];
    return (
      <div class="tf" data-testid={`follows-${own.point}`}>
        <span class="k">{text().points[own.point as keyof ReturnType<typeof text>["points"]]}</span>
        <span class="n num">
          <Value
            boiler={props.boiler}
            reading={props.reading}
            point={own.point}
            tone={own.judged !== undefined && isAbove(own.judged) ? 2 : null}
          />
          <span class="u">{own.unit}</span>
        </span>
        <div class="d">
          <Show when={own.judged} fallback={<p>{own.note}</p>}>
            {(quantity) => <JudgedNow boiler={props.boiler} reading={props.reading} quantity={quantity()} />}
          </Show>
          <Show when={flaw()}>{(reason) => <p class="flaw">{text().flaws[reason()]}</p>}</Show>
        </div>
      </div>
    );
  };
  return (
    <section class="panel" aria-labelledby="trainer-follows" data-testid="trainer-follows">
      <header>
        <h2 id="trainer-follows">{t().follows}</h2>
        <p>{props.boiler.name}</p>
        <span class="end">
          <SimulatedTag />
        </span>
      </header>
      <div class="tfs">
        <Figure point="airRatio" unit="" note="" judged="airRatio" />
        <Figure point="exhaustTempC" unit="°C" note="" judged="exhaustTempC" />
        <Figure point="o2DryPercent" unit="%" note={t().airRatioFrom} />
        <Figure point="coDryPpm" unit="ppm" note={t().co} />
        <Figure point="efficiencyIndirectLhvPercent" unit="%" note={t().efficiency} />
      </div>
      <h3>{t().costs}</h3>
      <div class="tfs">
        <Figure point="avoidableFuelPercent" unit="%" note={t().fuel} />
        <Figure point="avoidableMoneyPerH" unit={`${currency()}/h`} note={t().money} />
      </div>
      <p class="advn" data-testid="trainer-advice">
        <b>{t().advice}</b>
        {text().colon}
        <Show when={excessAir()} fallback={t().noAdvice}>
          {(advice) => (
            <>
              {advised(advice()).says} <span class="dim">{advised(advice()).basis}</span>
            </>
          )}
        </Show>
      </p>
      <p class="advn dim">{t().believed}</p>
    </section>
  );
}
