import { For, type JSX, Show } from "solid-js";
import { daysTouched, localDays } from "../../domain/local-day.ts";
import { asked } from "../asked.ts";
import { useDesk } from "../desk.ts";
import { formatNumber, missing } from "../format.ts";
import { Loaded } from "../loaded.tsx";
import { manageApi } from "../manage-api.ts";
import { SimulatedTag } from "../panels/simulated-tag.tsx";
import { language } from "../preferences.ts";
import { Link } from "../router.tsx";
import { firstZone } from "../sources.ts";
import { manageText } from "../texts/manage.ts";
import { labelOf, text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";
import "../styles/manage.css";

const monthsShown = 6;

/** What can be handed on: statements of retrofits with their state, and of each month with its hours. */
export function ReportsPage(): JSX.Element {
  const { list, feed } = useDesk();
  const t = () => manageText().reports;
  const c = () => t().columns;
  const retrofits = asked(manageApi.retrofits);
  const zone = () => firstZone(list);
  const today = daysTouched(zone(), feed.nowMs(), feed.nowMs() + 1)[0]?.date ?? "1970-01-01";
  const months = Array.from({ length: monthsShown }, (_, back) => {
    const [year = 0, month = 1] = today.split("-").map(Number);
    return new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 7);
  });
  const page = (id: string, format: "html" | "pdf") =>
    `/api/v1/retrofits/${id}/report?format=${format}&lang=${language()}`;
  return (
    <div class="col">
      <section class="panel" aria-labelledby="months">
        <header>
          <h2 id="months">{t().monthly}</h2>
          <p>{t().monthlyNote}</p>
        </header>
        <div class="st">
          <table data-testid="months">
            <thead>
              <tr>
                <th>{c().month}</th>
                <th class="r">{c().above}</th>
                <th class="r">{c().days}</th>
                <th class="r">{c().unjudged}</th>
                <th class="r">
                  <span class="vh">{t().open}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              <For each={months}>{(month) => <Month month={month} zone={zone()} />}</For>
            </tbody>
          </table>
        </div>
      </section>
      <section class="panel" aria-labelledby="statements">
        <header>
          <h2 id="statements">{t().retrofits}</h2>
          <p>{t().retrofitsNote}</p>
        </header>
        <Loaded of={retrofits}>
          {(reply) => (
            <Show when={reply().retrofits.length > 0} fallback={<p class="advn">{t().noRetrofits}</p>}>
              <div class="st">
                <table data-testid="statements">
                  <thead>
                    <tr>
                      <th>{c().title}</th>
                      <th>{c().state}</th>
                      <th>{c().before}</th>
                      <th>{c().after}</th>
                      <th class="r">{c().changed}</th>
                      <th class="r">
                        <span class="vh">{t().open}</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    <For each={reply().retrofits}>
                      {(line) => (
                        <tr>
                          <th scope="row">
                            <Link href={`/retrofits/${line.id}/report`}>{labelOf(line.title)}</Link>{" "}
                            <Show when={line.simulated}>
                              <SimulatedTag />
                            </Show>
                            <span class="note block">{line.client}</span>
                          </th>
                          <td>
                            {t().state[line.state]}
                            <span class="note block">{t().version(line.version)}</span>
                          </td>
                          <td class="num">{t().span(line.baseline.from, line.baseline.to)}</td>
                          <td class="num">{t().span(line.reporting.from, line.reporting.to)}</td>
                          <td class="r num nw">{momentTime(line.changedAtMs, feed.nowMs(), zone())}</td>
                          <td class="acts">
                            <Show
                              when={line.state !== "draft" && line.state !== "planned"}
                              fallback={<span class="note">{t().notComputed}</span>}
                            >
                              <a class="btn sm" href={page(line.id, "html")} target="_blank" rel="noreferrer">
                                {t().open}
                              </a>
                              <a class="btn sm" href={page(line.id, "pdf")} target="_blank" rel="noreferrer">
                                PDF
                              </a>
                            </Show>
                          </td>
                        </tr>
                      )}
                    </For>
                  </tbody>
                </table>
              </div>
            </Show>
          )}
        </Loaded>
      </section>
    </div>
  );
}

/** One month of all boilers; its statement is the page of that month, printed. */
function Month(props: { readonly month: string; readonly zone: string }): JSX.Element {
  const { list } = useDesk();
  const t = () => manageText().reports;
  const [year = 0, number = 1] = props.month.split("-").map(Number);
  const last = new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
  const days = localDays(`${props.month}-01`, last, props.zone);
  const found = asked(() => manageApi.compliance(days[0]?.fromMs ?? 0, days.at(-1)?.toMs ?? 1));
  const count = (of: "above" | "notJudged" | "days") => {
    const value = found.value();
    if (value === null) return missing;
    return formatNumber(
      of === "days" ? value.days.length : value.days.reduce((sum, day) => sum + day[of], 0),
      0,
    );
  };
  const isEmpty = () => found.value()?.days.length === 0;
  return (
    <tr>
      <th scope="row">{manageText().compliance.month(year, number)}</th>
      <Show
        when={!isEmpty()}
        fallback={
          <td class="r dim" colspan="3">
            {text().missing.noData}
          </td>
        }
      >
        <td class="r num">{count("above")}</td>
        <td class="r num">
          {count("days")} <span class="u">/ {formatNumber(days.length * list.boilers().length, 0)}</span>
        </td>
        <td class="r num">{count("notJudged")}</td>
      </Show>
      <td class="acts">
        <Link class="btn sm" href={`/compliance?month=${props.month}`}>
          {t().open}
        </Link>
      </td>
    </tr>
  );
}
