import { For, type JSX, Match, Show, Switch } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import { priorities } from "../../domain/alarms/alarm.ts";
import { isActive, isUnacknowledged } from "../alarms.ts";
import { Marker } from "../charts/marker.tsx";
import { classes } from "../classes.ts";
import { useDesk } from "../desk.ts";
import { formatAge, formatSpan } from "../format.ts";
import { Link, path } from "../router.tsx";
import { firstZone, siteName } from "../sources.ts";
import { text } from "../texts/texts.ts";
import { clockTime, dayName, offsetName } from "../time.ts";
import { LanguageButton, SoundButton, ThemeButton } from "./preference-buttons.tsx";

/** Where one is, how many alerts there are, whether the link lives, and what time it is at the site. */
export function TopBar(props: { readonly boiler: BoilerText | null }): JSX.Element {
  const { list } = useDesk();
  const zone = () =>
    (props.boiler === null ? null : list.site(props.boiler.siteId)?.timeZone) ?? firstZone(list);
  return (
    <header class="top">
      <Crumbs boiler={props.boiler} />
      <div class="tools">
        <Counts />
        <LinkState />
        <Clock zone={zone()} />
        <SoundButton />
        <LanguageButton />
        <ThemeButton />
      </div>
    </header>
  );
}

const namedPages = [
  "fleet",
  "alerts",
  "compliance",
  "retrofits",
  "reports",
  "trainer",
  "devices",
  "settings",
] as const;
const pathOf = (page: (typeof namedPages)[number]) => (page === "fleet" ? "/" : `/${page}`);

function Crumbs(props: { readonly boiler: BoilerText | null }): JSX.Element {
  const { list } = useDesk();
  const t = () => text().nav;
  return (
    <div class="crumb">
      <Switch>
        <Match when={namedPages.find((each) => path() === pathOf(each))}>
          {(page) => <h1>{t()[page()]}</h1>}
        </Match>
        <Match when={path().startsWith("/retrofits/")}>
          <h1>{t().retrofits}</h1>
        </Match>
        <Match when={props.boiler}>
          {(boiler) => (
            <>
              <Link href="/">{t().fleet}</Link>
              <span class="sep">/</span>
              <Link href={`/?site=${boiler().siteId}`}>{siteName(list, boiler().siteId)}</Link>
              <span class="sep">/</span>
              <h1>{boiler().name}</h1>
            </>
          )}
        </Match>
      </Switch>
    </div>
  );
}

function Counts(): JSX.Element {
  const { alarms } = useDesk();
  const of = (priority: number) =>
    alarms.open().filter((alarm) => isActive(alarm) && alarm.priority === priority);
  return (
    <Link class="counts" href="/alerts">
      <span class="vh">{text().top.counts}</span>
      <For each={priorities}>
        {(priority) => (
          <Show when={of(priority).length > 0}>
            <span>
              <Marker
                priority={priority}
                state={of(priority).some(isUnacknowledged) ? "unack" : "acked"}
                label={text().top.priority(priority)}
              />
              <b class="num">{of(priority).length}</b>
            </span>
          </Show>
        )}
      </For>
    </Link>
  );
}

function LinkState(): JSX.Element {
  const { feed } = useDesk();
  const t = () => text().top;
  const word = () => ({ live: t().live, lost: t().lost, connecting: t().connecting })[feed.link().kind];
  const lag = () => {
    const link = feed.link();
    return link.kind === "live" && link.lagMs !== null ? formatAge(link.lagMs) : null;
  };
  return (
    <output
      class={classes("conn", feed.link().kind !== "live" && "waiting")}
      data-testid="link-state"
      title={t().rateTitle}
    >
      <i class="pulse" />
      <b>{word()}</b>
      <Show when={lag()}>
        {(shown) => (
          <span class="num" aria-live="off">
            {t().rate(shown())}
          </span>
        )}
      </Show>
    </output>
  );
}

function Clock(props: { readonly zone: string }): JSX.Element {
  const { feed } = useDesk();
  return (
    <time class="clock num" dateTime={new Date(feed.nowMs()).toISOString()} title={text().top.clockTitle}>
      <b>{clockTime(feed.nowMs(), props.zone)}</b>
      <span>
        {dayName(feed.nowMs(), props.zone)} {offsetName(feed.nowMs(), props.zone)}
      </span>
      <Show when={feed.skewMs() !== 0}>
        <span class="skew" title={text().top.skewTitle}>
          {text().top.skew(formatSpan(Math.abs(feed.skewMs())))}
        </span>
      </Show>
    </time>
  );
}
