import { For, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { LiveBoiler } from "../../contracts/live.ts";
import { type Judged, type TableQuantity, tableQuantities } from "../../domain/limits.ts";
import type { Condition } from "../condition.ts";
import { useDesk } from "../desk.ts";
import { formatNumber, formatPoint, formatSpan } from "../format.ts";
import { headroomText } from "../headroom.ts";
import { rowName } from "../limits.ts";
import { formulaText, windowQuality } from "../quality.ts";
import { measured } from "../reasons.ts";
import { zoneOf } from "../sources.ts";
import { text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";

interface JudgedLineProps {
  readonly boiler: BoilerText;
  readonly reading: LiveBoiler | null;
  readonly condition: Condition | null;
  /** Those of which no alarm tells already. */
  readonly quantities: readonly TableQuantity[];
}

/** While nothing is wrong: that it is so, or why it cannot be said; by which figures, and with how much room. */
export function JudgedLine(props: JudgedLineProps): JSX.Element {
  const { feed, list } = useDesk();
  const judged = () => props.quantities.filter((quantity) => judgedOf(props.reading, quantity) !== null);
  const steadySince = () => {
    const verdict = judgedOf(props.reading, "airRatio") ?? judgedOf(props.reading, "exhaustTempC");
    if (verdict === null) return [];
    const zone = zoneOf(list, props.boiler.siteId);
    return [text().boiler.steadySince(momentTime(verdict.steadySinceMs, feed.nowMs(), zone, true))];
  };
  return (
    <div class="judgments">
      <p class="judged">
        <For each={verdictSentences(props)}>{(sentence) => <b>{sentence}</b>}</For>
        <For each={steadySince()}>{(since) => <span class="num">{since}</span>}</For>
      </p>
      <For each={judged()}>{(quantity) => <JudgedFigures {...props} quantity={quantity} />}</For>
    </div>
  );
}

function JudgedFigures(props: JudgedLineProps & { readonly quantity: TableQuantity }): JSX.Element {
  const figures = (verdict: Judged) => {
    const { boiler: t, points } = text();
    const { quantity, value, limit } = verdict;
    return [
      t.judgedAgainst(points[quantity], measured(quantity, value, limit), formatPoint(quantity, limit)),
      meanText(verdict, quantity, props.boiler),
    ];
  };
  return (
    <Show when={judgedOf(props.reading, props.quantity)}>
      {(verdict) => (
        <p class="judged num">
          <For each={figures(verdict())}>{(figure) => <span>{figure}</span>}</For>
          <Show when={props.condition?.freshness === "live"}>
            <b>{headroomText(verdict())}</b>
          </Show>
        </p>
      )}
    </Show>
  );
}

/** How a quantity stands now: how far it is from the limit and by which facts, or why it is not judged. */
export function JudgedNow(props: {
  readonly boiler: BoilerText;
  readonly reading: LiveBoiler | null;
  readonly quantity: TableQuantity;
}): JSX.Element {
  return (
    <Show
      when={judgedOf(props.reading, props.quantity)}
      fallback={
        <p class="judged">
          <For each={unjudgedSentences(props.reading, props.quantity)}>{(why) => <b>{why}</b>}</For>
        </p>
      }
    >
      {(verdict) => (
        <>
          <p class="judged">
            <b class="num">{headroomText(verdict())}</b>
          </p>
          <JudgedFacts boiler={props.boiler} verdict={verdict()} quantity={props.quantity} />
        </>
      )}
    </Show>
  );
}

/** How a verdict came about: which row of which table, from when on, by which formula, and how good its input was. */
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
      formulaText(verdict.formula),
      meanText(verdict, props.quantity, props.boiler),
      ...windowQuality(verdict.input),
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

function verdictSentences({ reading, condition, quantities }: JudgedLineProps): readonly string[] {
  const { boiler: t, points, missing, state } = text();
  if (reading === null) return [missing.noData];
  if (condition?.freshness === "stale") {
    return quantities.map((quantity) => t.nothingWrong(points[quantity], state.stale));
  }
  const isWithin = (quantity: TableQuantity) => reading.verdicts[quantity].kind === "within";
  if (tableQuantities.every((quantity) => quantities.includes(quantity) && isWithin(quantity))) {
    return [t.allWithin];
  }
  return quantities.flatMap((quantity) =>
    isWithin(quantity) ? t.isWithin(points[quantity]) : unjudgedSentences(reading, quantity),
  );
}

/** Why a quantity is not held against a limit; nothing where it is. */
function unjudgedSentences(reading: LiveBoiler | null, quantity: TableQuantity): readonly string[] {
  const { boiler: t, points, notJudged, missing } = text();
  const verdict = reading?.verdicts[quantity];
  switch (verdict?.kind) {
    case undefined:
      return [missing.noData];
    case "not-judged":
      return [t.nothingWrong(points[quantity], notJudged[verdict.reason])];
    case "no-limit":
      return [t.noLimitFor(points[quantity])];
    case "not-in-force":
      return [t.notInForce(points[quantity])];
    default:
      return [];
  }
}

/** Of the air ratio it is the oxygen that was averaged: a mean of ratios would be another figure. */
function meanText({ input: { mean } }: Judged, quantity: TableQuantity, { steady }: BoilerText): string {
  const { boiler: t } = text();
  const window = formatSpan(steady.windowSeconds * 1_000);
  return quantity === "airRatio"
    ? t.meanO2(formatNumber(mean, 2), window)
    : t.meanTemp(formatNumber(mean, 1), window);
}
