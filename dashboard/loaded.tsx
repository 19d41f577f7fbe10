import { createSignal, type JSX, Match, onCleanup, Switch } from "solid-js";
import { type Failure, type Reply, reasonText } from "./api.ts";
import { Message, Skeleton } from "./panels/message.tsx";
import { manageText } from "./texts/manage.ts";

/** Something of the server's: asked for now, again by `load`, and by itself every so often. */
export interface Asked<T> {
  /** The newest that came; it stays while the next one is asked for. */
  readonly value: () => T | null;
  readonly failure: () => Failure | null;
  load(): Promise<void>;
}

/** @param everyMs `null`: only when it is called for */
export function asked<T>(ask: () => Promise<Reply<T>>, everyMs: number | null = null): Asked<T> {
  const [value, setValue] = createSignal<T | null>(null);
  const [failure, setFailure] = createSignal<Failure | null>(null);
  let newest = 0;

  async function load(): Promise<void> {
    newest += 1;
    const turn = newest;
    const reply = await ask();
    // An answer that was overtaken by a newer question says nothing any more.
    if (turn !== newest) return;
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) setValue(() => reply.value);
  }

  void load();
  if (everyMs !== null) {
    const timer = setInterval(() => {
      if (!document.hidden) void load();
    }, everyMs);
    onCleanup(() => clearInterval(timer));
  }
  return { value, failure, load };
}

/** What was asked for; until it is here grey rows, and when it failed why, with the way to try again. */
export function Loaded<T>(props: {
  readonly of: Asked<T>;
  readonly rows?: number;
  readonly children: (value: () => NonNullable<T>) => JSX.Element;
}): JSX.Element {
  return (
    <Switch fallback={<Skeleton rows={props.rows ?? 4} height={32} />}>
      <Match when={props.of.value()}>{(value) => props.children(value as () => NonNullable<T>)}</Match>
      <Match when={props.of.failure()}>
        {(why) => (
          <Message title={manageText().failed(reasonText(why()))} says="">
            <button type="button" class="btn" onClick={() => void props.of.load()}>
              {manageText().retry}
            </button>
          </Message>
        )}
      </Match>
    </Switch>
  );
}
