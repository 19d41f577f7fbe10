import { For, type JSX, Match, Switch } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { LiveBoiler } from "../../contracts/live.ts";
import { query, setQuery } from "../router.tsx";
import { text } from "../texts/texts.ts";
import { BoilerSettings } from "./boiler-settings.tsx";
import { LimitsTable } from "./limits-panel.tsx";
import { NotesPanel } from "./notes-panel.tsx";
import { SensorsTable } from "./sensors-panel.tsx";

const tabs = ["notes", "sensors", "limits", "settings"] as const;

/** What is looked up about a boiler rather than watched. */
export function BoilerTabs(props: {
  readonly boiler: BoilerText;
  readonly reading: LiveBoiler | null;
  readonly writing: (focus: () => void) => void;
}): JSX.Element {
  const t = () => text().boiler;
  const tab = () => tabs.find((each) => each === query("tab")) ?? "notes";
  return (
    <section class="panel still" aria-label={t().tabs[tab()]} data-testid="boiler-tabs">
      <div class="tabs">
        <For each={tabs}>
          {(each) => (
            <button
              type="button"
              aria-current={tab() === each ? "page" : undefined}
              onClick={() => setQuery({ tab: each === "notes" ? "" : each })}
            >
              {t().tabs[each]}
            </button>
          )}
        </For>
      </div>
      <Switch fallback={<NotesPanel boiler={props.boiler} writing={props.writing} />}>
        <Match when={tab() === "sensors"}>
          <SensorsTable boiler={props.boiler} reading={props.reading} />
        </Match>
        <Match when={tab() === "limits"}>
          <LimitsTable boiler={props.boiler} />
        </Match>
        <Match when={tab() === "settings"}>
          <BoilerSettings boiler={props.boiler} />
        </Match>
      </Switch>
    </section>
  );
}
