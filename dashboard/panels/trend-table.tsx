import { createMemo, For, type JSX } from "solid-js";
import { atMoment } from "../at-moment.ts";
import type { Columns, Span } from "../columns.ts";
import { formatPoint, missing } from "../format.ts";
import type { Lane } from "../lanes.ts";
import { text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";

const rows = 30;

/** The trend in numbers: evenly spaced moments, newest first, each with the reading nearest to it. */
export function TrendTable(props: {
  readonly columns: Columns;
  readonly lanes: readonly Lane[];
  readonly window: Span;
  readonly zone: string;
}): JSX.Element {
  const moments = createMemo(() => {
    const { fromMs, toMs } = props.window;
    const stepMs = (toMs - fromMs) / rows;
    const lastMs = Math.floor(toMs / stepMs) * stepMs;
    return Array.from({ length: rows }, (_, index) => lastMs - index * stepMs);
  });
  const value = (atMs: number, { point }: Lane) => {
    const { value: found } = atMoment(props.columns, point, atMs);
    return found === null ? missing : formatPoint(point, found);
  };
  return (
    <div class="st">
      <table>
        <thead>
          <tr>
            <th>{text().boiler.time}</th>
            <For each={props.lanes}>
              {({ name, unit }) => (
                <th class="r">
                  {name} <span class="u">{unit}</span>
                </th>
              )}
            </For>
          </tr>
        </thead>
        <tbody>
          <For each={moments()}>
            {(atMs) => (
              <tr>
                <th scope="row" class="num nw">
                  {momentTime(atMs, props.window.toMs, props.zone, true)}
                </th>
                <For each={props.lanes}>{(lane) => <td class="r num">{value(atMs, lane)}</td>}</For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  );
}
