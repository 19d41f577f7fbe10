import { createEffect, createMemo, For, type JSX, on, onMount, Show } from "solid-js";
import type { Compliance, ComplianceDay } from "../../contracts/http/compliance.ts";
import { daysTouched, type LocalDay, localDays } from "../../domain/local-day.ts";
import { asked } from "../asked.ts";
import { Icon } from "../charts/icons.tsx";
import { classes } from "../classes.ts";
import { useDesk } from "../desk.ts";
import { csvOf, save } from "../download.ts";
import { Loaded } from "../loaded.tsx";
import { manageApi } from "../manage-api.ts";
import { HourTable, LimitsVersions, valueText } from "../panels/compliance-tables.tsx";
import { query, setQuery } from "../router.tsx";
import { manageText } from "../texts/manage.ts";
import { labelOf, text } from "../texts/texts.ts";
import { dayName, dayTime, momentTime } from "../time.ts";
import "../styles/manage.css";

/** A month of every boiler: a strip of days, the hours of one of them, and every hour above a limit. */
export function CompliancePage(): JSX.Element {
  const { list, feed } = useDesk();
  const t = () => manageText().compliance;
  const zone = () => list.sites()[0]?.timeZone ?? "UTC";
  const today = daysTouched(zone(), feed.nowMs(), feed.nowMs() + 1)[0]?.date ?? "";
  const month = createMemo(() => (/^\d{4}-\d\d$/.test(query("month")) ? query("month") : today.slice(0, 7)));
  const days = createMemo(() => daysOfMonth(month(), zone()));
  const range = () => ({ fromMs: days()[0]?.fromMs ?? 0, toMs: days().at(-1)?.toMs ?? 1 });
  const found = asked(() => manageApi.compliance(range().fromMs, range().toMs), 60_000);
  createEffect(on(month, () => void found.load(), { defer: true }));

  const open = createMemo(() => {
    const boiler = list.boiler(query("boiler"));
    const day = days().find(({ date }) => date === query("day"));
    return boiler === null || day === undefined ? null : { boiler, day };
  });
  const step = (by: number) => {
    const [year = 0, number = 1] = month().split("-").map(Number);
    const at = new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
    setQuery({ month: at, day: "" });
  };
  const yearMonth = () => {
    const [year = 0, number = 1] = month().split("-").map(Number);
    return [year, number] as const;
  };
  const name = () => t().month(...yearMonth());

  const sites = () =>
    list
      .sites()
      .map(({ name: site }) => labelOf(site))
      .join(text().comma);

  return (
    <div class="col">
      <div class="only-print">
        <h2 class="statement">{t().statement(name(), ...yearMonth())}</h2>
        <p class="note">{t().printed(dayTime(feed.nowMs(), zone()), sites())}</p>
      </div>
      <div class="idbar">
        <fieldset class="seg">
          <legend class="vh">{name()}</legend>
          <button type="button" aria-label={t().earlier} title={t().earlier} onClick={() => step(-1)}>
            ‹
          </button>
          <span class="mon" aria-live="polite">
            {name()}
          </span>
          <button type="button" aria-label={t().later} title={t().later} onClick={() => step(1)}>
            ›
          </button>
        </fieldset>
        <span class="note">{t().about}</span>
        <span class="end">
          <button type="button" class="btn sm" onClick={() => print()}>
            <Icon of="printer" size={15} />
            {t().print}
          </button>
        </span>
      </div>
      <Loaded of={found} rows={6}>
        {(compliance) => (
          <>
            <Calendar days={days()} found={compliance().days} zone={zone()} />
            <Show when={open()} keyed fallback={<p class="note">{t().pickDay}</p>}>
              {({ boiler, day }) => (
                <HourTable boiler={boiler} day={day} zone={list.site(boiler.siteId)?.timeZone ?? zone()} />
              )}
            </Show>
            <Log found={compliance()} month={month()} zone={zone()} />
          </>
        )}
      </Loaded>
      <LimitsVersions />
    </div>
  );
}

function daysOfMonth(month: string, zone: string): readonly LocalDay[] {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const last = new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
  return localDays(`${month}-01`, last, zone);
}

