import { createUniqueId, For, type JSX, Show } from "solid-js";
import type { Failure } from "../api.ts";
import { reasonText } from "../api.ts";
import { words } from "./texts.ts";

/** A line of text with its name above. */
export function TextField(props: {
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
  readonly disabled?: boolean;
  readonly hint?: string;
  readonly lines?: number;
  readonly type?: "text" | "date";
}): JSX.Element {
  const id = createUniqueId();
  return (
    <div class="ff">
      <label for={id}>{props.label}</label>
      <Show
        when={props.lines}
        fallback={
          <input
            id={id}
            type={props.type ?? "text"}
            value={props.value}
            disabled={props.disabled}
            onChange={(event) => props.set(event.currentTarget.value)}
          />
        }
      >
        <textarea
          id={id}
          rows={props.lines}
          value={props.value}
          disabled={props.disabled}
          onChange={(event) => props.set(event.currentTarget.value)}
        />
      </Show>
      <Show when={props.hint}>
        <small>{props.hint}</small>
      </Show>
    </div>
  );
}

/** A number that may be left empty; what is no number is not taken. */
export function NumberField(props: {
  readonly label: string;
  readonly value: number | null;
  readonly set: (value: number | null) => void;
  readonly disabled?: boolean;
}): JSX.Element {
  const id = createUniqueId();
  return (
    <div class="ff">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        inputmode="decimal"
        value={props.value === null ? "" : String(props.value)}
        disabled={props.disabled}
        onChange={(event) => {
          const typed = event.currentTarget.value.replaceAll(",", "").trim();
          const value = typed === "" ? null : Number(typed);
          if (value === null || Number.isFinite(value)) props.set(value);
          else event.currentTarget.value = props.value === null ? "" : String(props.value);
        }}
      />
    </div>
  );
}

export function ChoiceField<T extends string>(props: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly set: (value: T) => void;
  readonly disabled?: boolean;
}): JSX.Element {
  const id = createUniqueId();
  return (
    <div class="ff">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        value={props.value}
        disabled={props.disabled}
        onChange={(event) => props.set(event.currentTarget.value as T)}
      >
        <For each={props.choices}>
          {(choice) => (
            <option value={choice.value} selected={choice.value === props.value}>
              {choice.label}
            </option>
          )}
        </For>
      </select>
    </div>
  );
}

/** First and last day of a period. */
export function RangeField(props: {
  readonly label: string;
  readonly from: string;
  readonly to: string;
  readonly set: (from: string, to: string) => void;
  readonly disabled?: boolean;
}): JSX.Element {
  return (
    <fieldset class="fr">
      <legend>{props.label}</legend>
      <TextField
        type="date"
        label={words().from}
        value={props.from}
        disabled={props.disabled ?? false}
        set={(from) => props.set(from, props.to)}
      />
      <TextField
        type="date"
        label={words().to}
        value={props.to}
        disabled={props.disabled ?? false}
        set={(to) => props.set(props.from, to)}
      />
    </fieldset>
  );
}

/** What the server did not take: its own sentence, which says what to change. */
export function Refused(props: { readonly failure: Failure | null }): JSX.Element {
  const plain = (failure: Failure) =>
    failure.code === "unreachable" || failure.detail === "" ? reasonText(failure) : failure.detail;
  return (
    <Show when={props.failure}>
      {(failure) => (
        <p class="refused" role="alert" data-testid="retrofit-refused">
          <b>{words().failed}</b> {plain(failure())}
        </p>
      )}
    </Show>
  );
}

/** A part of the report as the server writes it: the same on the page and on paper. */
export function Part(props: {
  readonly title: string;
  readonly html: string;
  readonly id: string;
}): JSX.Element {
  return (
    <section class="panel" data-testid={`part-${props.id}`}>
      <header>
        <h2>{props.title}</h2>
      </header>
      <div class="rp" innerHTML={props.html} />
    </section>
  );
}
