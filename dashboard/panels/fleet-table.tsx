import { For, type JSX, type Setter, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import { useDesk } from "../desk.ts";
import type { FleetOrder } from "../fleet-order.ts";
import { text } from "../texts/texts.ts";
import { BoilerRow } from "./boiler-row.tsx";
import { Skeleton } from "./message.tsx";

interface FleetTableProps {
  readonly order: FleetOrder;
  /** Told when pointer or focus comes into the table, and when it leaves: meanwhile nothing changes its place. */
  readonly hold: Setter<boolean>;
  readonly held: boolean;
  readonly clear: () => void;
}

export function FleetTable(props: FleetTableProps): JSX.Element {
  const t = () => text().fleet;
  return (
    <table
      class="ft"
      onPointerEnter={() => props.hold(true)}
      onPointerLeave={({ currentTarget }) => props.hold(currentTarget.contains(document.activeElement))}
      onFocusIn={() => props.hold(true)}
      onFocusOut={({ currentTarget }) => props.hold(currentTarget.matches(":hover"))}
    >
      <ColumnHeads />
      <Show when={props.order.attention.length > 0}>
        <tbody>
          <GroupHead
            name={t().attention}
            note={props.held ? t().held : t().attentionNote}
            count={props.order.attention.length}
          />
          <Rows boilers={props.order.attention} />
        </tbody>
      </Show>
      <Show when={props.order.normal.length > 0}>
        <tbody>
          <GroupHead name={t().normal} note={t().normalNote} count={props.order.normal.length} />
          <Rows boilers={props.order.normal} />
        </tbody>
      </Show>
      <Show when={props.order.attention.length + props.order.normal.length === 0}>
        <tbody>
          <tr class="empty">
            <td colspan="2">
              {t().noMatch}{" "}
              <button type="button" class="btn sm" onClick={() => props.clear()}>
                {t().clear}
              </button>
            </td>
          </tr>
        </tbody>
      </Show>
    </table>
  );
}

function Rows(props: { readonly boilers: readonly BoilerText[] }): JSX.Element {
  const { conditions } = useDesk();
  return (
    <For each={props.boilers}>
      {(boiler) => (
        <Show when={conditions.of(boiler.id)} fallback={<WaitingRow />}>
          {(condition) => <BoilerRow boiler={boiler} condition={condition()} />}
        </Show>
      )}
    </For>
  );
}

function WaitingRow(): JSX.Element {
  return (
    <tr>
      <td colspan="2">
        <Skeleton rows={1} height={16} />
      </td>
    </tr>
  );
}

/** Of the columns behind the name; a narrow screen hides some by these. */
const furtherColumns = [
  "c-f no-tab",
  "c-l no-tab",
  "c-a",
  "c-x",
  "c-e no-tab",
  "c-p no-tab",
  "c-p no-tab",
  "c-p no-tab",
  "c-w only-tab",
  "c-t",
  "c-g no-tab",
];

/** Its words run on over empty cells: how many columns there are depends on the screen. */
function GroupHead(props: {
  readonly name: string;
  readonly note: string;
  readonly count: number;
}): JSX.Element {
  return (
    <tr class="grp">
      <th colspan="2" scope="rowgroup">
        {props.name} {props.count}
        <span>{props.note}</span>
      </th>
      <For each={furtherColumns}>{(column) => <td class={column} />}</For>
    </tr>
  );
}

function ColumnHeads(): JSX.Element {
  const t = () => text().fleet;
  return (
    <thead>
      <tr>
        <th class="c-st">
          <span class="vh">{t().columns.state}</span>
        </th>
        <th class="c-n">{t().columns.boiler}</th>
        <th class="c-f no-tab">{t().columns.fuel}</th>
        <th class="c-l r no-tab">{t().columns.load}</th>
        <th class="c-a">{t().columns.airRatio}</th>
        <th class="c-x">
          {t().columns.exhaust} <span class="u">°C</span>
        </th>
        <th class="c-e r no-tab">
          {t().columns.efficiency} <span class="u">%</span>
        </th>
        <th class="c-p no-tab">
          {t().lane.pm} <span class="u">mg/Nm³</span>
        </th>
        <th class="c-p no-tab">
          {t().lane.sox} <span class="u">ppm</span>
        </th>
        <th class="c-p no-tab">
          {t().lane.nox} <span class="u">ppm</span>
        </th>
        <th class="only-tab c-w">{t().columns.emission}</th>
        <th class="c-t">{t().columns.hour}</th>
        <th class="c-g r no-tab">{t().columns.age}</th>
      </tr>
    </thead>
  );
}
