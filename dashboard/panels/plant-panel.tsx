import { For, type JSX, Show } from "solid-js";
import type { Storage } from "../../contracts/http/storage.ts";
import { asked } from "../asked.ts";
import { useDesk } from "../desk.ts";
import { formatNumber, missing } from "../format.ts";
import { Loaded } from "../loaded.tsx";
import { manageApi } from "../manage-api.ts";
import { manageText } from "../texts/manage.ts";
import { labelOf } from "../texts/texts.ts";
import { momentTime } from "../time.ts";
import { SimulatedTag } from "./simulated-tag.tsx";

/** What the configuration file describes; it is changed there. */
export function PlantPanel(): JSX.Element {
  const { list } = useDesk();
  const t = () => manageText().settings.plant;
  const c = () => t().columns;
  const p = () => t().priceColumns;
  const found = asked(manageApi.settings);
  const siteName = (id: string) => {
    const site = list.site(id);
    return site === null ? id : labelOf(site.name);
  };
  return (
    <>
      <section class="panel" aria-labelledby="plant">
        <header>
          <h2 id="plant">{t().sites}</h2>
        </header>
        <div class="say">
          <p>{t().where}</p>
          <pre>npx fluewatch check-config --config my-plant.yaml</pre>
        </div>
        <div class="st">
          <table>
            <thead>
              <tr>
                <th>{c().site}</th>
                <th>{c().zone}</th>
                <th>{c().boiler}</th>
                <th class="r">{c().capacity}</th>
                <th>{c().fuels}</th>
                <th>{c().gateway}</th>
              </tr>
            </thead>
            <tbody>
              <For each={list.boilers()}>
                {(boiler) => (
                  <tr>
                    <td>
                      {siteName(boiler.siteId)}{" "}
                      <Show when={boiler.simulated}>
                        <SimulatedTag />
                      </Show>
                    </td>
                    <td>{list.site(boiler.siteId)?.timeZone ?? missing}</td>
                    <th scope="row">{boiler.name}</th>
                    <td class="r num">
                      {formatNumber(boiler.capacityTPerH, 1)} <span class="u">t/h</span>
                    </td>
                    <td>{boiler.fuels.map(({ label }) => labelOf(label)).join(", ")}</td>
                    <td>{boiler.gatewayId ?? missing}</td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </div>
      </section>
      <section class="panel" aria-labelledby="prices">
        <header>
          <h2 id="prices">{t().prices}</h2>
          <p>{t().pricesWhere}</p>
        </header>
        <Loaded of={found} rows={2}>
          {(reply) => (
            <Show when={reply().prices.length > 0} fallback={<p class="advn">{t().noPrices}</p>}>
              <div class="st">
                <table>
                  <thead>
                    <tr>
                      <th>{p().site}</th>
                      <th>{p().fuel}</th>
                      <th>{p().from}</th>
                      <th class="r">{p().price}</th>
                      <th>{p().source}</th>
                    </tr>
                  </thead>
                  <tbody>
                    <For each={reply().prices}>
                      {(price) => (
                        <tr>
                          <td>{siteName(price.siteId)}</td>
                          <th scope="row">{price.fuel}</th>
                          <td class="num nw">{price.validFrom}</td>
                          <td class="r num">
                            {formatNumber(price.perUnit, 2)} <span class="u">{price.currency}</span>
                          </td>
                          <td class="m">{price.source}</td>
                        </tr>
                      )}
                    </For>
                  </tbody>
                </table>
              </div>
            </Show>
          )}
        </Loaded>
      </section>
    </>
  );
}

export function RetentionPanel(): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => manageText().settings.retention;
  const found = asked(manageApi.storage);
  const zone = () => list.sites()[0]?.timeZone ?? "UTC";
  const name = (tier: Storage["tiers"][number]["tier"]) =>
    ({ raw: t().raw, minute: t().minutes, hour: t().hours })[tier];
  return (
    <section class="panel" aria-labelledby="retention">
      <header>
        <h2 id="retention">{manageText().settings.tabs.retention}</h2>
        <p>{t().note}</p>
      </header>
      <Loaded of={found} rows={3}>
        {(storage) => (
          <>
            <dl class="pairs">
              <For each={storage().tiers}>
                {({ tier, keepDays, oldestMs }) => (
                  <div>
                    <dt>{name(tier)}</dt>
                    <dd class="num">
                      {t().days(formatNumber(keepDays, 0))}
                      <Show when={oldestMs}>
                        {(oldest) => (
                          <span class="dim"> · {t().oldest(momentTime(oldest(), feed.nowMs(), zone()))}</span>
                        )}
                      </Show>
                    </dd>
                  </div>
                )}
              </For>
            </dl>
            <p class="advn">{t().journal}</p>
          </>
        )}
      </Loaded>
    </section>
  );
}
