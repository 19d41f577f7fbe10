import { type JSX, Show } from "solid-js";
import type { AlarmText } from "../../contracts/http/alarms.ts";
import { isActive, judgedIn, markerState, wantsAcknowledgement } from "../alarms.ts";
import { Indicator, scaleFrom } from "../charts/indicator.tsx";
import { Marker } from "../charts/marker.tsx";
import { classes } from "../classes.ts";
import { useDesk } from "../desk.ts";
import { evidenceText } from "../evidence.ts";
import { tonnes } from "../limits.ts";
import { howLong } from "../reasons.ts";
import { sourceOf } from "../sources.ts";
import { labelOf, text } from "../texts/texts.ts";
import { clockTime, minuteTime, momentTime } from "../time.ts";
import { SimulatedTag } from "./simulated-tag.tsx";

interface AlertRowProps {
  readonly alarm: AlarmText;
  readonly isChosen: boolean;
  readonly choose: () => void;
  /** `null`: nothing is selected on this list. */
  readonly selected: boolean | null;
  readonly select: (isSelected: boolean) => void;
}

/** One alert of the list: when, where, what, how far, and who knows. */
export function AlertRow(props: AlertRowProps): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => text().alerts;
  const source = () => sourceOf(props.alarm, list);
  const nowMs = () => feed.nowMs();
  const duration = () =>
    props.alarm.occurrences > 1
      ? t().times(props.alarm.occurrences)
      : howLong(props.alarm, nowMs(), source().zone);
  const sourceLine = () => {
    const boiler = list.boiler(props.alarm.sourceId);
    const fuel = boiler?.fuels[0];
    if (boiler === null || fuel === undefined) return t().gateway(props.alarm.sourceId);
    return `${labelOf(fuel.label)} · ${tonnes(boiler.capacityTPerH)} t/h`;
  };
  return (
    <tr
      class={classes(props.isChosen && "sel", !isActive(props.alarm) && "calm")}
      aria-selected={props.isChosen}
      data-alarm={props.alarm.id}
      onClick={({ target }) => {
        // A tap beside the box is meant for the box.
        if (!(target instanceof Element && target.closest(".k0"))) props.choose();
      }}
    >
      <Show when={props.selected !== null}>
        <td class="k0">
          <input
            type="checkbox"
            class="cb"
            aria-label={text().alertsPage.select(labelOf(props.alarm.title))}
            checked={props.selected ?? false}
            disabled={!wantsAcknowledgement(props.alarm)}
            onChange={({ currentTarget }) => props.select(currentTarget.checked)}
          />
        </td>
      </Show>
      <td class="k1">
        <Marker
          priority={props.alarm.priority}
          state={markerState(props.alarm)}
          label={stateLabel(props.alarm)}
        />
      </td>
      <td class="k2 num">
        <b>{startTime(props.alarm.sinceMs, nowMs(), source().zone)}</b>
        <span class="sub">{duration()}</span>
      </td>
      <td class="k3">
        <span class="nm">
          <span>{[source().siteName, source().boilerName].filter(Boolean).join(" ")}</span>
          <Show when={source().simulated}>
            <SimulatedTag />
          </Show>
        </span>
        <span class="sub num">{sourceLine()}</span>
      </td>
      <td>
        <button type="button" class="msg" onClick={() => props.choose()}>
          {labelOf(props.alarm.title)}
        </button>
        <span class="sub">
          <span class="tab-in num">{evidenceText(props.alarm)} </span>
          {props.alarm.late ? `${text().alertsPage.late} ` : ""}
          {noteOf(props.alarm)}
        </span>
      </td>
      <td class="k5 no-tab" title={t().atOnset}>
        <Against alarm={props.alarm} width={118} />
        <span class="sub num">{evidenceText(props.alarm)}</span>
      </td>
      <td class="k6">
        <StateCell alarm={props.alarm} zone={source().zone} />
      </td>
    </tr>
  );
}

/** Value against limit as it was when the alert began; coloured while it lasts. */
export function Against(props: { readonly alarm: AlarmText; readonly width: number }): JSX.Element {
  return (
    <Show when={judgedIn(props.alarm)}>
      {(evidence) => (
        <Indicator
          width={props.width}
          value={evidence().value}
          limit={evidence().limit}
          from={scaleFrom(evidence().quantity, evidence().limit)}
          tone={isActive(props.alarm) ? props.alarm.priority : null}
        />
      )}
    </Show>
  );
}

function StateCell(props: { readonly alarm: AlarmText; readonly zone: string }): JSX.Element {
  const { feed } = useDesk();
  const t = () => text().alerts;
  const name = () =>
    ({
      unacknowledged: t().notAcknowledged,
      acknowledged: t().acknowledged,
      returned: t().returned,
      closed: t().closed,
      "latched-unacknowledged": t().latched,
      "latched-acknowledged": t().latched,
      shelved: t().shelved,
      suppressed: t().suppressed,
      "out-of-service": t().outOfService,
    })[props.alarm.state];
  const note = () => {
    const { acknowledgement, returnedAtMs, state, shelf, outOfService, suppressedBy } = props.alarm;
    const page = text().alertsPage;
    const moment = (atMs: number) => momentTime(atMs, feed.nowMs(), props.zone);
    if (state === "shelved" && shelf !== null) return page.shelvedUntil(moment(shelf.untilMs));
    if (state === "out-of-service" && outOfService !== null)
      return page.reviewBy(moment(outOfService.reviewMs));
    if (state === "suppressed")
      return page.suppressedBy(suppressedBy.map(({ sourceId }) => sourceId).join(", "));
    if (acknowledgement !== null && state !== "unacknowledged") {
      return `${minuteTime(acknowledgement.atMs, props.zone)} · ${acknowledgement.by}`;
    }
    if (state === "returned" || state === "latched-unacknowledged") return t().toClear;
    return returnedAtMs === null ? "" : t().cleared(momentTime(returnedAtMs, feed.nowMs(), props.zone));
  };
  return (
    <>
      <b>{name()}</b>
      <span class="sub num">{note()}</span>
    </>
  );
}

/** What a person wrote to it last. */
function noteOf({ acknowledgement, shelf, outOfService }: AlarmText): string {
  const note = outOfService?.reason ?? shelf?.reason ?? acknowledgement?.comment ?? null;
  return note === null ? "" : text().quoted(note);
}

function stateLabel({ priority, state }: AlarmText): string {
  const { state: t } = text();
  if (state === "unacknowledged") return t.p(priority);
  if (state === "acknowledged") return t.acked(priority);
  if (state === "closed") return t.closed(priority);
  return state === "returned" || state === "latched-unacknowledged"
    ? t.returned(priority)
    : t.hidden(priority);
}

function startTime(sinceMs: number, nowMs: number, zone: string): string {
  const withDay = momentTime(sinceMs, nowMs, zone);
  return withDay.includes(" ") || withDay.includes("/") ? withDay : clockTime(sinceMs, zone);
}
