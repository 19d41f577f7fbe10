import { createMemo, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import { isUnacknowledged } from "../alarms.ts";
import { api } from "../api.ts";
import { asked } from "../asked.ts";
import { completePercent } from "../completeness.ts";
import { useDesk } from "../desk.ts";
import { formatNumber, formatSpan, missing } from "../format.ts";
import { text } from "../texts/texts.ts";
import { SimulatedTag } from "./simulated-tag.tsx";

/** Younger batches are on their way, not waiting. */
const inFlightMs = 10_000;
const askBooksEveryMs = 5 * 60_000;

/** The fleet in six figures; what is not known is not counted as fine. */
export function NowPanel(props: { readonly boilers: readonly BoilerText[] }): JSX.Element {
  const { feed, conditions, alarms, list } = useDesk();
  const t = () => text().fleet;
  const counts = createMemo(() => {
    let firing = 0;
    let off = 0;
    let within = 0;
    let judged = 0;
    for (const { id } of props.boilers) {
      const condition = conditions.all().get(id);
      if (condition?.firing === true) firing += 1;
      if (condition?.firing === false) off += 1;
      if (condition?.within !== null && condition !== undefined) judged += 1;
      if (condition?.within === true) within += 1;
    }
    return { firing, off, within, judged, all: props.boilers.length };
  });
  const open = () => alarms.open().filter(isUnacknowledged);
  const unseen = () => alarms.open().filter(({ state }) => state === "returned").length;
  const openNote = () => {
    const oldest = Math.min(...open().map(({ sinceMs }) => sinceMs));
    if (Number.isFinite(oldest)) return t().oldest(formatSpan(feed.nowMs() - oldest));
    return unseen() > 0 ? t().overUnseen(unseen()) : t().noneOpen;
  };
  /** What firing boilers make, and of how many of them it is known. */
  const heat = createMemo(() => {
    feed.frameMs();
    let [heatKw, usefulKw, weighed, co2KgPerH, emitting] = [0, 0, 0, 0, 0];
    for (const { id } of props.boilers) {
      if (conditions.all().get(id)?.firing !== true) continue;
      const values = feed.newest(id)?.values;
      const [input, efficiency] = [values?.["heatInputLhvKw"], values?.["efficiencySiegertLhvPercent"]];
      if (typeof input === "number" && typeof efficiency === "number") {
        heatKw += input;
        usefulKw += (input * efficiency) / 100;
        weighed += 1;
      }
      const co2 = values?.["co2KgPerH"];
      if (typeof co2 !== "number") continue;
      co2KgPerH += co2;
      emitting += 1;
    }
    return {
      efficiencyPercent: heatKw > 0 ? (100 * usefulKw) / heatKw : null,
      weighed,
      co2TPerH: emitting > 0 ? co2KgPerH / 1_000 : null,
      emitting,
    };
  });
  const books = asked(api.integrity, askBooksEveryMs);
  const complete = createMemo(() => {
    const value = books.value();
    return value === null ? null : completePercent(value.hours, props.boilers);
  });
  const gatewayNote = () => {
    const gateways = list.gateways();
    if (gateways === null) return t().gatewaysUnknown;
    const waiting = gateways
      .filter(({ oldestBufferedAtMs }) => feed.nowMs() - (oldestBufferedAtMs ?? feed.nowMs()) > inFlightMs)
      .reduce((sum, { bufferedBatches }) => sum + (bufferedBatches ?? 0), 0);
    if (waiting > 0) return t().buffered(formatNumber(waiting, 0));
    return t().gatewaysOnline(gateways.filter(({ online }) => online).length, gateways.length);
  };
  return (
    <section class="panel" aria-labelledby="now">
      <header>
        <h2 id="now">{t().now}</h2>
        <p>{t().sites(new Set(props.boilers.map(({ siteId }) => siteId)).size, props.boilers.length)}</p>
        <Show when={props.boilers.some(({ simulated }) => simulated)}>
          <span class="end">
            <SimulatedTag />
          </span>
        </Show>
      </header>
      <div class="kpis">
        <Kpi
          name={t().firing}
          value={String(counts().firing)}
          unit={` / ${counts().all}`}
          note={t().notFiring(counts().off, counts().all - counts().firing - counts().off)}
        />
        <Kpi
          name={t().within}
          value={String(counts().within)}
          unit={` / ${counts().judged}`}
          note={t().notJudgedCount(counts().all - counts().judged)}
          title={t().withinTitle}
        />
        <Kpi name={t().unacknowledged} value={String(open().length)} unit="" note={openNote()} />
        <Kpi
          name={t().efficiency}
          value={shown(heat().efficiencyPercent, 1)}
          unit=" %"
          note={t().efficiencyNote(heat().weighed, counts().firing)}
          title={t().efficiencyTitle}
        />
        <Kpi
          name={t().co2}
          value={shown(heat().co2TPerH, (heat().co2TPerH ?? 0) < 10 ? 2 : 1)}
          unit=" t/h"
          note={t().co2Note(heat().emitting, counts().firing)}
          title={t().co2Title}
        />
        <Kpi
          name={t().complete}
          value={shown(complete(), 1)}
          unit=" %"
          note={gatewayNote()}
          title={t().completeTitle}
        />
      </div>
    </section>
  );
}

const shown = (value: number | null, decimals: number) =>
  value === null ? missing : formatNumber(value, decimals);

function Kpi(props: {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly note: string;
  readonly title?: string;
}): JSX.Element {
  return (
    <div class="kpi" title={props.title}>
      <div class="k">{props.name}</div>
      <div class="n">
        <span>{props.value}</span>
        <span class="u">{props.unit}</span>
      </div>
      <div class="d">{props.note}</div>
    </div>
  );
}
