import { createMemo, createSignal, For, type JSX, onCleanup, onMount, Show } from "solid-js";
import type { BoilerText, OverviewBoiler } from "../../contracts/http.ts";
import { emissionQuantities, type TableQuantity } from "../../domain/limits.ts";
import { Sparkline } from "../charts/sparkline.tsx";
import { classes, toneClass } from "../classes.ts";
import { type Condition, severityOf, toneOf } from "../condition.ts";
import { useDesk } from "../desk.ts";
import { formatAge, formatNumber, missing } from "../format.ts";
import { capacityClass, tableLimit, tonnes } from "../limits.ts";
import { reasonOf } from "../reasons.ts";
import { go, Link } from "../router.tsx";
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
  const site = () => list.site(props.boiler.siteId);
  const zone = () => site()?.timeZone ?? "UTC";
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
  const reason = () =>
    reasonOf(props.condition, props.boiler, reading(), {
      nowMs: nowMs(),
      zone: zone(),
      normalSinceMs: attention.normalSinceMs(id()),
    });
  const age = () => {
    const takenAtMs = reading()?.takenAtMs;
    return takenAtMs === undefined ? missing : formatAge(nowMs() - takenAtMs);
  };
  const tone = (quantity: TableQuantity) => toneOf(props.condition, quantity);
  const severityClass = () => {
    const severity = Math.floor(severityOf(props.condition) / 10);
    return severity < 4 && !(severity === 3 && isStale() && props.condition.active.length === 0)
      ? `sev${severity}`
      : null;
  };

  return (
    <tr
      ref={row}
      class={classes(
        "row",
        severityClass(),
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
          <span>{labelOf(site()?.name ?? { en: "", "zh-TW": "" })}</span> <i>{props.boiler.name}</i>
          <Show when={props.boiler.simulated}>
            <SimulatedTag />
          </Show>
        </Link>
        <Show
          when={reason()}
          fallback={
            <span class="sub">
              {labelOf(site()?.place ?? { en: "", "zh-TW": "" })}
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
        <For each={props.boiler.fuels.slice(0, 1)}>{({ label }) => labelOf(label)}</For>
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
            <td colspan="5" class="no-tab" />
            <td colspan="2" class="only-tab" />
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
