import { createSignal, For, type JSX, Show } from "solid-js";
import type { AlarmText } from "../../contracts/http/alarms.ts";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { LiveBoiler } from "../../contracts/live.ts";
import { isActive, judgedIn, markerState, quantityOf, wantsAcknowledgement } from "../alarms.ts";
import { Icon } from "../charts/icons.tsx";
import { Marker } from "../charts/marker.tsx";
import { classes, toneClass } from "../classes.ts";
import { useDesk } from "../desk.ts";
import { evidenceText } from "../evidence.ts";
import { formatPoint } from "../format.ts";
import { howLong, measured } from "../reasons.ts";
import { mayAct } from "../session.ts";
import { zoneOf } from "../sources.ts";
import { labelOf, text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";
import { AcknowledgeButton, NotSent } from "./acknowledge-button.tsx";
import { AlertActions, type Form } from "./alert-actions.tsx";
import { JudgedNow } from "./judged-line.tsx";

interface SituationProps {
  readonly alarm: AlarmText;
  readonly boiler: BoilerText;
  readonly reading: LiveBoiler | null;
  /** Which of the further actions is open, if any. */
  readonly doing: Form | null;
  readonly act: (form: Form | null) => void;
}

/** What is wrong, how far and for how long; what to do; what it costs not to. Then who knows of it. */
export function Situation(props: SituationProps): JSX.Element {
  const { feed, list } = useDesk();
  const [comment, setComment] = createSignal("");
  const zone = () => zoneOf(list, props.boiler.siteId);
  const moment = (atMs: number) => momentTime(atMs, feed.nowMs(), zone());
  const isOpen = () => wantsAcknowledgement(props.alarm);
  return (
    <section
      class={classes("sit", isActive(props.alarm) ? toneClass(props.alarm.priority) : "over")}
      aria-label={`${text().boiler.situation}${text().colon}${labelOf(props.alarm.title)}`}
      data-testid="situation"
    >
      <Marker priority={props.alarm.priority} state={markerState(props.alarm)} size={22} />
      <h2>{headline(props.alarm, props.reading, feed.nowMs(), zone())}</h2>
      <div class="acts">
        <Show when={isOpen()} fallback={<Acknowledgement alarm={props.alarm} moment={moment} />}>
          <button
            type="button"
            class="btn sm"
            aria-expanded={props.doing === "none"}
            onClick={() => props.act(props.doing === "none" ? null : "none")}
          >
            <Icon of="note" size={15} />
            {text().alerts.addComment}
          </button>
          <Show when={mayAct() && isActive(props.alarm)}>
            <button
              type="button"
              class="btn sm"
              aria-expanded={props.doing === "shelve"}
              onClick={() => props.act(props.doing === "shelve" ? null : "shelve")}
            >
              {text().alertsPage.shelve}
            </button>
          </Show>
          <AcknowledgeButton alarm={props.alarm} comment={comment()} done={() => props.act(null)} />
        </Show>
      </div>
      <div class="rest">
        <Show when={isActive(props.alarm)}>
          <ol class="do">
            <For each={props.alarm.response}>{(step) => <li>{labelOf(step)}</li>}</For>
          </ol>
          <p class="dim">{labelOf(props.alarm.consequence)}</p>
        </Show>
        <Show when={props.alarm.acknowledgement?.comment}>
          {(said) => <p class="dim">{text().quoted(said())}</p>}
        </Show>
        <Show when={isOpen() && props.doing === "none"}>
          <textarea
            class="ta"
            ref={(area) => queueMicrotask(() => area.focus())}
            aria-label={text().alerts.comment}
            placeholder={text().alerts.commentHint}
            maxLength={2_000}
            value={comment()}
            onInput={({ currentTarget }) => setComment(currentTarget.value)}
          />
        </Show>
        <Show when={props.doing !== null}>
          <AlertActions
            alarm={props.alarm}
            comment={comment()}
            said={() => setComment("")}
            first={props.doing ?? "none"}
          />
        </Show>
        <NotSent alarm={props.alarm} />
        <Show when={isActive(props.alarm) ? quantityOf(props.alarm) : null}>
          {(quantity) => <JudgedNow boiler={props.boiler} reading={props.reading} quantity={quantity()} />}
        </Show>
      </div>
    </section>
  );
}

function Acknowledgement(props: {
  readonly alarm: AlarmText;
  readonly moment: (atMs: number) => string;
}): JSX.Element {
  return (
    <Show when={props.alarm.acknowledgement}>
      {(said) => (
        <span class="dim num">{text().boiler.acknowledgedBy(said().by, props.moment(said().atMs))}</span>
      )}
    </Show>
  );
}

function headline(alarm: AlarmText, reading: LiveBoiler | null, nowMs: number, zone: string): string {
  const { boiler: t, points } = text();
  const span = howLong(alarm, nowMs, zone);
  if (!isActive(alarm)) return t.wasOver(labelOf(alarm.title), span);
  const judged = judgedIn(alarm);
  if (judged === null) {
    const evidence = evidenceText(alarm);
    return t.lasts(`${labelOf(alarm.title)}${evidence === "" ? "" : ` (${evidence})`}`, span);
  }
  const { quantity } = judged;
  const limit = formatPoint(quantity, judged.limit);
  const verdict = reading?.verdicts[quantity];
  if (verdict?.kind === "above")
    return t.isAbove(points[quantity], measured(quantity, verdict.value, verdict.limit), limit, span);
  if (verdict?.kind === "within") return t.clearing(points[quantity], limit, span);
  // Not judged at the moment, or nothing heard yet: that says neither that it is over nor that it is about to be.
  return t.beganAbove(points[quantity], measured(quantity, judged.value, judged.limit), limit, span);
}
