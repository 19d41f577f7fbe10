import { createMemo, type JSX, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import { isUnacknowledged } from "../alarms.ts";
import { useDesk } from "../desk.ts";
import { formatAge, formatNumber, formatSpan, missing } from "../format.ts";
import { text } from "../texts/texts.ts";
import { SimulatedTag } from "./simulated-tag.tsx";

/** Younger batches are on their way, not waiting. */
const inFlightMs = 10_000;

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
  const efficiency = createMemo(() => {
    feed.frameMs();
    const values = props.boilers.flatMap(({ id }) => {
      if (conditions.all().get(id)?.firing !== true) return [];
      return feed.newest(id)?.values["efficiencySiegertLhvPercent"] ?? [];
    });
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  });
  const gatewayNote = () => {
    const gateways = list.gateways();
    if (gateways === null) return t().gatewaysUnknown;
    const waiting = gateways
      .filter(({ oldestBufferedAtMs }) => feed.nowMs() - (oldestBufferedAtMs ?? feed.nowMs()) > inFlightMs)
      .reduce((sum, { bufferedBatches }) => sum + (bufferedBatches ?? 0), 0);
    return waiting > 0 ? t().buffered(formatNumber(waiting, 0)) : t().nothingBuffered;
  };
  const oldest = createMemo(() => {
    const nowMs = feed.nowMs();
    let found: { readonly name: string; readonly ageMs: number } | null = null;
    for (const { id, name } of props.boilers) {
      const takenAtMs = feed.newest(id)?.takenAtMs;
      if (takenAtMs === undefined) continue;
      const ageMs = nowMs - takenAtMs;
      if (ageMs > (found?.ageMs ?? Number.NEGATIVE_INFINITY)) found = { name, ageMs };
    }
    return found;
  });

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
          value={efficiency() === null ? missing : formatNumber(efficiency() ?? 0, 1)}
          unit=" %"
          note={t().efficiencyNote}
          title={t().efficiencyTitle}
        />
        <Kpi
          name={t().gateways}
          value={String(list.gateways()?.filter(({ online }) => online).length ?? missing)}
          unit={list.gateways() === null ? "" : ` / ${list.gateways()?.length ?? 0}`}
          note={gatewayNote()}
        />
        <Kpi
          name={t().oldestData}
          value={oldest() === null ? missing : formatAge(oldest()?.ageMs ?? 0)}
          unit=""
          note={oldest()?.name ?? text().missing.noData}
        />
      </div>
    </section>
  );
}

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
