import { type JSX, Match, Switch } from "solid-js";
import { reasonText } from "./api.ts";
import type { Asked } from "./asked.ts";
import { Message, Skeleton } from "./panels/message.tsx";
import { manageText } from "./texts/manage.ts";

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
