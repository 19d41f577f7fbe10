import { createResource, createSignal, For, type JSX, onCleanup, Show } from "solid-js";
import type { AlarmRuleText } from "../../contracts/http/alarm-rules.ts";
import type { DryRun } from "../../contracts/http/dry-runs.ts";
import { saveFile } from "../alert-filter.ts";
import { api, reasonText } from "../api.ts";
import { Marker } from "../charts/marker.tsx";
import { useDesk } from "../desk.ts";
import { formatNumber, formatSpan } from "../format.ts";
import { query, setQuery } from "../router.tsx";
import { mayEngineer } from "../session.ts";
import { firstZone } from "../sources.ts";
import { labelOf, text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";
import { Skeleton } from "./message.tsx";

/** The rules in force, each with what to do; engineers try other values out on the last days. */
export function AlertRules(): JSX.Element {
  const [reply] = createResource(() => api.alarmRules());
  const rules = () => (reply.latest?.ok ? reply.latest.value.rules : []);
  const t = () => text().alertsPage;
  const failure = () => (reply.latest && !reply.latest.ok ? reply.latest.failure : null);
  return (
    <Show when={!reply.loading} fallback={<Skeleton rows={6} height={52} />}>
      <Show when={failure()}>{(why) => <p class="say">{t().failed(reasonText(why()))}</p>}</Show>
      <ul class="rules">
        <For each={rules()}>{(rule) => <Rule rule={rule} />}</For>
      </ul>
    </Show>
  );
}

function Rule(props: { readonly rule: AlarmRuleText }): JSX.Element {
  const t = () => text().alertsPage;
  const isOpen = () => query("rule") === props.rule.id;
  const seconds = (value: number) => formatSpan(value * 1_000);
  return (
    <li>
      <details
        open={isOpen()}
        onToggle={({ currentTarget }) => {
          if (currentTarget.open && !isOpen()) setQuery({ rule: props.rule.id });
          else if (!currentTarget.open && isOpen()) setQuery({ rule: "" });
        }}
      >
        <summary>
          <For each={props.rule.levels}>
            {({ priority }) => <Marker priority={priority} state="acked" label={text().state.p(priority)} />}
          </For>
          <b>{labelOf(props.rule.title)}</b>
          <span class="dim num">
            {props.rule.levels
              .map(({ limit, onDelaySeconds, offDelaySeconds }) =>
                [
                  ...limitText(props.rule.watches, limit),
                  t().ruleDelays(seconds(onDelaySeconds), seconds(offDelaySeconds)),
                ].join(", "),
              )
              .join(" · ")}
          </span>
        </summary>
        <div class="rule">
          <h3>{text().alerts.whatToDo}</h3>
          <ol class="do">
            <For each={props.rule.response}>{(step) => <li>{labelOf(step)}</li>}</For>
          </ol>
          <h3>{text().alerts.consequence}</h3>
          <p>{labelOf(props.rule.consequence)}</p>
          <p class="note">{t().ruleSource(props.rule.source, props.rule.validFrom)}</p>
          <Show when={isOpen() && mayEngineer()}>
            <RuleEditor rule={props.rule} />
          </Show>
        </div>
      </details>
    </li>
  );
}

/** How far is too far; nothing where a sensor or silence decides. */
function limitText(watches: string, limit: number | null): readonly string[] {
  const t = text().alertsPage;
  if (limit === null) return watches === "limit-table" ? [t.ruleTable] : [];
  const number = formatNumber(limit, Number.isInteger(limit) ? 0 : 1);
  return [watches.startsWith("emission-") ? t.ruleShare(number) : t.ruleLimit(number)];
}

const askEveryMs = 1_000;

function RuleEditor(props: { readonly rule: AlarmRuleText }): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => text().alertsPage;
  const [draft, setDraft] = createSignal(props.rule.text);
  const [run, setRun] = createSignal<DryRun | null>(null);
  const [fault, setFault] = createSignal<string | null>(null);
  let asking: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(asking));

  async function start(): Promise<void> {
    setFault(null);
    const reply = await api.startDryRun(draft());
    if (!reply.ok) {
      // The lines of the text that are wrong are what helps here.
      setFault(reply.failure.code === "config-invalid" ? reply.failure.detail : reasonText(reply.failure));
      return;
    }
    setRun(reply.value);
    asking = setTimeout(() => void ask(reply.value.id), askEveryMs);
  }
  async function ask(id: string): Promise<void> {
    const reply = await api.dryRun(id);
    if (reply.ok) setRun(reply.value);
    if (reply.ok && reply.value.state === "running") asking = setTimeout(() => void ask(id), askEveryMs);
    if (!reply.ok) {
      setRun(null);
      setFault(reasonText(reply.failure));
    }
  }
  const result = () => run()?.result ?? null;
  const moment = (atMs: number) => momentTime(atMs, feed.nowMs(), firstZone(list), true);
  const episodes = () => {
    const told = result();
    if (told === null) return [];
    return [
      ...told.gone.map((episode) => ({ mark: t().goneMark, episode })),
      ...told.added.map((episode) => ({ mark: t().addedMark, episode })),
      ...told.changed.map(({ after }) => ({ mark: t().changedMark, episode: after })),
    ].slice(0, 100);
  };
  return (
    <div class="editor">
      <h3>{t().tryOut}</h3>
      <p>{t().tryText}</p>
      <textarea
        class="ta code"
        aria-label={t().editor}
        spellcheck={false}
        rows={14}
        value={draft()}
        onInput={({ currentTarget }) => setDraft(currentTarget.value)}
      />
      <div class="row">
        <button
          type="button"
          class="btn primary"
          data-testid="dry-run"
          disabled={run()?.state === "running"}
          onClick={() => void start()}
        >
          {run()?.state === "running" ? t().running : t().dryRun}
        </button>
        <button
          type="button"
          class="btn"
          onClick={() => saveFile(`${props.rule.id}.yaml`, "text/yaml;charset=utf-8", draft())}
        >
          {t().saveFile}
        </button>
      </div>
      <p class="note">{t().saveHint}</p>
      <Show when={fault() ?? run()?.problem}>
        {(says) => (
          <pre class="notsent" role="alert">
            {says()}
          </pre>
        )}
      </Show>
      <Show when={result()}>
        {(told) => (
          <div role="status" data-testid="dry-run-result">
            <p>
              <b>{t().result(told().same, told().gone.length, told().added.length, told().changed.length)}</b>
              <Show when={(told().journalFromMs ?? 0) > told().fromMs}>
                {" "}
                {t().reach(moment(told().journalFromMs ?? 0))}
              </Show>
            </p>
            <ul class="tl">
              <For each={episodes()}>
                {({ mark, episode }) => (
                  <li>
                    <time class="num">{moment(episode.sinceMs)}</time>
                    <span>
                      {mark} · P{episode.priority} {list.boiler(episode.sourceId)?.name ?? episode.sourceId}{" "}
                      {episode.returnedAtMs === null
                        ? ""
                        : formatSpan(episode.returnedAtMs - episode.sinceMs)}
                    </span>
                  </li>
                )}
              </For>
            </ul>
          </div>
        )}
      </Show>
    </div>
  );
}
