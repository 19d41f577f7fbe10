import { createSignal, For, type JSX, Show } from "solid-js";
import type { ConfigDesk, Edit, Fault, Path } from "../config-draft.ts";
import { configText } from "../texts/config.ts";
import { manageText } from "../texts/manage.ts";
import { Field, Form } from "./form.tsx";

/** One value of a thing in the configuration. */
export interface ConfigField {
  /** Seen from the thing. */
  readonly path: Path;
  readonly label: string;
  readonly rule?: string;
  readonly kind: "text" | "number" | "list";
  readonly options?: readonly string[];
  readonly required?: boolean;
}

interface Written {
  readonly field: ConfigField;
  readonly before: string;
  readonly text: () => string;
  readonly type: (text: string) => void;
}

/**
 * A form of one thing in the configuration. What is changed is gathered; what is wrong is said beside its field, and
 * what was typed stays.
 * @param thing as it is; `null`: a new one, put at `at`
 */
export function ConfigForm(props: {
  readonly desk: ConfigDesk;
  readonly file: string;
  readonly at: Path;
  readonly thing: unknown;
  readonly fields: readonly ConfigField[];
  /** Parts that go as a whole when all of their fields are empty. */
  readonly groups?: readonly string[];
  readonly done: () => void;
  readonly cancel: () => void;
}): JSX.Element {
  const [faults, setFaults] = createSignal<readonly Fault[]>([]);
  const written: readonly Written[] = props.fields.map((field) => {
    const before = textOf(valueAt(props.thing, field.path));
    const [text, type] = createSignal(before);
    return { field, before, text, type };
  });
  const wrongAt = (field: ConfigField) =>
    faults().filter(({ path }) => String(path?.slice(props.at.length)) === String(field.path));
  const elsewhere = () =>
    faults().filter((fault) => !written.some(({ field }) => wrongAt(field).includes(fault)));

  async function send() {
    const edits = props.thing === null ? [added(props.file, props.at, written)] : changed(props, written);
    const reply = await props.desk.add({ edits }, props.at);
    if (!reply.ok) return reply;
    setFaults(reply.value);
    const [first] = reply.value;
    if (first === undefined) return reply;
    return {
      ok: false,
      failure: { code: "config-invalid", detail: configText().faultsHere(reply.value.length) },
    } as const;
  }

  return (
    <Form
      button={configText().gather}
      send={send}
      done={props.done}
      aside={
        <button type="button" class="btn" onClick={() => props.cancel()}>
          {manageText().cancel}
        </button>
      }
    >
      <For each={written}>
        {({ field, text, type }) => (
          <Field name={field.label} {...(field.rule !== undefined && { rule: field.rule })}>
            {({ id, rule }) => (
              <>
                <Show
                  when={field.options !== undefined && field.kind !== "list"}
                  fallback={
                    <input
                      id={id}
                      aria-describedby={rule}
                      aria-invalid={wrongAt(field).length > 0}
                      inputmode={field.kind === "number" ? "decimal" : "text"}
                      autocomplete="off"
                      required={field.required ?? false}
                      value={text()}
                      onInput={(event) => type(event.currentTarget.value)}
                    />
                  }
                >
                  <select
                    id={id}
                    aria-describedby={rule}
                    aria-invalid={wrongAt(field).length > 0}
                    value={text()}
                    onChange={(event) => type(event.currentTarget.value)}
                  >
                    <Show when={!field.required}>
                      <option value="">{configText().asDefault}</option>
                    </Show>
                    <For each={field.options}>{(option) => <option value={option}>{option}</option>}</For>
                  </select>
                </Show>
                <For each={wrongAt(field)}>
                  {({ path, message }) => (
                    <b class="wrong" role="alert">
                      {message.replace(`${path?.join(".") ?? ""} `, "")}
                    </b>
                  )}
                </For>
              </>
            )}
          </Field>
        )}
      </For>
      <Faults faults={elsewhere()} />
    </Form>
  );
}

/** What is wrong, each with its place. */
export function Faults(props: { readonly faults: readonly Fault[] }): JSX.Element {
  return (
    <Show when={props.faults.length > 0}>
      <ul class="faults" role="alert">
        <For each={props.faults}>
          {({ file, line, message }) => (
            <li class="wrong">
              <code>
                {file}
                {line === null ? "" : `:${line}`}
              </code>{" "}
              {message}
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}

export function valueAt(thing: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (node, key) => (node as Readonly<Record<string | number, unknown>> | null | undefined)?.[key],
    thing,
  );
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** What is no number is sent as it was typed: the server says what is wrong with it. */
function typedValue({ kind }: ConfigField, text: string): unknown {
  const typed = text.trim();
  if (kind === "list")
    return typed
      .split(",")
      .map((each) => each.trim())
      .filter((each) => each !== "")
      .map((each) => (/^-?\d+(\.\d+)?$/.test(each) ? Number(each) : each));
  const number = Number(typed.replace(",", "."));
  return kind === "number" && !Number.isNaN(number) ? number : typed;
}

function changed(
  {
    file,
    at,
    groups = [],
  }: { readonly file: string; readonly at: Path; readonly groups?: readonly string[] },
  written: readonly Written[],
): Edit[] {
  const gone = groups.filter((group) => {
    const fields = written.filter(({ field }) => field.path[0] === group);
    return fields.every(({ text }) => text().trim() === "") && fields.some(({ before }) => before !== "");
  });
  const edits = written
    .filter(({ field, before, text }) => text() !== before && !gone.includes(String(field.path[0])))
    .map(({ field, text }): Edit => {
      const place = { file, path: [...at, ...field.path] };
      return text().trim() === "" ? place : { ...place, value: typedValue(field, text()) };
    });
  return [...edits, ...gone.map((group): Edit => ({ file, path: [...at, group] }))];
}

function added(file: string, at: Path, written: readonly Written[]): Edit {
  const value: Record<string, unknown> = {};
  for (const { field, text } of written) {
    if (text().trim() === "") continue;
    let node = value;
    for (const key of field.path.slice(0, -1)) {
      node[key] ??= {};
      node = node[key] as Record<string, unknown>;
    }
    node[field.path.at(-1) ?? ""] = typedValue(field, text());
  }
  return { file, path: [...at], value };
}
