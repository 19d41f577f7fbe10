import { type JSX, Show } from "solid-js";
import type { AlarmText } from "../../contracts/http/alarms.ts";
import { isActive } from "../alarms.ts";
import { reasonText } from "../api.ts";
import { classes, toneClass } from "../classes.ts";
import { type Desk, useDesk } from "../desk.ts";
import { mayAct } from "../session.ts";
import { text } from "../texts/texts.ts";

interface AcknowledgeProps {
  readonly alarm: AlarmText;
  readonly comment?: string;
  readonly done?: () => void;
  readonly large?: boolean;
  readonly shortcut?: boolean;
}

/** Says "I know of it". Shown as done at once; when the server does not take it, it comes back with the reason. */
export function AcknowledgeButton(props: AcknowledgeProps): JSX.Element {
  const desk = useDesk();
  const t = () => text().alerts;
  const why = () => whyNot(desk);
  return (
    <button
      type="button"
      class={classes(
        "btn",
        props.large ? "grow" : "sm",
        isActive(props.alarm) && "solid",
        toneClass(props.alarm.priority),
      )}
      data-testid="acknowledge"
      disabled={why() !== null || desk.alarms.isOnItsWay(props.alarm.id)}
      title={why() ?? undefined}
      onClick={async () => {
        const taken = await acknowledge(desk, props.alarm, props.comment ?? "");
        if (taken) props.done?.();
      }}
    >
      {desk.alarms.isOnItsWay(props.alarm.id) ? t().sending : t().acknowledge}
      <Show when={props.shortcut}>
        <kbd>A</kbd>
      </Show>
    </button>
  );
}

/** Why the last try was not taken; it stands until the next one. */
export function NotSent(props: { readonly alarm: AlarmText }): JSX.Element {
  const { alarms } = useDesk();
  return (
    <Show when={alarms.failure(props.alarm.id)}>
      {(failure) => (
        <span class="notsent" role="alert">
          {failure().code === "ingest-silent"
            ? text().alerts.notConfirmed
            : text().alerts.notSent(reasonText(failure()))}
        </span>
      )}
    </Show>
  );
}

/** Why nobody can acknowledge here and now, or `null`. */
function whyNot({ feed }: Desk): string | null {
  if (feed.link().kind === "lost") return text().link.disabled;
  return mayAct() ? null : text().alerts.needsRole;
}

/** @returns whether it was taken */
export async function acknowledge(desk: Desk, alarm: AlarmText, comment: string): Promise<boolean> {
  if (whyNot(desk) !== null) return false;
  return desk.alarms.acknowledge(alarm, comment.trim(), desk.feed.nowMs());
}
