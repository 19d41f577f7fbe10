import { For, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http.ts";
import type { LiveBoiler } from "../../contracts/live.ts";
import { type Judged, type TableQuantity, tableQuantities } from "../../domain/limits.ts";
import type { Condition } from "../condition.ts";
import { useDesk } from "../desk.ts";
import { formatNumber, formatPoint, formatSpan } from "../format.ts";
import { rowName } from "../limits.ts";
import { measured } from "../reasons.ts";
import { zoneOf } from "../sources.ts";
import { text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";

interface JudgedLineProps {
  readonly boiler: BoilerText;
  readonly reading: LiveBoiler | null;
  readonly condition: Condition | null;
}

/** While nothing is wrong: that it is so, or why it cannot be said; and by which figures. */
export function JudgedLine(props: JudgedLineProps): JSX.Element {
  const { feed, list } = useDesk();
  const figures = () =>
    tableQuantities.flatMap((quantity) => {
      const verdict = judgedOf(props.reading, quantity);
      if (verdict === null) return [];
      const { boiler: t, points } = text();
      return [
        t.judgedAgainst(
          points[quantity],
          measured(quantity, verdict.value),
          formatPoint(quantity, verdict.limit),
        ),
        meanText(verdict, quantity, props.boiler),
      ];
    });
  const steadySince = () => {
    const verdict = judgedOf(props.reading, "airRatio") ?? judgedOf(props.reading, "exhaustTempC");
    if (verdict === null) return [];
    const zone = zoneOf(list, props.boiler.siteId);
    return [text().boiler.steadySince(momentTime(verdict.steadySinceMs, feed.nowMs(), zone, true))];
  };
  return (
    <p class="judged">
      <For each={verdictSentences(props.reading, props.condition)}>{(sentence) => <b>{sentence}</b>}</For>
      <For each={[...figures(), ...steadySince()]}>{(figure) => <span class="num">{figure}</span>}</For>
    </p>
  );
}

/** How a verdict came about: which row of which table, from when on, and what was measured over which window. */
export function JudgedFacts(props: {
  readonly boiler: BoilerText;
  readonly verdict: Judged | null;
  readonly quantity: TableQuantity;
}): JSX.Element {
  const { feed, list } = useDesk();
  const facts = (verdict: Judged) => {
    const { boiler: t, colon } = text();
    const zone = zoneOf(list, props.boiler.siteId);
    return [
      `${t.row}${colon}${rowName(verdict.row, verdict.tablesId)}`,
      meanText(verdict, props.quantity, props.boiler),
      t.steadySince(momentTime(verdict.steadySinceMs, feed.nowMs(), zone, true)),
      verdict.source,
      t.inForceSince(verdict.inForceFrom),
    ];
  };
  return (
    <Show when={props.verdict}>
      {(verdict) => (
        <p class="judged">
          <For each={facts(verdict())}>{(fact) => <span class="num">{fact}</span>}</For>
        </p>
      )}
    </Show>
  );
}

/** The verdict on a quantity, if it was held against a limit at all. */
export function judgedOf(reading: LiveBoiler | null, quantity: TableQuantity): Judged | null {
  const verdict = reading?.verdicts[quantity];
  return verdict?.kind === "within" || verdict?.kind === "above" ? verdict : null;
}

function verdictSentences(reading: LiveBoiler | null, condition: Condition | null): readonly string[] {
  const { boiler: t, points, notJudged, missing, state } = text();
  if (reading === null) return [missing.noData];
  if (condition?.freshness === "stale") return [t.nothingWrong(points.airRatio, state.stale)];
  if (tableQuantities.every((quantity) => reading.verdicts[quantity].kind === "within")) return [t.allWithin];
  return tableQuantities.flatMap((quantity) => {
    const verdict = reading.verdicts[quantity];
    switch (verdict.kind) {
      case "not-judged":
        return t.nothingWrong(points[quantity], notJudged[verdict.reason]);
      case "no-limit":
        return t.noLimitFor(points[quantity]);
      case "not-in-force":
        return t.notInForce(points[quantity]);
      default:
        return [];
    }
  });
}

/** Of the air ratio it is the oxygen that was averaged: a mean of ratios would be another figure. */
function meanText({ input: { mean } }: Judged, quantity: TableQuantity, { steady }: BoilerText): string {
  const { boiler: t } = text();
  const window = formatSpan(steady.windowSeconds * 1_000);
  return quantity === "airRatio"
    ? t.meanO2(formatNumber(mean, 2), window)
    : t.meanTemp(formatNumber(mean, 1), window);
}
