import { createSignal, createUniqueId, For, type JSX, Show } from "solid-js";
import type { RetrofitBoiler } from "../../contracts/http/retrofits.ts";
import { labelOf } from "../texts/texts.ts";
import { words } from "./texts.ts";

/** A site's month and a boiler's diagnosis: what is told without a before and an after. */
export function OtherReports(props: { readonly boilers: readonly RetrofitBoiler[] }): JSX.Element {
  const t = words;
  const sites = () =>
    props.boilers.filter(({ siteId }, k) => props.boilers.findIndex((each) => each.siteId === siteId) === k);
  const now = new Date();
  const lastMonth = new Date(now.getFullYear(), now.getMonth() - 1, 15).toISOString().slice(0, 7);
  const [site, setSite] = createSignal(sites()[0]?.siteId ?? "");
  const [month, setMonth] = createSignal(lastMonth);
  const [boiler, setBoiler] = createSignal(props.boilers[0]?.id ?? "");
  const [days, setDays] = createSignal("7");
  /** Blank: up to now. */
  const [upTo, setUpTo] = createSignal("");
  const [siteField, monthField, boilerField, daysField, upToField] = [
    createUniqueId(),
    createUniqueId(),
    createUniqueId(),
    createUniqueId(),
    createUniqueId(),
  ];
  return (
    <Show when={props.boilers.length > 0}>
      <section class="panel" data-testid="other-reports">
        <header>
          <h2>{t().otherReports}</h2>
        </header>
        <h3 class="pad">{t().energyReport}</h3>
        <div class="form tight">
          <div class="ff">
            <label for={siteField}>{t().site}</label>
            <select id={siteField} value={site()} onChange={(event) => setSite(event.currentTarget.value)}>
              <For each={sites()}>
                {(each) => <option value={each.siteId}>{labelOf(each.siteName)}</option>}
              </For>
            </select>
          </div>
          <div class="ff">
            <label for={monthField}>{t().month}</label>
            <input
              id={monthField}
              type="month"
              value={month()}
              onChange={(event) => setMonth(event.currentTarget.value || lastMonth)}
            />
          </div>
        </div>
        <Links base={`/api/v1/energy-report?site=${site()}&month=${month()}`} csv />
        <h3 class="pad">{t().diagnosis}</h3>
        <div class="form tight">
          <div class="ff">
            <label for={boilerField}>{t().boiler}</label>
            <select
              id={boilerField}
              value={boiler()}
              onChange={(event) => setBoiler(event.currentTarget.value)}
            >
              <For each={props.boilers}>{(each) => <option value={each.id}>{each.name}</option>}</For>
            </select>
          </div>
          <div class="ff">
            <label for={daysField}>{t().days}</label>
            <input
              id={daysField}
              type="number"
              min="1"
              max="366"
              value={days()}
              onChange={(event) => setDays(event.currentTarget.value || "7")}
            />
          </div>
          <div class="ff">
            <label for={upToField}>{t().upTo}</label>
            <input
              id={upToField}
              type="date"
              value={upTo()}
              onChange={(event) => setUpTo(event.currentTarget.value)}
            />
          </div>
        </div>
        <Links
          base={`/api/v1/boilers/${boiler()}/diagnosis?days=${days()}${upTo() === "" ? "" : `&to=${upTo()}`}`}
        />
      </section>
    </Show>
  );
}

function Links(props: { readonly base: string; readonly csv?: boolean }): JSX.Element {
  const t = words;
  return (
    <div class="acts in start">
      <For
        each={
          [
            ["en", t().english],
            ["zh-TW", t().chinese],
          ] as const
        }
      >
        {([lang, name]) => (
          <>
            <a class="btn sm" target="_blank" rel="noreferrer" href={`${props.base}&lang=${lang}`}>
              {t().html} · {name}
            </a>
            <a class="btn sm" target="_blank" rel="noreferrer" href={`${props.base}&lang=${lang}&format=pdf`}>
              {t().pdf} · {name}
            </a>
          </>
        )}
      </For>
      <Show when={props.csv}>
        <a class="btn sm" href={`${props.base}&format=csv`}>
          CSV
        </a>
      </Show>
    </div>
  );
}
