import { createSignal, onCleanup } from "solid-js";
import type { Failure, Reply } from "./api.ts";

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
