import { createEffect, createSignal, For, type JSX, on, onCleanup, Show } from "solid-js";
import type { AlarmText } from "../../contracts/http/alarms.ts";
import { reasonText } from "../api.ts";
import { useDesk } from "../desk.ts";
import { onKey } from "../keyboard.ts";
import { mayAct, mayEngineer } from "../session.ts";
import { text } from "../texts/texts.ts";

const shelfMinutes = [15, 60, 240, 480] as const;
const reviewHours = [24, 72, 168] as const;
export type Form = "none" | "shelve" | "out";

/** What can be done about an alarm besides acknowledging it; what a role may not do is not offered. */
export function AlertActions(props: {
  readonly alarm: AlarmText;
  readonly comment: string;
  readonly said: () => void;
  /** What is open from the beginning. */
  readonly first?: Form;
}): JSX.Element {
  const { alarms, feed } = useDesk();
  const t = () => text().alertsPage;
  const [form, setForm] = createSignal<Form>(props.first ?? "none");
  const [reason, setReason] = createSignal("");
  const [workOrder, setWorkOrder] = createSignal("");
  const [minutes, setMinutes] = createSignal<number>(60);
  const [hours, setHours] = createSignal<number>(24);
  const [refused, setRefused] = createSignal<string | null>(null);
  const [busy, setBusy] = createSignal(false);
  createEffect(
    on(
      () => props.alarm.id,
      () => {
        setForm("none");
        setReason("");
        setWorkOrder("");
        setRefused(null);
      },
      { defer: true },
    ),
  );
  const state = () => props.alarm.state;
  const isClosed = () => state() === "closed";
  const mayShelve = () =>
    mayAct() &&
    !isClosed() &&
    state() !== "suppressed" &&
    state() !== "out-of-service" &&
    state() !== "shelved";
  const isCritical = () => props.alarm.priority === 1 && !mayEngineer();
  const offline = () => feed.link().kind === "lost";

  onCleanup(onKey("s", () => mayShelve() && !isCritical() && setForm("shelve")));
  onCleanup(onKey("n", () => document.getElementById("comment")?.focus()));

  async function send(name: string, body: object = {}, done: () => void = () => {}): Promise<void> {
    if (busy()) return;
    setBusy(true);
    const failure = await alarms.command(props.alarm, name, body);
    setBusy(false);
    setRefused(failure === null ? null : t().refused(reasonText(failure)));
    if (failure !== null) return;
    setForm("none");
    setReason("");
    done();
  }

  const Simple = (own: { readonly name: string; readonly children: JSX.Element }) => (
    <button
      type="button"
      class="btn"
      disabled={busy() || offline()}
      data-testid={own.name}
      onClick={() => void send(own.name)}
    >
      {own.children}
    </button>
  );

  return (
    <Show when={mayAct()} fallback={<p class="note">{t().needsOperator}</p>}>
      <div class="row">
        <Show when={mayShelve()}>
          <button
            type="button"
            class="btn"
            disabled={isCritical() || offline()}
            aria-expanded={form() === "shelve"}
            data-testid="shelve"
            onClick={() => setForm(form() === "shelve" ? "none" : "shelve")}
          >
            {t().shelve} <kbd>S</kbd>
          </button>
        </Show>
        <Show when={state() === "shelved"}>
          <Simple name="unshelve">{t().unshelve}</Simple>
        </Show>
        <Show when={state() === "latched-acknowledged"}>
          <Simple name="reset">{t().reset}</Simple>
        </Show>
        <Show when={mayEngineer() && !isClosed() && state() !== "out-of-service"}>
          <button
            type="button"
            class="btn"
            disabled={offline()}
            aria-expanded={form() === "out"}
            data-testid="out-of-service"
            onClick={() => setForm(form() === "out" ? "none" : "out")}
          >
            {t().outOfService}
          </button>
        </Show>
        <Show when={mayEngineer() && state() === "out-of-service"}>
          <Simple name="in-service">{t().inService}</Simple>
        </Show>
        <Show when={!isClosed()}>
          <button
            type="button"
            class="btn"
            data-testid="comment"
            disabled={busy() || offline() || props.comment.trim() === ""}
            onClick={() => void send("comment", { comment: props.comment.trim() }, props.said)}
          >
            {t().addComment}
          </button>
        </Show>
      </div>
      <Show when={isCritical() && mayShelve()}>
        <p class="note">{t().criticalNotShelved}</p>
      </Show>
      <Show when={form() !== "none"}>
        <form
          class="act"
          onSubmit={(event) => {
            event.preventDefault();
            if (form() === "shelve") void send("shelve", { reason: reason().trim(), minutes: minutes() });
            else
              void send("out-of-service", {
                reason: reason().trim(),
                workOrder: workOrder().trim(),
                hours: hours(),
              });
          }}
          onKeyDown={({ key }) => key === "Escape" && setForm("none")}
        >
          <label>
            {t().reason}
            <input
              class="in"
              required
              maxLength={2_000}
              placeholder={t().reasonHint}
              value={reason()}
              ref={(input) => queueMicrotask(() => input.focus())}
              onInput={({ currentTarget }) => setReason(currentTarget.value)}
            />
          </label>
          <Show when={form() === "out"}>
            <label>
              {t().workOrder}
              <input
                class="in"
                required
                maxLength={200}
                value={workOrder()}
                onInput={({ currentTarget }) => setWorkOrder(currentTarget.value)}
              />
            </label>
          </Show>
          <fieldset class="seg" aria-label={form() === "shelve" ? t().shelfFor : t().reviewIn}>
            <Show
              when={form() === "shelve"}
              fallback={
                <For each={reviewHours}>
                  {(each) => (
                    <button type="button" aria-pressed={hours() === each} onClick={() => setHours(each)}>
                      {t().reviewTimes[each]}
                    </button>
                  )}
                </For>
              }
            >
              <For each={shelfMinutes}>
                {(each) => (
                  <button type="button" aria-pressed={minutes() === each} onClick={() => setMinutes(each)}>
                    {t().shelfTimes[each]}
                  </button>
                )}
              </For>
            </Show>
          </fieldset>
          <div class="row">
            <button
              type="submit"
              class="btn primary"
              disabled={busy() || offline() || reason().trim() === ""}
            >
              {form() === "shelve" ? t().shelveNow : t().takeOut}
            </button>
            <button type="button" class="btn" onClick={() => setForm("none")}>
              {t().cancel}
            </button>
          </div>
        </form>
      </Show>
      <Show when={refused()}>
        <p class="notsent" role="alert">
          {refused()}
        </p>
      </Show>
    </Show>
  );
}
