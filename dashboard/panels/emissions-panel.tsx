import { For, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { HourVerdictText, LiveBoiler } from "../../contracts/live.ts";
import { type EmissionQuantity, emissionQuantities } from "../../domain/emissions/emission-quantity.ts";
import { Indicator } from "../charts/indicator.tsx";
import { classes, toneClass } from "../classes.ts";
import { useDesk } from "../desk.ts";
import { formatNumber, formatPoint } from "../format.ts";
import { emissionLimit, emissionUnits, shownAgainst } from "../limits.ts";
import { formulaText, hourQuality } from "../quality.ts";
import { zoneOf } from "../sources.ts";
import { text } from "../texts/texts.ts";
import { minuteTime, momentTime } from "../time.ts";
import { emissionName } from "./row-cells.tsx";
import { Value } from "./value.tsx";

const dryPoints = {
  pmAtRefO2MgPerNm3: "pmDryMgPerNm3",
  soxAtRefO2Ppm: "soxDryPpm",
  noxAtRefO2Ppm: "noxDryPpm",
} as const;

const massPoints = {
  pmAtRefO2MgPerNm3: "pmKgPerH",
  soxAtRefO2Ppm: "soxKgPerH",
  noxAtRefO2Ppm: "noxKgPerH",
} as const;

const hourMs = 3_600_000;

interface EmissionsProps {
  readonly boiler: BoilerText;
  readonly reading: LiveBoiler | null;
}
type HourJudgedText = Extract<HourVerdictText, { readonly kind: "within" | "above" }>;

/**
 * As measured, as corrected, and against the limit: these without colour, for what is judged is the mean of the clock
 * hour, in the line below.
 */
export function EmissionsPanel(props: EmissionsProps): JSX.Element {
  const t = () => text().boiler;
  const refO2 = () => String(props.boiler.referenceO2Percent);
  return (
    <section class="panel still" aria-labelledby="emissions">
      <header>
        <h2 id="emissions">{t().emissions}</h2>
        <p>{t().emissionsNote(refO2())}</p>
      </header>
      <div class="em">
        <table>
          <thead>
            <tr>
              <th>
                <span class="vh">{t().quantity}</span>
              </th>
              <th class="r">{t().measured}</th>
              <th class="r">{t().atRef(refO2())}</th>
              <th class="bar-col">
                <span class="vh">{t().againstLimit}</span>
              </th>
              <th class="r">{t().limit}</th>
            </tr>
          </thead>
          <For each={emissionQuantities}>
            {(quantity) => {
              const limit = () => emissionLimit(props.boiler, quantity);
              return (
                <tbody>
                  <tr>
                    <th scope="row">
                      {emissionName(quantity)} <span class="u">{emissionUnits[quantity]}</span>
                    </th>
                    <td class="r num">
                      <Value
                        boiler={props.boiler}
                        reading={props.reading}
                        point={dryPoints[quantity]}
                        quiet
                      />
                    </td>
                    <td class="r">
                      <Value boiler={props.boiler} reading={props.reading} point={quantity} />
                    </td>
                    <td class="bar-col">
                      <Indicator
                        width={112}
                        value={props.reading?.values[quantity] ?? null}
                        limit={limit()}
                        from={0}
                        tone={null}
                      />
                    </td>
                    <td class="r num">
                      {limit() === null ? text().missing.noLimitShort : formatNumber(limit() ?? 0, 0)}
                    </td>
                  </tr>
                  <tr class="more">
                    <td colspan="5">
                      <div>
                        <HourMean {...props} quantity={quantity} />
                        <Estimate {...props} quantity={quantity} />
                        <MassRate {...props} quantity={quantity} />
                      </div>
                    </td>
                  </tr>
                </tbody>
              );
            }}
          </For>
        </table>
      </div>
    </section>
  );
}

interface QuantityProps extends EmissionsProps {
  readonly quantity: EmissionQuantity;
}

/** What was said of the last clock hour: the one thing here that has a colour, amber like a table's limit passed. */
function HourMean(props: QuantityProps): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => text().boiler.hour;
  const verdict = () => props.reading?.verdicts[props.quantity];
  const judged = (): HourJudgedText | null => {
    const said = verdict();
    return said?.kind === "within" || said?.kind === "above" ? said : null;
  };
  const unjudged = () => {
    const said = verdict();
    if (said === undefined) return text().missing.noData;
    if (said.kind === "not-in-force") return t().notInForce;
    return said.kind === "not-judged" ? t().notJudged(text().notJudged[said.reason]) : "";
  };
  const sentence = ({ kind, value, limit, hourStartMs }: HourJudgedText) => {
    const zone = zoneOf(list, props.boiler.siteId);
    const from = momentTime(hourStartMs, feed.nowMs(), zone);
    const hour = `${from}–${minuteTime(hourStartMs + hourMs, zone)}`;
    return t()[kind](hour, shownAgainst(props.quantity, value, limit), formatPoint(props.quantity, limit));
  };
  const facts = ({ formula, source, inForceFrom, input, startUp }: HourJudgedText) => {
    const { boiler } = text();
    const quality = hourQuality(input);
    return [
      formulaText(formula),
      boiler.startUp[startUp],
      ...quality,
      source,
      boiler.inForceSince(inForceFrom),
    ].join(" · ");
  };
  return (
    <Show when={judged()} fallback={<span>{unjudged()}</span>}>
      {(said) => (
        <>
          <span
            class={classes("num", said().kind === "above" ? "v hot" : "said", aboveTone(said().kind))}
            title={facts(said())}
          >
            {sentence(said())}
          </span>
          <span class="num" title={hourQuality(said().input).join(" · ")}>
            {t().valid(said().validMinutes)}
          </span>
          <Show when={said().input.startUpSamples > 0}>
            <span>{text().boiler.startUp[said().startUp]}</span>
          </Show>
          <Show when={said().clampedMinutes > 0}>
            <span class="num" title={t().clampedTitle}>
              {t().clamped(said().clampedMinutes)}
            </span>
          </Show>
        </>
      )}
    </Show>
  );
}

function aboveTone(kind: HourJudgedText["kind"]): string | null {
  return kind === "above" ? toneClass(2) : null;
}

/** Where no instrument measures SOx, what the fuel's sulphur would give; it judges nothing. */
function Estimate(props: QuantityProps): JSX.Element {
  const estimate = () =>
    props.quantity === "soxAtRefO2Ppm" && !props.boiler.points.some(({ name }) => name === "soxDryPpm")
      ? (props.reading?.values["soxEstimateDryPpm"] ?? null)
      : null;
  return (
    <Show when={estimate() !== null}>
      <span class="num">{text().boiler.soxEstimate(formatPoint("soxEstimateDryPpm", estimate() ?? 0))}</span>
    </Show>
  );
}

function MassRate(props: QuantityProps): JSX.Element {
  const point = () => massPoints[props.quantity];
  return (
    <Show when={props.boiler.points.some(({ name }) => name === point())}>
      <span class="num end" title={text().points[point()]}>
        <Value boiler={props.boiler} reading={props.reading} point={point()} quiet />{" "}
        <span class="u">kg/h</span>
      </span>
    </Show>
  );
}
