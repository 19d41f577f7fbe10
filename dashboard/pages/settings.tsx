import { For, type JSX, Match, Show, Switch } from "solid-js";
import type { RoleText } from "../../contracts/http/session.ts";
import { AccountPanel } from "../panels/account-panel.tsx";
import { AuditPanel } from "../panels/audit-panel.tsx";
import { ConfigPanel } from "../panels/config-panel.tsx";
import { PlantPanel, RetentionPanel } from "../panels/plant-panel.tsx";
import { TokensPanel } from "../panels/tokens-panel.tsx";
import { UsersPanel } from "../panels/users-panel.tsx";
import { query, setQuery } from "../router.tsx";
import { session } from "../session.ts";
import { manageText } from "../texts/manage.ts";
import "../styles/manage.css";

const tabs = ["account", "users", "tokens", "plant", "configuration", "retention", "audit"] as const;

/** What can be set, and where what cannot be set here is. */
export function SettingsPage(): JSX.Element {
  const t = () => manageText().settings;
  const tab = () => tabs.find((each) => each === query("tab")) ?? "account";
  const role = (): RoleText => {
    const now = session();
    return now.kind === "in" ? now.role : "viewer";
  };
  return (
    <div class="col">
      <div class="idbar">
        <fieldset class="seg">
          <legend class="vh">{t().title}</legend>
          <For each={tabs}>
            {(each) => (
              <button
                type="button"
                aria-pressed={tab() === each}
                onClick={() => setQuery({ tab: each === "account" ? "" : each })}
              >
                {t().tabs[each]}
              </button>
            )}
          </For>
        </fieldset>
      </div>
      <Switch fallback={<AccountPanel />}>
        <Match when={tab() === "users"}>
          <Show when={role() === "admin"} fallback={<p class="note">{t().needsAdmin}</p>}>
            <UsersPanel />
          </Show>
        </Match>
        <Match when={tab() === "tokens"}>
          <TokensPanel mayGive={role() === "engineer" || role() === "admin"} />
        </Match>
        <Match when={tab() === "plant"}>
          <PlantPanel />
        </Match>
        <Match when={tab() === "configuration"}>
          <ConfigPanel />
        </Match>
        <Match when={tab() === "retention"}>
          <RetentionPanel />
        </Match>
        <Match when={tab() === "audit"}>
          <Show when={role() === "admin"} fallback={<p class="note">{t().needsAdmin}</p>}>
            <AuditPanel />
          </Show>
        </Match>
      </Switch>
    </div>
  );
}
