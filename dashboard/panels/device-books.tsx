import { For, type JSX, Show } from "solid-js";
import { api } from "../api.ts";
import { asked } from "../asked.ts";
import { useDesk } from "../desk.ts";
import { formatNumber, missing } from "../format.ts";
import { Loaded } from "../loaded.tsx";
import { manageApi } from "../manage-api.ts";
import { session } from "../session.ts";
import { manageText } from "../texts/manage.ts";
import { momentTime } from "../time.ts";

/** The conservation of readings, hour by hour: whether anything was lost, doubled or altered. */
export function IntegrityTable(): JSX.Element {
  const { feed } = useDesk();
  const t = () => manageText().devices;
  const c = () => t().integrityColumns;
  const found = asked(api.integrity, 15_000);
  const count = (value: number | null) => (value === null ? missing : formatNumber(value, 0));
  const balance = (balanced: boolean | null) => {
    if (balanced === null) return t().open;
    return balanced ? t().balanced : t().unbalanced;
  };
  return (
    <section class="panel" aria-labelledby="integrity">
      <header>
        <h2 id="integrity">{t().integrity}</h2>
        <p>{t().integrityNote}</p>
      </header>
      <Loaded of={found}>
        {(reply) => (
          <Show when={reply().hours.length > 0} fallback={<p class="advn">{t().noIntegrity}</p>}>
            <div class="st">
              <table data-testid="integrity">
                <thead>
                  <tr>
                    <th>{t().columns.gateway}</th>
                    <th>{c().hour}</th>
                    <th class="r">{c().captured}</th>
                    <th class="r">{c().stored}</th>
                    <th class="r">{c().quarantined}</th>
                    <th class="r">{c().dropped}</th>
                    <th class="r">{c().inFlight}</th>
                    <th class="r">{c().missed}</th>
                    <th>{c().balance}</th>
                  </tr>
                </thead>
                <tbody>
                  <For each={[...reply().hours].sort((a, b) => b.hourStartMs - a.hourStartMs)}>
                    {(hour) => (
                      <tr>
                        <th scope="row">{hour.gatewayId}</th>
                        <td class="num nw">{momentTime(hour.hourStartMs, feed.nowMs(), "UTC")}</td>
                        <td class="r num">{count(hour.captured)}</td>
                        <td class="r num">{count(hour.stored)}</td>
                        <td class="r num">{count(hour.quarantined)}</td>
                        <td class="r num">{count(hour.dropped)}</td>
                        <td class="r num">{count(hour.inFlight)}</td>
                        <td class="r num">{count(hour.missedScans)}</td>
                        <td>
                          <Show when={hour.balanced === false} fallback={balance(hour.balanced)}>
                            <b class="wrong">{balance(hour.balanced)}</b>
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
  );
}

/** Messages that could not be taken: kept whole, with the reason. */
export function DeadLetters(): JSX.Element {
  const t = () => manageText().devices;
  const maySee = () => {
    const now = session();
    return now.kind === "in" && (now.role === "engineer" || now.role === "admin");
  };
  return (
    <section class="panel" aria-labelledby="dead">
      <header>
        <h2 id="dead">{t().dead}</h2>
      </header>
      <Show when={maySee()} fallback={<p class="advn">{t().deadRole}</p>}>
        <Letters />
      </Show>
    </section>
  );
}

function Letters(): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => manageText().devices;
  const c = () => t().deadColumns;
  const found = asked(manageApi.deadLetters, 30_000);
  const zone = () => list.sites()[0]?.timeZone ?? "UTC";
  return (
    <Loaded of={found} rows={2}>
      {(reply) => (
        <Show when={reply().total > 0} fallback={<p class="advn">{t().noDead}</p>}>
          <p class="advn">{t().deadNote(formatNumber(reply().total, 0))}</p>
          <div class="st">
            <table>
              <thead>
                <tr>
                  <th>{c().when}</th>
                  <th>{c().reason}</th>
                  <th>{c().detail}</th>
                  <th>{c().topic}</th>
                  <th class="r">{c().bytes}</th>
                </tr>
              </thead>
              <tbody>
                <For each={reply().letters}>
                  {(letter) => (
                    <tr>
                      <td class="num nw">{momentTime(letter.receivedAtMs, feed.nowMs(), zone(), true)}</td>
                      <th scope="row">{letter.reason}</th>
                      <td class="m">{letter.detail}</td>
                      <td class="m">{letter.topic}</td>
                      <td class="r num">{formatNumber(letter.bytes, 0)}</td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          </div>
        </Show>
      )}
    </Loaded>
  );
}
