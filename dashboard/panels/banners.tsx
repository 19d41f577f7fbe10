import { type JSX, Match, Show, Switch } from "solid-js";
import type { AlarmText } from "../../contracts/http/alarms.ts";
import { isUnacknowledged, judgedIn } from "../alarms.ts";
import { LostMarker, Marker } from "../charts/marker.tsx";
import { classes, toneClass } from "../classes.ts";
import { useDesk } from "../desk.ts";
import type { Link as LinkState } from "../feed.ts";
import { formatAge, formatPoint } from "../format.ts";
import { howLong, measured } from "../reasons.ts";
import { Link, path } from "../router.tsx";
import { firstZone, sourceOf } from "../sources.ts";
import { labelOf, text } from "../texts/texts.ts";
import { clockTime, momentTime } from "../time.ts";
import { AcknowledgeButton, NotSent } from "./acknowledge-button.tsx";
import { SimulatedTag } from "./simulated-tag.tsx";

/** At most two lines under the bar: first that the link is lost, then the worst alert that nobody has acknowledged. */
export function Banners(): JSX.Element {
  const { feed, alarms } = useDesk();
  const lost = () => {
    const link = feed.link();
    return link.kind === "lost" ? link : null;
  };
  const open = () => alarms.open().filter(isUnacknowledged);
  return (
    <>
      <Switch>
        <Match when={lost()}>{(link) => <LostBanner link={link()} />}</Match>
        <Match when={feed.gap()}>
          {(gap) => (
            <output class="banner back">
              <p>{text().link[gap().state](formatAge(gap().spanMs))}</p>
            </output>
          )}
        </Match>
      </Switch>
      <Show when={path() === "/alerts" || path().startsWith("/retrofits") ? undefined : open()[0]}>
        {(worst) => <AlertBanner alarm={worst()} more={open().length - 1} />}
      </Show>
    </>
  );
}

function LostBanner(props: { readonly link: LinkState & { readonly kind: "lost" } }): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => text().link;
  const stopped = () => {
    const { sinceMs } = props.link;
    if (sinceMs === null) return null;
    return t().stopped(clockTime(sinceMs, firstZone(list)), formatAge(feed.nowMs() - sinceMs));
  };
  const retry = () => {
    const { attempt, retryAtMs } = props.link;
    if (retryAtMs === null) return t().trying(attempt);
    return t().attempt(attempt, Math.max(0, Math.ceil((retryAtMs - feed.nowMs()) / 1_000)));
  };
  return (
    <div class="banner link" role="alert" data-testid="link-lost">
      <LostMarker />
      <p>
        <b>{stopped() === null ? t().never : t().lost}</b>
        <span class="num" aria-live="off">
          {stopped()}
        </span>
        <span>{t().refills}</span>
      </p>
      <span class="more num" aria-live="off">
        {retry()}
      </span>
    </div>
  );
}

function AlertBanner(props: { readonly alarm: AlarmText; readonly more: number }): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => text().alerts;
  const source = () => sourceOf(props.alarm, list);
  const value = () => {
    const evidence = judgedIn(props.alarm);
    const { sourceId } = props.alarm;
    if (evidence === null) return null;
    const { quantity } = evidence;
    const verdict = feed.boiler(sourceId)?.verdicts[quantity];
    const now = verdict?.kind === "above" ? (verdict.value ?? evidence.value) : evidence.value;
    return { now: measured(quantity, now), limit: formatPoint(quantity, evidence.limit) };
  };
  return (
    <div
      class={classes("banner alert", toneClass(props.alarm.priority))}
      role="alert"
      data-testid="alert-banner"
    >
      <Marker priority={props.alarm.priority} state="unack" size={18} />
      <p>
        <b>{labelOf(props.alarm.title)}</b>
        <Link href={source().href ?? "/alerts"}>{source().name}</Link>
        <Show when={source().simulated}>
          <SimulatedTag />
        </Show>
        <Show when={value()}>
          {(held) => (
            <span class="num" aria-live="off" title={text().judgedMean}>
              <b>{held().now}</b> · {t().limitIs(held().limit)}
            </span>
          )}
        </Show>
        <span class="dim num" aria-live="off">
          {t().sinceFor(
            props.alarm.occurrences > 1 ? "" : momentTime(props.alarm.sinceMs, feed.nowMs(), source().zone),
            howLong(props.alarm, feed.nowMs(), source().zone),
          )}
        </span>
      </p>
      <Show when={props.more > 0}>
        <Link class="more" href="/alerts">
          {t().moreUnacknowledged(props.more)}
        </Link>
      </Show>
      <NotSent alarm={props.alarm} />
      <AcknowledgeButton alarm={props.alarm} shortcut />
    </div>
  );
}