function Calendar(props: {
  readonly days: readonly LocalDay[];
  readonly found: readonly ComplianceDay[];
  readonly zone: string;
}): JSX.Element {
  const { list } = useDesk();
  const t = () => manageText().compliance;
  const byCell = createMemo(() => new Map(props.found.map((each) => [`${each.boilerId}/${each.day}`, each])));
  let strip: HTMLDivElement | undefined;
  /** On a narrow screen the month is wider than the page: it begins where it was last judged. */
  onMount(() => strip?.querySelector(".newest")?.scrollIntoView({ block: "nearest", inline: "center" }));
  const newest = createMemo(() =>
    props.found
      .map(({ day }) => day)
      .sort()
      .at(-1),
  );
  const isOpen = (boilerId: string, day: string) => query("boiler") === boilerId && query("day") === day;
  return (
    <section class="panel" aria-labelledby="calendar">
      <header>
        <h2 id="calendar">{t().calendar}</h2>
        <p>{t().calendarNote}</p>
        <span class="end legend" aria-hidden="true">
          <For each={["above", "within", "not-judged", "none"] as const}>
            {(what) => (
              <span>
                <i class={classes("cell", what)} />
                {t().legend[what]}
              </span>
            )}
          </For>
        </span>
      </header>
      <div class="st" ref={strip}>
        <table class="cal" data-testid="calendar">
          <thead>
            <tr>
              <th>{t().boiler}</th>
              <For each={props.days}>
                {({ date }) => (
                  <th class={classes("d", date === newest() && "newest")}>{Number(date.slice(8))}</th>
                )}
              </For>
            </tr>
          </thead>
          <tbody>
            <For each={list.boilers()}>
              {(boiler) => (
                <tr>
                  <th scope="row">{boiler.name}</th>
                  <For each={props.days}>
                    {({ date: day, fromMs: startMs }) => (
                      <td>
                        <Show
                          when={byCell().get(`${boiler.id}/${day}`)}
                          fallback={<i class="cell none" title={t().legend.none} />}
                        >
                          {(cell) => {
                            const says = () => {
                              const { outcome, above, within, notJudged } = cell();
                              const when = dayName(startMs, props.zone);
                              return t().cell(
                                boiler.name,
                                when,
                                t().outcome[outcome],
                                above,
                                within,
                                notJudged,
                              );
                            };
                            return (
                              <button
                                type="button"
                                class={classes("cell", cell().outcome)}
                                aria-label={says()}
                                aria-pressed={isOpen(boiler.id, day)}
                                title={says()}
                                onClick={() => setQuery({ boiler: boiler.id, day })}
                              />
                            );
                          }}
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
    </section>
  );
}

function Log(props: {
  readonly found: Compliance;
  readonly month: string;
  readonly zone: string;
}): JSX.Element {
  const { list, feed } = useDesk();
  const t = () => manageText().compliance;
  const zoneOf = (siteId: string) => list.site(siteId)?.timeZone ?? props.zone;
  const nameOf = (id: string) => list.boiler(id)?.name ?? id;
  const exported = () => {
    const { when, boiler, quantity, value, limit, over, source, rev } = t().columns;
    const rows = props.found.exceedances.map((hour) => [
      new Date(hour.hourStartMs).toISOString(),
      ...[nameOf(hour.boilerId), text().points[hour.quantity], hour.value, hour.limit],
      ...[hour.minutesAbove, hour.source, hour.rev],
      list.boiler(hour.boilerId)?.simulated === true ? text().simulated : "",
    ]);
    const heading = [when, boiler, quantity, value, limit, `${over} (min)`, source, rev, text().simulated];
    save(`fluewatch-above-limits-${props.month}.csv`, `\ufeff${csvOf([heading, ...rows])}`, "text/csv");
  };
  return (
    <section class="panel" aria-labelledby="log">
      <header>
        <h2 id="log">{t().log}</h2>
        <p>{t().logNote(props.found.exceedances.length)}</p>
        <span class="end">
          <button
            type="button"
            class="btn sm"
            disabled={props.found.exceedances.length === 0}
            onClick={exported}
          >
            {t().export}
          </button>
        </span>
      </header>
      <Show when={props.found.exceedances.length > 0} fallback={<p class="advn">{t().noneAbove}</p>}>
        <div class="st">
          <table data-testid="exceedances">
            <thead>
              <tr>
                <th>{t().columns.when}</th>
                <th>{t().columns.boiler}</th>
                <th>{t().columns.quantity}</th>
                <th class="r">{t().columns.value}</th>
                <th class="r">{t().columns.limit}</th>
                <th class="r">{t().columns.over}</th>
                <th>{t().columns.source}</th>
                <th class="r">{t().columns.rev}</th>
              </tr>
            </thead>
            <tbody>
              <For each={props.found.exceedances}>
                {(hour) => (
                  <tr>
                    <td class="num nw">{momentTime(hour.hourStartMs, feed.nowMs(), zoneOf(hour.siteId))}</td>
                    <th scope="row" class="nw">
                      {nameOf(hour.boilerId)}
                    </th>
                    <td class="nw">{text().points[hour.quantity]}</td>
                    <td class="r num">
                      <b>{valueText(hour.quantity, hour.value)}</b>
                    </td>
                    <td class="r num">{valueText(hour.quantity, hour.limit)}</td>
                    <td class="r num nw">{t().minutes(String(Math.round(hour.minutesAbove * 10) / 10))}</td>
                    <td class="m">{hour.source}</td>
                    <td class="r num">{hour.rev}</td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </div>
        <Show when={props.found.more}>
          <p class="advn">{t().more}</p>
        </Show>
      </Show>
    </section>
  );
}
