import { createSignal, createUniqueId, For, type JSX, Show } from "solid-js";
import type { Reply } from "../api.ts";
import { useDesk } from "../desk.ts";
import { manageText } from "../texts/manage.ts";
import { labelOf } from "../texts/texts.ts";

/** A named field, with what may be written in it beneath. */
export function Field(props: {
  readonly name: string;
  readonly rule?: string;
  readonly children: (ids: { readonly id: string; readonly rule: string }) => JSX.Element;
}): JSX.Element {
  const id = createUniqueId();
  return (
    <div class="fld">
      <label for={id}>{props.name}</label>
      {props.children({ id, rule: `${id}-rule` })}
      <Show when={props.rule}>
        <span id={`${id}-rule`} class="note">
          {props.rule}
        </span>
      </Show>
    </div>
  );
}

/**
 * A form that sends once at a time: what was typed stays when it is refused, and what is wrong stands below the
 * fields, in the server's own words.
 */
export function Form(props: {
  readonly send: () => Promise<Reply<unknown>>;
  readonly done: () => void;
  readonly button: string;
  readonly children: JSX.Element;
  readonly aside?: JSX.Element;
}): JSX.Element {
  const [sending, setSending] = createSignal(false);
  const [refusal, setRefusal] = createSignal<string | null>(null);
  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (sending()) return;
    setSending(true);
    const reply = await props.send();
    setSending(false);
    setRefusal(reply.ok ? null : reply.failure.detail);
    if (reply.ok) props.done();
  }
  return (
    <form class="form" onSubmit={(event) => void send(event)}>
      {props.children}
      <p class="act">
        <button type="submit" class="btn primary" disabled={sending()}>
          {props.button}
        </button>
        {props.aside}
        <Show when={refusal()}>
          {(why) => (
            <b class="wrong" role="alert">
              {why()}
            </b>
          )}
        </Show>
      </p>
    </form>
  );
}

/** The sites that somebody or something may see; none chosen means all. */
export function SitesField(props: {
  readonly chosen: readonly string[] | null;
  readonly choose: (sites: readonly string[] | null) => void;
  readonly rule?: string;
}): JSX.Element {
  const { list } = useDesk();
  const t = () => manageText().settings.users;
  const toggle = (id: string, isOn: boolean) => {
    const others = (props.chosen ?? []).filter((each) => each !== id);
    const next = isOn ? [...others, id] : others;
    props.choose(next.length === 0 ? null : next);
  };
  return (
    <fieldset class="fld">
      <legend>{t().sites}</legend>
      <For each={list.sites()}>
        {(site) => (
          <label class="chk">
            <input
              type="checkbox"
              class="cb"
              checked={props.chosen?.includes(site.id) ?? false}
              onChange={(event) => toggle(site.id, event.currentTarget.checked)}
            />
            {labelOf(site.name)}
          </label>
        )}
      </For>
      <span class="note">
        {props.chosen === null ? manageText().allSites : (props.rule ?? t().sitesRule)}
      </span>
    </fieldset>
  );
}

export function sitesText(sites: readonly string[] | null): string {
  return sites?.join(", ") ?? manageText().allSites;
}
