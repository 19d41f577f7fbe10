import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";

/** The same, but no more often than every so often; the last of many changes is never left out. */
export function calmly<T>(of: Accessor<T>, everyMs: number): Accessor<T> {
  const [calm, setCalm] = createSignal<{ readonly value: T }>({ value: of() });
  let again: ReturnType<typeof setTimeout> | undefined;
  createEffect(
    on(
      of,
      () => {
        again ??= setTimeout(() => {
          again = undefined;
          setCalm({ value: of() });
        }, everyMs);
      },
      { defer: true },
    ),
  );
  onCleanup(() => clearTimeout(again));
  return () => calm().value;
}
