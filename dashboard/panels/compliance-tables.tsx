import { createMemo, For, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { ComplianceHour } from "../../contracts/http/compliance.ts";
import type { LimitsText } from "../../contracts/http/limits.ts";
import { type LimitedQuantity, limitedQuantities } from "../../domain/compliance.ts";
import { emissionQuantities } from "../../domain/emissions/emission-quantity.ts";
import { tableQuantities } from "../../domain/limits.ts";
import type { LocalDay } from "../../domain/local-day.ts";
import { asked } from "../asked.ts";
import { classes } from "../classes.ts";
import { useDesk } from "../desk.ts";
import { formatNumber, missing } from "../format.ts";
import { rowName } from "../limits.ts";
import { Loaded } from "../loaded.tsx";
import { manageApi } from "../manage-api.ts";
import { manageText } from "../texts/manage.ts";
import { text } from "../texts/texts.ts";
import { dayName, minuteTime } from "../time.ts";

const decimals: Readonly<Record<LimitedQuantity, number>> = {
  airRatio: 2,
  exhaustTempC: 0,
  pmAtRefO2MgPerNm3: 0,
  soxAtRefO2Ppm: 0,
  noxAtRefO2Ppm: 0,
};

export function valueText(quantity: LimitedQuantity, value: number | null): string {
  return value === null ? missing : formatNumber(value, decimals[quantity]);
}

/** The hours of one boiler and day: what each came to, and where it was not judged why. */
export function HourTable(props: {
  readonly boiler: BoilerText;
  readonly day: LocalDay;
  readonly zone: string;
}): JSX.Element {
  const t = () => manageText().compliance;
  const found = asked(() => manageApi.hours(props.boiler.id, props.day.fromMs, props.day.toMs), 60_000);
  return (
    <section class="panel" aria-labelledby="hours">
      <header>
        <h2 id="hours">{t().hours(props.boiler.name, dayName(props.day.fromMs, props.zone))}</h2>
        <p>{t().hoursNote}</p>
      </header>
      <Loaded of={found}>{(value) => <Hours hours={value().hours} zone={props.zone} />}</Loaded>
    </section>
  );
}

function Hours(props: { readonly hours: readonly ComplianceHour[]; readonly zone: string }): JSX.Element {
  const t = () => manageText().compliance;
  const starts = createMemo(() => [...new Set(props.hours.map(({ hourStartMs }) => hourStartMs))]);
  const shown = createMemo(() =>
    limitedQuantities.filter((each) => props.hours.some(({ quantity }) => quantity === each)),
  );
  const at = (start: number, quantity: LimitedQuantity) =>
    props.hours.find((hour) => hour.hourStartMs === start && hour.quantity === quantity);
  return (
    <Show when={starts().length > 0} fallback={<p class="advn">{t().noHours}</p>}>
      <div class="st">
        <table data-testid="hours">
          <thead>
            <tr>
              <th>{t().hour}</th>
              <For each={shown()}>{(quantity) => <th class="r">{text().points[quantity]}</th>}</For>
            </tr>
          </thead>
          <tbody>
            <For each={starts()}>
              {(start) => (
                <tr>
                  <th scope="row" class="num">
                    {minuteTime(start, props.zone)}
                  </th>
                  <For each={shown()}>
                    {(quantity) => (
                      <td class="r num">
                        <Show when={at(start, quantity)} fallback={missing}>
                          {(hour) => <HourCell hour={hour()} />}
                        </Show>
                      </td>
                    )}
                  </For>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
    </Show>
  );
}

function HourCell(props: { readonly hour: ComplianceHour }): JSX.Element {
  const t = () => manageText().compliance;
  const why = () => {
    const { reason } = props.hour;
    if (reason === null) return "";
    if (reason === "no-limit" || reason === "not-in-force") return manageText().noLimit[reason];
    return text().notJudged[reason];
  };
  return (
    <Show when={props.hour.outcome !== "not-judged"} fallback={<span class="dim">{why()}</span>}>
      <span class={classes(props.hour.outcome === "above" && "over")}>
        {valueText(props.hour.quantity, props.hour.value)}
        <span class="u">/ {valueText(props.hour.quantity, props.hour.limit)}</span>
        <Show when={props.hour.outcome === "above"}>
          <span class="mark">
            {t().outcome.above}, {t().minutes(String(Math.round(props.hour.minutesAbove * 10) / 10))}
          </span>
        </Show>
      </span>
    </Show>
  );
}

/** Every version of the limits, with its days and its source. */
export function LimitsVersions(): JSX.Element {
  const { list } = useDesk();
  const t = () => manageText().compliance;
  const found = asked(manageApi.limits);
  const users = (of: LimitsText, key: "tablesId" | "standardId", id: string) =>
    t().usedBy(
      of.boilers
        .filter((each) => each[key] === id)
        .map(({ boilerId }) => list.boiler(boilerId)?.name ?? boilerId)
        .join(", "),
    );
  const days = (each: { readonly validFrom: string; readonly validUntil: string | null }) =>
    `${t().from(each.validFrom)}${each.validUntil === null ? "" : ` ${t().until(each.validUntil)}`}`;
  const state = (inForce: boolean) => (inForce ? t().inForce : t().notInForce);
  return (
    <section class="panel" aria-labelledby="versions">
      <header>
        <h2 id="versions">{t().limits}</h2>
        <p>{t().limitsNote}</p>
      </header>
      <Loaded of={found}>
        {(limits) => (
          <div class="vers">
            <For each={limits().tables}>
              {(version) => (
                <details open={version.inForce}>
                  <summary>
                    <b>{version.id}</b> <span>{days(version)}</span>{" "}
                    <span class="tag">{state(version.inForce)}</span>
                    <span class="dim">{version.source}</span>
                  </summary>
                  <p class="note">{users(limits(), "tablesId", version.id)}</p>
                  <div class="st">
                    <table>
                      <thead>
                        <tr>
                          <th>{t().class}</th>
                          <For each={tableQuantities}>
                            {(each) => <th class="r">{text().points[each]}</th>}
                          </For>
                        </tr>
                      </thead>
                      <tbody>
                        <For each={version.tables.airRatio}>
                          {(row, index) => (
                            <tr>
                              <th scope="row">{rowName(row, version.id)}</th>
                              <td class="r num">{valueText("airRatio", row.limit)}</td>
                              <td class="r num">
                                {valueText(
                                  "exhaustTempC",
                                  version.tables.exhaustTempC[index()]?.limit ?? null,
                                )}
                              </td>
                            </tr>
                          )}
                        </For>
                      </tbody>
                    </table>
                  </div>
                </details>
              )}
            </For>
            <For each={limits().standards}>
              {(version) => (
                <details open={version.inForce}>
                  <summary>
                    <b>{version.id}</b> <span>{days(version)}</span>{" "}
                    <span class="tag">{state(version.inForce)}</span>
                    <span class="dim">{version.source}</span>
                  </summary>
                  <p class="note">
                    {t().binds(version.bindsFrom.new, version.bindsFrom.existing)} ·{" "}
                    {t().atO2(String(version.referenceO2Percent))} ·{" "}
                    {users(limits(), "standardId", version.id)}
                  </p>
                  <dl class="pairs">
                    <For each={emissionQuantities}>
                      {(each) => (
                        <div>
                          <dt>{text().points[each]}</dt>
                          <dd class="num">{valueText(each, version.limits[each])}</dd>
                        </div>
                      )}
                    </For>
                  </dl>
                </details>
              )}
            </For>
            <Show when={limits().own.length > 0}>
              <details open>
                <summary>
                  <b>{t().own}</b>
                </summary>
                <dl class="pairs">
                  <For each={limits().own}>
                    {(own) => (
                      <div>
                        <dt>
                          {list.boiler(own.boilerId)?.name ?? own.boilerId} · {days(own)} · {own.source}
                        </dt>
                        <dd class="num">
                          {valueText("airRatio", own.airRatio)} /{" "}
                          {valueText("exhaustTempC", own.exhaustTempC)}
                        </dd>
                      </div>
                    )}
                  </For>
                </dl>
              </details>
            </Show>
          </div>
        )}
      </Loaded>
    </section>
  );
}
