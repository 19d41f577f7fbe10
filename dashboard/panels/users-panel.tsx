import { createSignal, For, type JSX, Match, Show, Switch } from "solid-js";
import type { RoleText } from "../../contracts/http/session.ts";
import type { UserText } from "../../contracts/http/users.ts";
import { asked } from "../asked.ts";
import { useDesk } from "../desk.ts";
import { Loaded } from "../loaded.tsx";
import { manageApi } from "../manage-api.ts";
import { manageText } from "../texts/manage.ts";
import { text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";
import { Field, Form, SitesField, sitesText } from "./form.tsx";

const roles = ["viewer", "operator", "engineer", "admin"] as const;
type Doing = { readonly name: string; readonly what: "edit" | "setPassword" | "remove" };

/** Who may sign in: added, changed, given a password, removed. */
export function UsersPanel(): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => manageText().settings.users;
  const c = () => t().columns;
  const found = asked(manageApi.users);
  const [doing, setDoing] = createSignal<Doing | null>(null);
  const zone = () => list.sites()[0]?.timeZone ?? "UTC";
  const done = () => {
    setDoing(null);
    void found.load();
  };
  return (
    <>
      <section class="panel" aria-labelledby="users">
        <header>
          <h2 id="users">{manageText().settings.tabs.users}</h2>
          <p>{t().note}</p>
        </header>
        <Loaded of={found}>
          {(reply) => (
            <div class="st">
              <table data-testid="users">
                <thead>
                  <tr>
                    <th>{c().name}</th>
                    <th>{c().role}</th>
                    <th>{c().sites}</th>
                    <th>{c().signIn}</th>
                    <th>{c().changed}</th>
                    <th />
                  </tr>
                </thead>
                <tbody>
                  <For each={reply().users}>
                    {(user) => (
                      <>
                        <tr>
                          <th scope="row">{user.name}</th>
                          <td>
                            {text().role[user.role]} <span class="dim">{t().roles[user.role]}</span>
                          </td>
                          <td>{sitesText(user.sites)}</td>
                          <td>{user.hasPassword ? t().byPassword : t().byLink}</td>
                          <td class="num nw">{momentTime(user.changedAtMs, feed.nowMs(), zone())}</td>
                          <td class="acts">
                            <For each={["edit", "setPassword", "remove"] as const}>
                              {(what) => (
                                <button
                                  type="button"
                                  class="btn sm"
                                  onClick={() => setDoing({ name: user.name, what })}
                                >
                                  {t()[what]}
                                  <span class="vh"> {user.name}</span>
                                </button>
                              )}
                            </For>
                          </td>
                        </tr>
                        <Show when={doing()?.name === user.name ? doing() : null} keyed>
                          {({ what }) => (
                            <tr class="more">
                              <td colspan="6">
                                <Switch>
                                  <Match when={what === "edit"}>
                                    <ChangeForm user={user} done={done} cancel={() => setDoing(null)} />
                                  </Match>
                                  <Match when={what === "setPassword"}>
                                    <PasswordForm
                                      name={user.name}
                                      done={done}
                                      cancel={() => setDoing(null)}
                                    />
                                  </Match>
                                  <Match when={what === "remove"}>
                                    <RemoveForm name={user.name} done={done} cancel={() => setDoing(null)} />
                                  </Match>
                                </Switch>
                              </td>
                            </tr>
                          )}
                        </Show>
                      </>
                    )}
                  </For>
                </tbody>
              </table>
            </div>
          )}
        </Loaded>
      </section>
      <AddForm done={done} />
    </>
  );
}

function RoleField(props: {
  readonly role: RoleText;
  readonly choose: (role: RoleText) => void;
}): JSX.Element {
  const t = () => manageText().settings.users;
  return (
    <Field name={t().role} rule={t().roles[props.role]}>
      {({ id, rule }) => (
        <select
          id={id}
          aria-describedby={rule}
          value={props.role}
          onChange={(event) => props.choose(event.currentTarget.value as RoleText)}
        >
          <For each={roles}>{(each) => <option value={each}>{text().role[each]}</option>}</For>
        </select>
      )}
    </Field>
  );
}

