import { createEffect, createSignal, For, type JSX, on, Show } from "solid-js";
import type { AuditEntryText } from "../../contracts/http/audit.ts";
import { type Failure, reasonText } from "../api.ts";
import { useDesk } from "../desk.ts";
import { save } from "../download.ts";
import { manageApi } from "../manage-api.ts";
import { manageText } from "../texts/manage.ts";
import { momentTime } from "../time.ts";

const kinds = ["alarm.", "user.", "token.", "session.", "limits.", "configuration.", "readings."] as const;

/** Who did what, newest first, page by page. */
export function AuditPanel(): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => manageText().settings.audit;
  const c = () => t().columns;
  const [entries, setEntries] = createSignal<readonly AuditEntryText[]>([]);
  const [cursor, setCursor] = createSignal<string | null>(null);
  const [failure, setFailure] = createSignal<Failure | null>(null);
  const [kind, setKind] = createSignal("");
  const zone = () => list.sites()[0]?.timeZone ?? "UTC";

  async function load(from: string | null): Promise<void> {
    const of = kind();
    const reply = await manageApi.audit(from, of);
    if (of !== kind()) return;
    setFailure(reply.ok ? null : reply.failure);
    if (!reply.ok) return;
    setEntries((before) => (from === null ? reply.value.entries : [...before, ...reply.value.entries]));
    setCursor(reply.value.nextCursor);
  }
  createEffect(on(kind, () => void load(null)));

  async function keepAnchor(): Promise<void> {
    const reply = await manageApi.auditAnchor();
    if (!reply.ok) {
      setFailure(reply.failure);
      return;
    }
    const { seq, hash } = reply.value;
    save(`fluewatch-audit-anchor-${seq}.jsonl`, `${JSON.stringify({ seq, hash })}\n`, "application/jsonl");
  }

  const further = (detail: AuditEntryText["detail"]) =>
    Object.entries(detail)
      .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
      .join(" · ");
  return (
    <section class="panel" aria-labelledby="audit">
      <header>
        <h2 id="audit">{manageText().settings.tabs.audit}</h2>
        <p>{t().note}</p>
        <span class="end">
          <label class="field">
            {t().filter}
            <select value={kind()} onChange={(event) => setKind(event.currentTarget.value)}>
              <option value="">{t().all}</option>
              <For each={kinds}>{(each) => <option value={each}>{each.slice(0, -1)}</option>}</For>
            </select>
          </label>
          <button type="button" class="btn sm" title={t().anchorTitle} onClick={() => void keepAnchor()}>
            {t().anchor}
          </button>
        </span>
      </header>
      <Show when={failure()}>
        {(why) => (
          <p class="advn wrong" role="alert">
            {manageText().failed(reasonText(why()))}
          </p>
        )}
      </Show>
      <Show when={entries().length > 0} fallback={<p class="advn">{t().noneYet}</p>}>
        <div class="st" tabindex="0">
          <table data-testid="audit">
            <thead>
              <tr>
                <th class="r">#</th>
                <th>{c().when}</th>
                <th>{c().by}</th>
                <th>{c().action}</th>
                <th>{c().subject}</th>
                <th>{c().detail}</th>
              </tr>
            </thead>
            <tbody>
              <For each={entries()}>
                {(entry) => (
                  <tr>
                    <td class="r num">{entry.seq}</td>
                    <td class="num nw">{momentTime(entry.atMs, feed.nowMs(), zone(), true)}</td>
                    <th scope="row">{entry.by}</th>
                    <td>{entry.action}</td>
                    <td class="m">{entry.subject}</td>
                    <td class="m">{further(entry.detail)}</td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </div>
        <Show when={cursor()}>
          {(from) => (
            <p class="advn">
              <button type="button" class="btn sm" onClick={() => void load(from())}>
                {manageText().older}
              </button>
            </p>
          )}
        </Show>
      </Show>
    </section>
  );
}
