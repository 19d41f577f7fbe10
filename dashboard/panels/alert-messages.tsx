import { createResource, createSignal, For, type JSX, onCleanup, Show } from "solid-js";
import type { DeliveryText } from "../../contracts/http/notifications.ts";
import { api, reasonText } from "../api.ts";
import { useDesk } from "../desk.ts";
import { mayEngineer } from "../session.ts";
import { firstZone } from "../sources.ts";
import { text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";

const spanMs = 7 * 86_400_000;
const lookEveryMs = 2_000;

/** Who is told, whether it works, and how each message went. */
export function AlertMessages(): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => text().alertsPage;
  const [recipients] = createResource(() => api.recipients());
  const [log, { refetch }] = createResource(() =>
    api.deliveries(feed.nowMs() - spanMs, feed.nowMs() + 60_000),
  );
  const [said, say] = createSignal<string | null>(null);
  const looking = setInterval(() => void refetch(), lookEveryMs);
  onCleanup(() => clearInterval(looking));
  const all = () => (recipients.latest?.ok ? recipients.latest.value.recipients : []);
  const deliveries = () => (log.latest?.ok ? log.latest.value.deliveries : []);
  const moment = (atMs: number) => momentTime(atMs, feed.nowMs(), firstZone(list), true);
  const destinations = () => [...new Set(all().map(({ destinationId }) => destinationId))];

  async function act(asked: ReturnType<typeof api.sendAgain>): Promise<void> {
    const reply = await asked;
    say(reply.ok ? t().tested : t().refused(reasonText(reply.failure)));
    void refetch();
  }

  return (
    <div class="msgs">
      <Show when={all().length > 0} fallback={<p class="say dim">{t().noRecipients}</p>}>
        <ul class="dest">
          <For each={destinations()}>
            {(id) => (
              <li>
                <b>{id}</b>
                <span class="dim">
                  {all()
                    .filter(({ destinationId }) => destinationId === id)
                    .map(({ channel, where }) => `${channel} · ${where}`)
                    .join(", ")}
                </span>
                <Show when={mayEngineer()}>
                  <button
                    type="button"
                    class="btn sm"
                    data-testid={`test-${id}`}
                    onClick={() => void act(api.testDestination(id))}
                  >
                    {t().test}
                  </button>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <p class="note" role="status">
        {said()}
      </p>
      <Show when={deliveries().length > 0} fallback={<p class="say dim">{t().noDeliveries}</p>}>
        <table class="at dl">
          <thead>
            <tr>
              <th class="k2">{t().deliveryAt}</th>
              <th>{t().recipient}</th>
              <th class="k5">{t().delivery}</th>
              <th>{text().alerts.state}</th>
            </tr>
          </thead>
          <tbody>
            <For each={deliveries()}>
              {(delivery) => (
                <tr>
                  <td class="num">{moment(delivery.createdAtMs)}</td>
                  <td>{delivery.recipient}</td>
                  <td class="num">
                    {t().deliveryKinds[delivery.kind]}
                    <Show when={delivery.items > 1}> × {delivery.items}</Show>
                  </td>
                  <td>
                    <State delivery={delivery} again={() => void act(api.sendAgain(delivery.key))} />
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </Show>
    </div>
  );
}

function State(props: { readonly delivery: DeliveryText; readonly again: () => void }): JSX.Element {
  const t = () => text().alertsPage;
  return (
    <>
      <b>{t().deliveryStates[props.delivery.state]}</b>
      <Show when={props.delivery.problem}>
        {(problem) => (
          <span class="sub wrap">
            {t().attempts(props.delivery.attempts)} · {problem()}
          </span>
        )}
      </Show>
      <Show when={props.delivery.state !== "delivered" && props.delivery.attempts > 0 && mayEngineer()}>
        <button type="button" class="btn sm" onClick={() => props.again()}>
          {t().again}
        </button>
      </Show>
    </>
  );
}