interface Ends {
  readonly done: () => void;
  readonly cancel: () => void;
}

function Cancel(props: { readonly cancel: () => void }): JSX.Element {
  return (
    <button type="button" class="btn" onClick={() => props.cancel()}>
      {manageText().cancel}
    </button>
  );
}

function ChangeForm(props: { readonly user: UserText } & Ends): JSX.Element {
  const [role, setRole] = createSignal(props.user.role);
  const [sites, setSites] = createSignal<readonly string[] | null>(props.user.sites);
  return (
    <Form
      button={manageText().settings.users.save}
      send={() => manageApi.changeUser(props.user.name, { role: role(), sites: copied(sites()) })}
      done={props.done}
      aside={<Cancel cancel={props.cancel} />}
    >
      <RoleField role={role()} choose={setRole} />
      <SitesField chosen={sites()} choose={setSites} />
    </Form>
  );
}

function PasswordForm(props: { readonly name: string } & Ends): JSX.Element {
  const t = () => manageText().settings;
  const [password, setPassword] = createSignal("");
  return (
    <Form
      button={t().users.setPassword}
      send={() => manageApi.setPassword(props.name, password())}
      done={props.done}
      aside={<Cancel cancel={props.cancel} />}
    >
      <PasswordField value={password()} type={setPassword} />
    </Form>
  );
}

function PasswordField(props: {
  readonly value: string;
  readonly type: (value: string) => void;
}): JSX.Element {
  const t = () => manageText().settings;
  return (
    <Field name={t().users.password} rule={t().account.rule}>
      {({ id, rule }) => (
        <input
          id={id}
          aria-describedby={rule}
          type="password"
          autocomplete="new-password"
          required
          minlength="12"
          value={props.value}
          onInput={(event) => props.type(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function RemoveForm(props: { readonly name: string } & Ends): JSX.Element {
  const t = () => manageText().settings.users;
  const [typed, setTyped] = createSignal("");
  return (
    <Form
      button={t().remove}
      send={async () =>
        typed() === props.name
          ? manageApi.removeUser(props.name)
          : { ok: false, failure: { code: "request-invalid", detail: t().removeAsk(props.name) } }
      }
      done={props.done}
      aside={<Cancel cancel={props.cancel} />}
    >
      <Field name={t().removeAsk(props.name)}>
        {({ id }) => (
          <input
            id={id}
            autocomplete="off"
            value={typed()}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        )}
      </Field>
    </Form>
  );
}

function AddForm(props: { readonly done: () => void }): JSX.Element {
  const t = () => manageText().settings.users;
  const [name, setName] = createSignal("");
  const [password, setPassword] = createSignal("");
  const [role, setRole] = createSignal<RoleText>("operator");
  const [sites, setSites] = createSignal<readonly string[] | null>(null);
  const send = () =>
    manageApi.addUser({ name: name(), password: password(), role: role(), sites: copied(sites()) });
  const done = () => {
    setName("");
    setPassword("");
    props.done();
  };
  return (
    <section class="panel" aria-labelledby="add-user">
      <header>
        <h2 id="add-user">{t().add}</h2>
      </header>
      <Form button={t().add} send={send} done={done}>
        <Field name={t().name} rule={t().nameRule}>
          {({ id, rule }) => (
            <input
              id={id}
              aria-describedby={rule}
              required
              autocomplete="off"
              maxlength="64"
              pattern="[a-z0-9][a-z0-9._@\-]*"
              value={name()}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <PasswordField value={password()} type={setPassword} />
        <RoleField role={role()} choose={setRole} />
        <SitesField chosen={sites()} choose={setSites} />
      </Form>
    </section>
  );
}

const copied = (sites: readonly string[] | null) => (sites === null ? null : [...sites]);
