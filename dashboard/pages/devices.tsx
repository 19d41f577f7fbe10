import { createMemo, createSignal, For, type JSX, Show } from "solid-js";
import type { GatewayText } from "../../contracts/http/gateways.ts";
import { api } from "../api.ts";
import { asked } from "../asked.ts";
import { useDesk } from "../desk.ts";
import { drainOf, drainWatch } from "../drain.ts";
import { formatAge, formatNumber, formatSpan, missing } from "../format.ts";
import { Loaded } from "../loaded.tsx";
import { DeadLetters, IntegrityTable } from "../panels/device-books.tsx";
import { SimulatedTag } from "../panels/simulated-tag.tsx";
import { manageText } from "../texts/manage.ts";
import { labelOf } from "../texts/texts.ts";
import "../styles/manage.css";

const askEveryMs = 3_000;
const least = `gateways:
  - id: boiler-house
    site: my-site
    scanMs: 1000
    lines:
      - { id: heaters, host: 192.168.1.20 }
    devices:
      - { id: burner, line: heaters, unitId: 1, map: burner-plc, boiler: my-boiler }`;
const commands = `npx fluewatch check-config --config my-plant.yaml
npx fluewatch gateway plan --config my-plant.yaml
npm start -- --config my-plant.yaml`;

/** Gateways, how far behind they are, what hangs on their lines, and whether the books of readings balance. */
export function DevicesPage(): JSX.Element {
  const t = () => manageText().devices;
  const watch = drainWatch();
  const gateways = asked(async () => {
    const reply = await api.gateways();
    if (reply.ok) watch.see(reply.value.serverTimeMs, reply.value.gateways);
    return reply;
  }, askEveryMs);
  const [open, setOpen] = createSignal<string | null>(null);
  const c = () => t().columns;
  return (
    <div class="col">
      <Loaded of={gateways}>
        {(reply) => (
          <section class="panel" aria-labelledby="gateways">
            <header>
              <h2 id="gateways">{t().gateways}</h2>
              <p>{t().note}</p>
            </header>
            <div class="st">
              <table data-testid="gateways">
                <thead>
                  <tr>
                    <th>{c().gateway}</th>
                    <th>{c().site}</th>
                    <th>{c().state}</th>
                    <th class="r">{c().seen}</th>
                    <th class="r">{c().buffered}</th>
                    <th class="r">{c().oldest}</th>
                    <th>{c().drain}</th>
                    <th class="r">{c().scan}</th>
                  </tr>
                </thead>
                <tbody>
                  <For each={reply().gateways.map(({ id }) => id)}>
                    {(id) => (
                      <Show when={reply().gateways.find((each) => each.id === id)}>
                        {(gateway) => (
                          <GatewayRows
                            gateway={gateway()}
                            nowMs={reply().serverTimeMs}
                            drain={drainOf(watch.seen(id))}
                            isOpen={open() === id}
                            toggle={() => setOpen(open() === id ? null : id)}
                          />
                        )}
                      </Show>
                    )}
                  </For>
                </tbody>
              </table>
            </div>
          </section>
        )}
      </Loaded>
      <IntegrityTable />
      <DeadLetters />
      <section class="panel" aria-labelledby="add">
        <header>
          <h2 id="add">{t().add}</h2>
        </header>
        <div class="say">
          <p>{t().addText}</p>
          <pre>{least}</pre>
          <p>{t().addThen}</p>
          <pre>{commands}</pre>
          <p>{t().addAppears}</p>
          <FirstWords gateways={gateways.value()?.gateways ?? []} />
        </div>
      </section>
    </div>
  );
}

/** Gateways that have not said anything yet; and, while the page is open, that one of them has. */
function FirstWords(props: { readonly gateways: readonly GatewayText[] }): JSX.Element {
  const t = () => manageText().devices;
  const awaited = new Set<string>();
  const shown = createMemo(() => {
    const unheard = props.gateways.filter(({ lastSeenMs }) => lastSeenMs === null);
    for (const { id } of unheard) awaited.add(id);
    return props.gateways.filter(({ id }) => awaited.has(id));
  });
  return (
    <div role="status">
      <ul class="first-words" data-testid="first-words">
        <For each={shown()}>
          {({ id, lastSeenMs }) => (
            <li>
              <b>{id}</b> {lastSeenMs === null ? t().waits : t().heardFirst}
            </li>
          )}
        </For>
      </ul>
    </div>
  );
}

