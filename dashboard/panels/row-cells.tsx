import { type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { OverviewBoiler } from "../../contracts/http/socket.ts";
import type { Priority } from "../../domain/alarms/alarm.ts";
import { type EmissionQuantity, emissionQuantities } from "../../domain/emissions/emission-quantity.ts";
import type { TableQuantity } from "../../domain/limits.ts";
import { Indicator, scaleFrom } from "../charts/indicator.tsx";
import { classes } from "../classes.ts";
import { formatPoint, missing } from "../format.ts";
import { emissionLimit, shareOfLimit, tableLimit } from "../limits.ts";
import { text } from "../texts/texts.ts";
import { Value } from "./value.tsx";

interface CellProps {
  readonly boiler: BoilerText;
  readonly reading: OverviewBoiler | null;
}

/** A quantity of the two tables; coloured only while it is judged, or alarmed, to be above its limit. */
export function TableCell(
  props: CellProps & { readonly quantity: TableQuantity; readonly tone: Priority | null },
): JSX.Element {
  const limit = () => tableLimit(props.boiler, props.reading, props.quantity);
  const isRatio = () => props.quantity === "airRatio";
  return (
    <td
      class={classes("dat", isRatio() ? "c-a" : "c-x")}
      title={verdictTitle(props.reading, props.quantity, limit())}
    >
      <div class="ind">
        <span class="vw">
          <Value
            boiler={props.boiler}
            reading={props.reading}
            point={props.quantity}
            tone={props.tone}
            {...(isRatio() ? { testId: `air-ratio-${props.boiler.id}` } : {})}
          />
        </span>
        <Indicator
          width={isRatio() ? 88 : 84}
          value={props.reading?.values[props.quantity] ?? null}
          limit={limit()}
          from={scaleFrom(props.quantity, limit())}
          tone={props.tone}
        />
      </div>
    </td>
  );
}

function verdictTitle(reading: OverviewBoiler | null, quantity: TableQuantity, limit: number | null): string {
  const { notJudgedBecause, notJudged, missing: why, alerts } = text();
  if (limit === null) return why.noLimit;
  const verdict = reading?.verdicts[quantity];
  if (verdict === undefined) return why.noData;
  if (verdict.kind === "not-judged") return notJudgedBecause(notJudged[verdict.reason ?? "no-data"]);
  return alerts.limitIs(formatPoint(quantity, limit));
}

/** Never coloured: a limit of emissions is held against the hour's mean, and here is the value of now. */
export function EmissionCell(props: CellProps & { readonly quantity: EmissionQuantity }): JSX.Element {
  return (
    <td class="dat c-p no-tab" title={text().hourMean}>
      <div class="ind m">
        <span class="vw">
          <Value boiler={props.boiler} reading={props.reading} point={props.quantity} />
        </span>
        <Indicator
          width={42}
          value={props.reading?.values[props.quantity] ?? null}
          limit={emissionLimit(props.boiler, props.quantity)}
          from={0}
          tone={null}
        />
      </div>
    </td>
  );
}

/** On a narrow screen one emission stands for all: the one that is nearest to its limit. */
export function WorstEmissionCell(props: CellProps): JSX.Element {
  const worst = () => {
    let found: { readonly quantity: EmissionQuantity; readonly share: number } | null = null;
    for (const quantity of emissionQuantities) {
      const value = props.reading?.values[quantity] ?? null;
      const limit = emissionLimit(props.boiler, quantity);
      if (value === null || limit === null) continue;
      const share = shareOfLimit(quantity, value, limit);
      if (share > (found?.share ?? Number.NEGATIVE_INFINITY)) found = { quantity, share };
    }
    return found;
  };
  return (
    <td class="dat only-tab c-w" title={text().fleet.emissionTitle}>
      <Show when={worst()} fallback={<span class="v none">{missing}</span>}>
        {(found) => (
          <>
            <Value boiler={props.boiler} reading={props.reading} point={found().quantity} />{" "}
            <span class="u">{emissionName(found().quantity)}</span>
          </>
        )}
      </Show>
    </td>
  );
}

/** As short as a column head. */
export function emissionName(quantity: EmissionQuantity): string {
  const { lane } = text().fleet;
  return { pmAtRefO2MgPerNm3: lane.pm, soxAtRefO2Ppm: lane.sox, noxAtRefO2Ppm: lane.nox }[quantity];
}
