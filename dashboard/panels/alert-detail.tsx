import { createEffect, createResource, createSignal, For, type JSX, on, Show } from "solid-js";
import type { AlarmText } from "../../contracts/http/alarms.ts";
import { isActive, judgedIn, markerState, wantsAcknowledgement } from "../alarms.ts";
import { api } from "../api.ts";
import { Marker } from "../charts/marker.tsx";
import { toneClass } from "../classes.ts";
import { useDesk } from "../desk.ts";
import { evidenceText, inputsText } from "../evidence.ts";
import { formatNumber, formatPoint } from "../format.ts";
import { hourArithmetic } from "../hour-so-far.ts";
import { howLong } from "../reasons.ts";
import { Link } from "../router.tsx";
import { sourceOf } from "../sources.ts";
import { labelOf, text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";
import { AcknowledgeButton, NotSent } from "./acknowledge-button.tsx";
import { AlertActions } from "./alert-actions.tsx";
import { Against } from "./alert-row.tsx";
import { JudgedFacts } from "./judged-line.tsx";
import { OnsetTrend } from "./onset-trend.tsx";
import { SimulatedTag } from "./simulated-tag.tsx";

/** The chosen alert: how far it was over, what to do now, and what has been done. */
export function AlertDetail(props: { readonly alarm: AlarmText }): JSX.Element {
  const { feed, list } = useDesk();
  const [comment, setComment] = createSignal("");
  const t = () => text().alerts;
  const source = () => sourceOf(props.alarm, list);
  const moment = (atMs: number) => momentTime(atMs, feed.nowMs(), source().zone, true);
  const needsWord = () => wantsAcknowledgement(props.alarm);
  createEffect(
    on(
      () => props.alarm.id,
      () => setComment(""),
    ),
  );
  return (
    <>
      <header>
        <Marker priority={props.alarm.priority} state={markerState(props.alarm)} />
        <h2>{labelOf(props.alarm.title)}</h2>
      </header>
      <div class="det">
        <div class="meta num">
          <Show when={source().href} fallback={source().name}>
            {(href) => <Link href={href()}>{source().name}</Link>}
          </Show>{" "}
          <Show when={source().simulated}>
            <SimulatedTag />
          </Show>{" "}
          · {t().raisedAt(moment(props.alarm.sinceMs))}
        </div>
        <Figure alarm={props.alarm} />
        <OnsetTrend alarm={props.alarm} />
        <Show when={hourArithmetic(props.alarm, feed.boiler(props.alarm.sourceId), source().zone)}>
          {(sentence) => (
            <p class="hour num" data-testid="hour-arithmetic">
              {sentence()}
            </p>
          )}
        </Show>
        <h3>{t().whatToDo}</h3>
        <ol class="do">
          <For each={props.alarm.response}>{(step) => <li>{labelOf(step)}</li>}</For>
        </ol>
        <h3>{t().consequence}</h3>
        <p>{labelOf(props.alarm.consequence)}</p>
        <Explained alarm={props.alarm} />
        <Show when={props.alarm.state !== "closed"}>
          <h3>
            <label for="comment">
              {t().comment} <span class="dim">{t().optional}</span>
            </label>
          </h3>
          <textarea
            class="ta"
            id="comment"
            placeholder={t().commentHint}
            maxLength={2_000}
            value={comment()}
            onInput={({ currentTarget }) => setComment(currentTarget.value)}
          />
          <NotSent alarm={props.alarm} />
          <Show when={needsWord()}>
            <div class="row">
              <AcknowledgeButton
                alarm={props.alarm}
                comment={comment()}
                done={() => setComment("")}
                large
                shortcut
              />
            </div>
          </Show>
          <AlertActions alarm={props.alarm} comment={comment()} said={() => setComment("")} />
        </Show>
        <h3>{t().course}</h3>
        <Course alarm={props.alarm} moment={moment} />
      </div>
    </>
  );
}

function Figure(props: { readonly alarm: AlarmText }): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => text().alerts;
  const source = () => sourceOf(props.alarm, list);
  const judged = () => judgedIn(props.alarm);
  const held = () => {
    const evidence = judged();
    const { sourceId } = props.alarm;
    if (evidence === null) return null;
    const { quantity: point } = evidence;
    const live = isActive(props.alarm) ? feed.boiler(sourceId)?.verdicts[point] : undefined;
    const isLive = live?.value !== undefined;
    return {
      value: formatPoint(point, live?.value ?? evidence.value),
      unit: point === "exhaustTempC" ? "°C" : "",
      limit: formatPoint(point, evidence.limit),
      when: isLive ? t().now : t().atOnset,
    };
  };
  return (
    <Show when={held()} fallback={<p class="num">{evidenceText(props.alarm)}</p>}>
      {(figure) => (
        <div class={toneClass(props.alarm.priority) ?? ""}>
          <div class="big">
            <div class="n">
              {figure().value}
              <span class="u">{figure().unit}</span>
            </div>
            <div class="o num">
              {figure().when} · {t().limitIs(figure().limit)}
              <br />
              {howLong(props.alarm, feed.nowMs(), source().zone)}
            </div>
          </div>
          <Against alarm={props.alarm} width={340} />
          <Show when={list.boiler(props.alarm.sourceId)}>
            {(boiler) => (
              <JudgedFacts boiler={boiler()} quantity={judged()?.quantity ?? "airRatio"} verdict={judged()} />
            )}
          </Show>
        </div>
      )}
    </Show>
  );
}

