import { createResource, createSignal, type JSX, Show } from "solid-js";
import { api, reasonText } from "../api.ts";
import { Logo } from "../charts/icons.tsx";
import { LanguageButton, ThemeButton } from "../panels/preference-buttons.tsx";
import { query } from "../router.tsx";
import { session, signIn } from "../session.ts";
import { text } from "../texts/texts.ts";

type Wrong = { readonly where: "user" | "password" | "form"; readonly says: () => string };

/** The door. What was typed stays, and what is wrong is said beside the field it is about. */
export function SignInPage(): JSX.Element {
  const t = () => text().signIn;
  const [user, setUser] = createSignal("");
  const [password, setPassword] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [wrong, setWrong] = createSignal<Wrong | null>(null);
  const wrongAt = (where: Wrong["where"]) => (wrong()?.where === where ? wrong()?.says() : undefined);
  const [ways] = createResource(() => api.signInWays());
  const service = () => {
    const reply = ways();
    return reply?.ok ? reply.value.oidc : null;
  };
  const whyHere = () => {
    if (query("why") === "vouched") return t().vouched;
    const now = session();
    return now.kind === "out" && now.why !== "first" ? t()[now.why] : null;
  };

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (user().trim() === "") return void setWrong({ where: "user", says: () => t().userEmpty });
    if (password() === "") return void setWrong({ where: "password", says: () => t().passwordEmpty });
    setBusy(true);
    setWrong(null);
    const failure = await signIn(user().trim(), password());
    setBusy(false);
    if (failure === null) return;
    if (failure.code === "sign-in-failed") setWrong({ where: "password", says: () => t().wrong });
    else if (failure.code === "unreachable") setWrong({ where: "form", says: () => t().unreachable });
    else setWrong({ where: "form", says: () => reasonText(failure) });
  }

  return (
    <main class="door" id="main">
      <form class="panel" data-testid="sign-in" onSubmit={(event) => void submit(event)} noValidate>
        <div class="tools">
          <span class="brand">
            <Logo />
            <span>Fluewatch</span>
          </span>
          <span>
            <LanguageButton />
            <ThemeButton />
          </span>
        </div>
        <h1 class="vh">{t().title}</h1>
        <Show when={whyHere()}>{(why) => <p>{why()}</p>}</Show>
        <label>
          {t().user}
          <input
            name="user"
            autocomplete="username"
            autofocus
            value={user()}
            aria-invalid={wrongAt("user") !== undefined}
            aria-describedby="user-wrong"
            onInput={({ currentTarget }) => setUser(currentTarget.value)}
          />
        </label>
        <span class="wrong" id="user-wrong" role="alert">
          {wrongAt("user")}
        </span>
        <label>
          {t().password}
          <input
            name="password"
            type="password"
            autocomplete="current-password"
            value={password()}
            aria-invalid={wrongAt("password") !== undefined}
            aria-describedby="password-wrong"
            onInput={({ currentTarget }) => setPassword(currentTarget.value)}
          />
        </label>
        <span class="wrong" id="password-wrong" role="alert">
          {wrongAt("password")}
        </span>
        <button type="submit" class="btn primary" disabled={busy()}>
          {busy() ? t().busy : t().submit}
        </button>
        <span class="wrong" role="alert">
          {wrongAt("form")}
        </span>
        <Show when={service()}>
          {(by) => (
            // Another page of the server's: the browser itself goes there, and on to the service.
            <a class="btn" href="/api/v1/session/oidc" data-testid="sign-in-service">
              {t().by(by().label)}
            </a>
          )}
        </Show>
      </form>
    </main>
  );
}
