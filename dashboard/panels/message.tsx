import { createSignal, For, type JSX, onCleanup, Show } from "solid-js";

/** What failed or is missing, and the one thing to do about it. */
export function Message(props: {
  readonly title: string;
  readonly says: string;
  readonly children?: JSX.Element;
}): JSX.Element {
  return (
    <section class="panel">
      <div class="say" role="alert">
        <h2>{props.title}</h2>
        <p>{props.says}</p>
        {props.children}
      </div>
    </section>
  );
}

const patienceMs = 150;

/** Grey rows of the right height; not at all when what is waited for comes at once. */
export function Skeleton(props: { readonly rows: number; readonly height: number }): JSX.Element {
  const [late, setLate] = createSignal(false);
  const timer = setTimeout(() => setLate(true), patienceMs);
  onCleanup(() => clearTimeout(timer));
  return (
    <Show when={late()}>
      <div class="col" aria-hidden="true">
        <For each={Array.from({ length: props.rows })}>
          {() => <div class="skeleton" style={{ height: `${props.height}px` }} />}
        </For>
      </div>
    </Show>
  );
}
