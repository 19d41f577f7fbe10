import { createSignal, type JSX, Show } from "solid-js";
import { manageApi } from "../manage-api.ts";
import { endSession, session } from "../session.ts";
import { manageText } from "../texts/manage.ts";
import { text } from "../texts/texts.ts";
import { Field, Form, sitesText } from "./form.tsx";

/** Who one is here, and one's own password. */
export function AccountPanel(): JSX.Element {
  const t = () => manageText().settings.account;
  const [current, setCurrent] = createSignal("");
  const [fresh, setFresh] = createSignal("");
  const who = () => {
    const now = session();
    return now.kind === "in" ? now : null;
  };
  return (
    <section class="panel" aria-labelledby="account">
      <header>
        <h2 id="account">{t().password}</h2>
        <Show when={who()}>
          {(here) => <p>{t().about(here().user, text().role[here().role], sitesText(here().sites))}</p>}
        </Show>
      </header>
      <Form button={t().save} send={() => manageApi.ownPassword(current(), fresh())} done={endSession}>
        <Field name={t().current}>
          {({ id }) => (
            <input
              id={id}
              type="password"
              autocomplete="current-password"
              required
              value={current()}
              onInput={(event) => setCurrent(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field name={t().fresh} rule={t().rule}>
          {({ id, rule }) => (
            <input
              id={id}
              aria-describedby={rule}
              type="password"
              autocomplete="new-password"
              required
              minlength="12"
              value={fresh()}
              onInput={(event) => setFresh(event.currentTarget.value)}
            />
          )}
        </Field>
      </Form>
    </section>
  );
}
