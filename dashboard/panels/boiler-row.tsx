import { createMemo, createSignal, For, type JSX, onCleanup, onMount, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { OverviewBoiler } from "../../contracts/http/socket.ts";
import { emissionQuantities } from "../../domain/emissions/emission-quantity.ts";
import type { TableQuantity } from "../../domain/limits.ts";
import { Sparkline } from "../charts/sparkline.tsx";
import { classes, toneClass } from "../classes.ts";
import { type Condition, toneOf, worstTone } from "../condition.ts";
import { useDesk } from "../desk.ts";
import { formatAge, formatNumber, missing } from "../format.ts";
import { capacityClass, tableLimit, tonnes } from "../limits.ts";
import { reasonOf } from "../reasons.ts";
import { go, Link } from "../router.tsx";
import { siteName, sitePlace, zoneOf } from "../sources.ts";
import { labelOf, text } from "../texts/texts.ts";
import { EmissionCell, TableCell, WorstEmissionCell } from "./row-cells.tsx";
import { SimulatedTag } from "./simulated-tag.tsx";
import { StateMarker } from "./state-marker.tsx";
import { Value } from "./value.tsx";

/** One boiler of the fleet. What is off screen is not written: the row shows its last reading when it comes back. */
export function BoilerRow(props: {
  readonly boiler: BoilerText;
  readonly condition: Condition;
}): JSX.Element {
  const { feed, hours, list, attention } = useDesk();
  const [visible, setVisible] = createSignal(true);
  let row: HTMLTableRowElement | undefined;
  onMount(() => {
    const watcher = new IntersectionObserver(([entry]) => setVisible(entry?.isIntersecting ?? true), {
      rootMargin: "80px",
    });
    if (row !== undefined) watcher.observe(row);
    onCleanup(() => watcher.disconnect());
  });

  const id = () => props.boiler.id;
  const reading = createMemo<OverviewBoiler | null>(
    (before) => (visible() ? feed.boiler(id()) : before),
    null,
  );
  const buckets = createMemo<ReturnType<typeof hours.buckets>>((before) => {
    if (!visible()) return before;
    hours.want(id());
    return hours.buckets(id());
  }, []);
  const nowMs = createMemo<number>((before) => (visible() ? feed.nowMs() : before), feed.nowMs());
  const isStale = () => props.condition.freshness !== "live";
  const isOff = () => props.condition.firing === false;
  const reason = createMemo(
    () =>
      reasonOf(props.condition, props.boiler, reading(), {
        nowMs: nowMs(),
        zone: zoneOf(list, props.boiler.siteId),
        normalSinceMs: attention.normalSinceMs(id()),
      }),
    null,
    { equals: (a, b) => a?.says === b?.says && a?.tone === b?.tone },
  );
  const age = () => {
    const takenAtMs = reading()?.takenAtMs;
    return takenAtMs === undefined ? missing : formatAge(nowMs() - takenAtMs);
  };
  const tone = (quantity: TableQuantity) => toneOf(props.condition, quantity);

  return (
    <tr
      ref={row}
      class={classes(
        "row",
        toneClass(worstTone(props.condition)),
        isStale() && "stale",
        isOff() && "off",
        props.condition.backlog !== null && "catching",
      )}
      data-testid={`row-${id()}`}
      data-boiler={id()}
      data-stale={isStale() || feed.link().kind === "lost" ? "true" : undefined}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest("a") === null) go(`/boilers/${id()}`);
      }}
    >
      <td class="c-st">
        <StateMarker condition={props.condition} />
      </td>
      <th scope="row" class="c-n">
        <Link class="nm" href={`/boilers/${id()}`}>
          <span>{siteName(list, props.boiler.siteId)}</span> <i>{props.boiler.name}</i>
          <Show when={props.boiler.simulated}>
            <SimulatedTag />
          </Show>
        </Link>
        <Show
          when={reason()}
          fallback={
            <span class="sub">
              {sitePlace(list, props.boiler.siteId)}
              <span class="tab-in"> · {text().fleet.load(loadText(reading()))}</span>
            </span>
          }
        >
          {(why) => (
            <span class={classes("sub why", toneClass(why().tone))} title={why().says}>
              {why().says}
            </span>
          )}
        </Show>
      </th>
      <td class="c-f no-tab">
        <For each={props.boiler.fuels.slice(0, 1)}>{({ label }) => <>{labelOf(label)}</>}</For>
        <span class="sub num">{capacityText(props.boiler)}</span>
      </td>
      <Show
        when={!isOff()}
        fallback={
          <>
            <td class="c-l r no-tab">
              <span class="dim">{missing}</span>
            </td>
            <td colspan="2" class="dim">
              {text().fleet.notFiringRow}
            </td>
            <td class="c-e no-tab" />
            <For each={emissionQuantities}>{() => <td class="c-p no-tab" />}</For>
            <td class="c-w only-tab" />
            <td class="c-t" />
          </>
        }
      >
        <td class="c-l r dat no-tab">
          <Value boiler={props.boiler} reading={reading()} point="loadPercent" />
          <span class="u">%</span>
        </td>
        <TableCell {...props} reading={reading()} quantity="airRatio" tone={tone("airRatio")} />
        <TableCell {...props} reading={reading()} quantity="exhaustTempC" tone={tone("exhaustTempC")} />
        <td class="c-e r dat no-tab">
          <Value boiler={props.boiler} reading={reading()} point="efficiencySiegertLhvPercent" />
        </td>
        <For each={emissionQuantities}>
          {(quantity) => <EmissionCell boiler={props.boiler} reading={reading()} quantity={quantity} />}
        </For>
        <WorstEmissionCell boiler={props.boiler} reading={reading()} />
        <td class="c-t dat">
          <Sparkline
            buckets={buckets()}
            latest={reading()?.values["airRatio"] ?? null}
            limit={tableLimit(props.boiler, reading(), "airRatio")}
            tone={tone("airRatio")}
          />
        </td>
      </Show>
      <td class="c-g agec num no-tab" data-testid={`age-${id()}`}>
        {age()}
      </td>
    </tr>
  );
}

function loadText(reading: OverviewBoiler | null): string {
  const load = reading?.values["loadPercent"] ?? null;
  return load === null ? missing : `${formatNumber(load, 0)} %`;
}

function capacityText(boiler: BoilerText): string {
  return [`${tonnes(boiler.capacityTPerH)} t/h`, capacityClass(boiler)].filter(Boolean).join(" · ");
}