/** How it came to be said: the formula, what it costs, and whether something else began first. */
function Explained(props: { readonly alarm: AlarmText }): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => text().alertsPage;
  const lines = () => {
    const { evidence, context, firstOut, late } = props.alarm;
    const cost = context?.costPerH ?? null;
    const boiler = list.boiler(props.alarm.sourceId);
    const fuel = boiler?.fuels.find(({ id }) => id === context?.fuelId) ?? null;
    const inputs = inputsText(props.alarm);
    const steadyMs = context?.steadySinceMs ?? null;
    const moment = (atMs: number) => momentTime(atMs, feed.nowMs(), sourceOf(props.alarm, list).zone, true);
    return [
      ...(inputs === "" ? [] : [t().inputs(inputs)]),
      // Of what a table judged, its own line says so already.
      ...(judgedIn(props.alarm) === null && steadyMs !== null
        ? [text().boiler.steadySince(moment(steadyMs))]
        : []),
      ...(fuel === null ? [] : [t().fuel(labelOf(fuel.label))]),
      ...(evidence !== null && "formula" in evidence && evidence.formula !== ""
        ? [`${t().formula}${text().colon}${evidence.formula}`]
        : []),
      // What a table says is told with its row, above.
      ...(judgedIn(props.alarm) === null && evidence !== null && "source" in evidence
        ? [t().ruleSource(evidence.source, evidence.inForceFrom)]
        : []),
      ...(cost === null ? [] : [t().cost(formatNumber(cost.amount, 0), cost.currency)]),
      ...(firstOut !== null && firstOut.place > 1 ? [t().first(firstOut.place)] : []),
      ...(late ? [t().late] : []),
    ];
  };
  return (
    <Show when={lines().length > 0}>
      <ul class="why num">
        <For each={lines()}>{(line) => <li>{line}</li>}</For>
      </ul>
    </Show>
  );
}

/** Every step of it, as the records have them; until they are here, what the list knows. */
function Course(props: {
  readonly alarm: AlarmText;
  readonly moment: (atMs: number) => string;
}): JSX.Element {
  const t = () => text().alertsPage;
  const [reply] = createResource(
    () => `${props.alarm.id} ${props.alarm.rev}`,
    () => api.alarmCourse(props.alarm.id),
  );
  const steps = () => {
    const course = reply.latest;
    const { sinceMs, id } = props.alarm;
    const began = { atMs: sinceMs, says: text().alerts.began };
    if (!course?.ok || course.value.alarm.id !== id) return [began];
    return [
      began,
      ...course.value.steps.map(({ kind, by, comment, atMs }) => ({
        atMs,
        says: [
          t().steps[kind] ?? kind,
          by === null ? "" : t().by(by),
          comment === null ? "" : text().quoted(comment),
        ]
          .filter(Boolean)
          .join(" "),
      })),
    ];
  };
  return (
    <ul class="tl">
      <For each={steps()}>
        {({ atMs, says }) => (
          <li>
            <time class="num">{props.moment(atMs)}</time>
            <span>{says}</span>
          </li>
        )}
      </For>
    </ul>
  );
}