function GatewayRows(props: {
  readonly gateway: GatewayText;
  readonly nowMs: number;
  readonly drain: ReturnType<typeof drainOf>;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}): JSX.Element {
  const { list } = useDesk();
  const t = () => manageText().devices;
  const site = () => list.site(props.gateway.siteId);
  const buffered = () => props.gateway.bufferedBatches;
  const drain = () => {
    if (buffered() === null) return missing;
    if (buffered() === 0) return t().empty;
    const { drain } = props;
    if (drain === null) return t().notDraining;
    return t().draining(formatNumber(drain.batchesPerSecond, 1), formatSpan(drain.emptyInMs));
  };
  const age = (ms: number | null) => (ms === null ? missing : formatAge(Math.max(0, props.nowMs - ms)));
  return (
    <>
      <tr>
        <th scope="row">
          <button
            type="button"
            class="btn ghost sm"
            aria-expanded={props.isOpen}
            aria-label={t().details(props.gateway.id)}
            onClick={() => props.toggle()}
          >
            {props.isOpen ? "▾" : "▸"} {props.gateway.id}
          </button>
        </th>
        <td>
          {(() => {
            const here = site();
            return here === null ? props.gateway.siteId : labelOf(here.name);
          })()} <Show when={site()?.simulated}>
            <SimulatedTag />
          </Show>
        </td>
        <td>
          <Show
            when={props.gateway.online}
            fallback={<b>{props.gateway.lastSeenMs === null ? t().never : t().offline}</b>}
          >
            {t().online}
          </Show>
          <Show when={props.gateway.trouble}>{(trouble) => <b class="wrong">{trouble().message}</b>}</Show>
        </td>
        <td class="r num">{age(props.gateway.lastSeenMs)}</td>
        <td class="r num">
          {(() => {
            const count = buffered();
            return count === null ? missing : t().batches(formatNumber(count, 0));
          })()}
        </td>
        <td class="r num">{age(props.gateway.oldestBufferedAtMs)}</td>
        <td>{drain()}</td>
        <td class="r num">
          {formatNumber(props.gateway.scanMs / 1_000, 1)} <span class="u">s</span>
        </td>
      </tr>
      <Show when={props.isOpen}>
        <tr class="more">
          <td colspan="8">
            <Lines gateway={props.gateway} />
            <Sensors gatewayId={props.gateway.id} />
          </td>
        </tr>
      </Show>
    </>
  );
}

function Lines(props: { readonly gateway: GatewayText }): JSX.Element {
  const t = () => manageText().devices;
  return (
    <Show when={props.gateway.lines.length > 0} fallback={<p class="note">{t().noLines}</p>}>
      <h3>{t().lines}</h3>
      <table class="sub">
        <thead>
          <tr>
            <th>{t().unit}</th>
            <th class="r">{t().answers}</th>
            <th class="r">{t().noAnswer}</th>
            <th class="r">{t().refused}</th>
            <th class="r">{t().garbled}</th>
            <th class="r">{t().skipped}</th>
            <th class="r">{t().answerTime}</th>
          </tr>
        </thead>
        <For each={props.gateway.lines}>
          {(line) => (
            <tbody>
              <tr>
                <th scope="rowgroup" colspan="7">
                  {line.id} <span class="dim">{line.isUp ? t().lineUp : t().lineDown}</span>
                </th>
              </tr>
              <For each={line.units}>
                {(unit) => (
                  <tr>
                    <th scope="row">
                      {unit.unitId} <Show when={unit.state !== "ok"}>({unit.state})</Show>
                      <For each={unit.learned}>{(sentence) => <span class="note">{sentence}</span>}</For>
                    </th>
                    <td class="r num">{formatNumber(unit.answers, 0)}</td>
                    <td class="r num">{formatNumber(unit.silences, 0)}</td>
                    <td class="r num">{formatNumber(unit.exceptions, 0)}</td>
                    <td class="r num">{formatNumber(unit.garbled, 0)}</td>
                    <td class="r num">{formatNumber(unit.skipped, 0)}</td>
                    <td class="r num">
                      {formatNumber(unit.answerMs, 1)} <span class="u">ms</span>
                    </td>
                  </tr>
                )}
              </For>
            </tbody>
          )}
        </For>
      </table>
    </Show>
  );
}

/** How many of the values that are shown of each boiler are good now. */
function Sensors(props: { readonly gatewayId: string }): JSX.Element {
  const { list, feed } = useDesk();
  const t = () => manageText().devices;
  const boilers = createMemo(() => list.boilers().filter(({ gatewayId }) => gatewayId === props.gatewayId));
  return (
    <>
      <h3>{t().sensors}</h3>
      <dl class="pairs">
        <For each={boilers()}>
          {(boiler) => {
            const now = () => feed.boiler(boiler.id);
            const all = () => Object.keys(now()?.values ?? {}).length;
            return (
              <div>
                <dt>{boiler.name}</dt>
                <dd class="num">
                  <Show when={now()} fallback={missing}>
                    {t().good(all() - Object.keys(now()?.flaws ?? {}).length, all())}
                  </Show>
                </dd>
              </div>
            );
          }}
        </For>
      </dl>
    </>
  );
}
