import { createEffect, createSignal, For, type JSX, on, Show } from "solid-js";
import type { AlarmText } from "../../contracts/http/alarms.ts";
import { isActive, judgedIn, markerState, wantsAcknowledgement } from "../alarms.ts";
import { Marker } from "../charts/marker.tsx";
import { toneClass } from "../classes.ts";
import { useDesk } from "../desk.ts";
import { evidenceText } from "../evidence.ts";
import { formatPoint } from "../format.ts";
import { howLong } from "../reasons.ts";
import { Link } from "../router.tsx";
import { sourceOf } from "../sources.ts";
import { labelOf, text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";
import { AcknowledgeButton, NotSent } from "./acknowledge-button.tsx";
import { Against } from "./alert-row.tsx";
import { JudgedFacts } from "./judged-line.tsx";
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
        <h3>{t().whatToDo}</h3>
        <ol class="do">
          <For each={props.alarm.response}>{(step) => <li>{labelOf(step)}</li>}</For>
        </ol>
        <h3>{t().consequence}</h3>
        <p>{labelOf(props.alarm.consequence)}</p>
        <Show when={needsWord()}>
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

function Course(props: {
  readonly alarm: AlarmText;
  readonly moment: (atMs: number) => string;
}): JSX.Element {
  const t = () => text().alerts;
  const events = () => {
    const { sinceMs, announcedAtMs, returnedAtMs, acknowledgement } = props.alarm;
    return [
      { atMs: sinceMs, says: t().began },
      { atMs: announcedAtMs, says: t().announced },
      ...(returnedAtMs === null ? [] : [{ atMs: returnedAtMs, says: t().wentBack }]),
      ...(acknowledgement === null
        ? []
        : [
            {
              atMs: acknowledgement.atMs,
              says: [
                t().ackedBy(acknowledgement.by),
                acknowledgement.comment && text().quoted(acknowledgement.comment),
              ]
                .filter(Boolean)
                .join(" "),
            },
          ]),
    ].sort((a, b) => a.atMs - b.atMs);
  };
  return (
    <ul class="tl">
      <For each={events()}>
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
