import { createSignal, For, type JSX, onCleanup, Show } from "solid-js";
import type { DryRun } from "../../contracts/http/dry-runs.ts";
import { api } from "../api.ts";
import { configApi } from "../config-api.ts";
import type { ConfigDesk } from "../config-draft.ts";
import { configText } from "../texts/config.ts";
import { Faults } from "./config-form.tsx";
import { Field, Form } from "./form.tsx";

const askEveryMs = 1_000;

/** What has been gathered: value by value what it was and would be, what is wrong, and the way to accept it. */
export function ConfigChanges(props: {
  readonly desk: ConfigDesk;
  /** What was edited elsewhere is to be accepted as it is. */
  readonly taking: boolean;
  readonly again: () => void;
}): JSX.Element {
  const t = configText;
  const [comment, setComment] = createSignal("");
  const [run, setRun] = createSignal<DryRun | null>(null);
  const [why, setWhy] = createSignal<string | null>(null);
  let asking: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(asking));
  const draft = () => props.desk.draft();
  const isOpen = () =>
    props.taking || props.desk.gathered().edits.length + props.desk.gathered().files.length > 0;

  async function follow(id: string): Promise<void> {
    const reply = await api.dryRun(id);
    if (!reply.ok) return;
    setRun(reply.value);
    if (reply.value.state === "running") asking = setTimeout(() => void follow(id), askEveryMs);
  }

  async function tryOut(): Promise<void> {
    setWhy(null);
    const reply = await configApi.tryOut(props.desk.wish(), 24);
    if (!reply.ok) {
      setWhy(reply.failure.detail);
      return;
    }
    setRun(reply.value);
    asking = setTimeout(() => void follow(reply.value.id), askEveryMs);
  }

  const shownValue = (value: unknown) =>
    value === null || value === undefined
      ? t().nothing
      : typeof value === "string"
        ? value
        : JSON.stringify(value);

  return (
    <Show when={isOpen() ? draft() : null}>
      {(now) => (
        <section class="panel" aria-labelledby="changes" data-testid="config-changes">
          <header>
            <h2 id="changes">{t().pending}</h2>
            <p>{t().pendingNote}</p>
          </header>
          <div class="st">
            <table>
              <thead>
                <tr>
                  <th>{t().place}</th>
                  <th>{t().before}</th>
                  <th>{t().after}</th>
                </tr>
              </thead>
              <tbody>
                <For each={now().changes.slice(0, 100)}>
                  {(change) => (
                    <tr>
                      <th scope="row" class="code">
                        {change.path.length === 0 ? change.file : change.path.join(" · ")}
                      </th>
                      <td class="code">{shownValue(change.before).slice(0, 200)}</td>
                      <td class="code">{shownValue(change.after).slice(0, 200)}</td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          </div>
          <Faults faults={now().faults} />
          <Show when={now().restart.length > 0}>
            <p class="note">{t().wouldRestart(now().restart.join(", "))}</p>
          </Show>
          <Form
            button={t().accept}
            send={() => configApi.accept(props.desk.wish(), comment())}
            done={() => {
              props.desk.discard();
              props.again();
            }}
            aside={
              <>
                <button
                  type="button"
                  class="btn"
                  disabled={run()?.state === "running"}
                  onClick={() => void tryOut()}
                >
                  {t().tryOut}
                </button>
                <button type="button" class="btn" onClick={() => props.desk.discard()}>
                  {t().discard}
                </button>
              </>
            }
          >
            <Field name={t().comment} rule={t().commentRule}>
              {({ id, rule }) => (
                <input
                  id={id}
                  aria-describedby={rule}
                  required
                  maxlength="500"
                  autocomplete="off"
                  value={comment()}
                  onInput={(event) => setComment(event.currentTarget.value)}
                />
              )}
            </Field>
          </Form>
          <Show when={why() ?? run()?.problem}>
            {(says) => (
              <p class="wrong say" role="alert">
                {says()}
              </p>
            )}
          </Show>
          <Show when={run()?.result}>
            {(told) => (
              <p class="say" role="status">
                {t().tried(told().same, told().gone.length, told().added.length, told().changed.length)}
              </p>
            )}
          </Show>
        </section>
      )}
    </Show>
  );
}
