import { createSignal, For, type JSX, Show } from "solid-js";
import type { RoleText } from "../../contracts/http/session.ts";
import type { TokenGiven, TokenText } from "../../contracts/http/tokens.ts";
import { asked } from "../asked.ts";
import { useDesk } from "../desk.ts";
import { Loaded } from "../loaded.tsx";
import { manageApi } from "../manage-api.ts";
import { manageText } from "../texts/manage.ts";
import { text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";
import { Field, Form, SitesField, sitesText } from "./form.tsx";

type Kind = TokenText["kind"];
const kinds: readonly Kind[] = ["api", "kiosk", "verifier"];
const roles = ["viewer", "operator", "engineer", "admin"] as const;

/** Tokens of programs, and links of wallboards and verifiers: given, shown once, taken back. */
export function TokensPanel(props: { readonly mayGive: boolean }): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => manageText().settings.tokens;
  const c = () => t().columns;
  const found = asked(manageApi.tokens);
  const [given, setGiven] = createSignal<TokenGiven | null>(null);
  const [asks, setAsks] = createSignal<string | null>(null);
  const zone = () => list.sites()[0]?.timeZone ?? "UTC";
  const when = (ms: number | null) => (ms === null ? t().never : momentTime(ms, feed.nowMs(), zone()));
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  return (
    <>
      <Show when={given()} keyed>
        {(made) => <Secret given={made} close={() => setGiven(null)} />}
      </Show>
      <section class="panel" aria-labelledby="tokens">
        <header>
          <h2 id="tokens">{manageText().settings.tabs.tokens}</h2>
          <p>{t().note}</p>
        </header>
        <Loaded of={found} rows={2}>
          {(reply) => (
            <Show when={reply().tokens.length > 0} fallback={<p class="advn">{t().noneYet}</p>}>
              <div class="st">
                <table data-testid="tokens">
                  <thead>
                    <tr>
                      <th>{c().label}</th>
                      <th>{c().kind}</th>
                      <th>{c().role}</th>
                      <th>{c().sites}</th>
                      <th>{c().by}</th>
                      <th>{c().ends}</th>
                      <th>{c().used}</th>
                      <th />
                    </tr>
                  </thead>
                  <tbody>
                    <For each={reply().tokens}>
                      {(token) => (
                        <tr>
                          <th scope="row">{token.label}</th>
                          <td>{t().kinds[token.kind]}</td>
                          <td>{text().role[token.role]}</td>
                          <td>{token.reportId ?? sitesText(token.sites)}</td>
                          <td>{token.createdBy}</td>
                          <td class="num nw">{day(token.expiresAtMs)}</td>
                          <td class="num nw">{when(token.usedAtMs)}</td>
                          <td class="acts">
                            <Show
                              when={asks() === token.id}
                              fallback={
                                <button type="button" class="btn sm" onClick={() => setAsks(token.id)}>
                                  {t().takeBack}
                                  <span class="vh"> {token.label}</span>
                                </button>
                              }
                            >
                              <Form
                                button={t().takeBack}
                                send={() => manageApi.takeBackToken(token.id)}
                                done={() => {
                                  setAsks(null);
                                  void found.load();
                                }}
                                aside={
                                  <button type="button" class="btn" onClick={() => setAsks(null)}>
                                    {manageText().cancel}
                                  </button>
                                }
                              >
                                <p>{t().takeBackAsk(token.label)}</p>
                              </Form>
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
      <Show when={props.mayGive} fallback={<p class="note">{t().needsRole}</p>}>
        <GiveForm
          given={(made) => {
            setGiven(made);
            void found.load();
          }}
        />
      </Show>
    </>
  );
}

function Secret(props: { readonly given: TokenGiven; readonly close: () => void }): JSX.Element {
  const t = () => manageText().settings.tokens;
  const [copied, setCopied] = createSignal(false);
  const shown = () => {
    const { secret, token } = props.given;
    return token.kind === "api" ? secret : `${location.origin}/?link=${secret}`;
  };
  const copy = async () => {
    await navigator.clipboard.writeText(shown());
    setCopied(true);
  };
  return (
    <section class="panel" role="status" data-testid="secret">
      <div class="say">
        <h2>{t().given}</h2>
        <pre>{shown()}</pre>
        <p class="act">
          <button type="button" class="btn primary" onClick={() => void copy()}>
            {copied() ? t().copied : t().copy}
          </button>
          <button type="button" class="btn" onClick={() => props.close()}>
            {manageText().close}
          </button>
        </p>
      </div>
    </section>
  );
}

function GiveForm(props: { readonly given: (made: TokenGiven) => void }): JSX.Element {
  const t = () => manageText().settings.tokens;
  const [label, setLabel] = createSignal("");
  const [kind, setKind] = createSignal<Kind>("api");
  const [role, setRole] = createSignal<RoleText>("viewer");
  const [sites, setSites] = createSignal<readonly string[] | null>(null);
  const [days, setDays] = createSignal(90);
  let made: TokenGiven | null = null;
  const send = async () => {
    const may = kind() === "api" ? role() : "viewer";
    const chosen = sites();
    const wish = { kind: kind(), label: label(), role: may, days: days() };
    const reply = await manageApi.giveToken({ ...wish, sites: chosen === null ? null : [...chosen] });
    if (reply.ok) made = reply.value;
    return reply;
  };
  const done = () => {
    setLabel("");
    if (made !== null) props.given(made);
  };
  return (
    <section class="panel" aria-labelledby="give-token">
      <header>
        <h2 id="give-token">{t().add}</h2>
      </header>
      <Form button={t().give} send={send} done={done}>
        <Field name={t().label}>
          {({ id }) => (
            <input
              id={id}
              required
              maxlength="56"
              autocomplete="off"
              value={label()}
              onInput={(event) => setLabel(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field name={t().kind} {...(kind() === "api" ? {} : { rule: t().reads })}>
          {({ id }) => (
            <select id={id} value={kind()} onChange={(event) => setKind(event.currentTarget.value as Kind)}>
              <For each={kinds}>{(each) => <option value={each}>{t().kinds[each]}</option>}</For>
            </select>
          )}
        </Field>
        <Show when={kind() === "api"}>
          <Field name={manageText().settings.users.role}>
            {({ id }) => (
              <select
                id={id}
                value={role()}
                onChange={(event) => setRole(event.currentTarget.value as RoleText)}
              >
                <For each={roles}>{(each) => <option value={each}>{text().role[each]}</option>}</For>
              </select>
            )}
          </Field>
        </Show>
        <SitesField
          chosen={sites()}
          choose={setSites}
          {...(kind() === "verifier" ? { rule: t().oneSite } : {})}
        />
        <Field name={t().days}>
          {({ id }) => (
            <input
              id={id}
              type="number"
              min="1"
              max="365"
              required
              value={days()}
              onInput={(event) => setDays(event.currentTarget.valueAsNumber)}
            />
          )}
        </Field>
      </Form>
    </section>
  );
}
