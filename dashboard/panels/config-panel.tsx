import { createSignal, For, type JSX, Match, Show, Switch } from "solid-js";
import type { ConfigurationText } from "../../contracts/http/configuration.ts";
import { asked } from "../asked.ts";
import { configApi } from "../config-api.ts";
import { type ConfigDesk, configDesk } from "../config-draft.ts";
import { useDesk } from "../desk.ts";
import { Loaded } from "../loaded.tsx";
import { query, setQuery } from "../router.tsx";
import { mayEngineer, session } from "../session.ts";
import { firstZone } from "../sources.ts";
import { configText } from "../texts/config.ts";
import { momentTime } from "../time.ts";
import { ConfigChanges } from "./config-changes.tsx";
import { FilesPart, MapsPart, VersionsPart } from "./config-files.tsx";
import { BoilersPart, DevicesPart, PointsPart } from "./config-things.tsx";

const parts = ["boilers", "points", "devices", "maps", "limits", "files", "versions"] as const;

/** The configuration as engineers change it: gathered, looked at, accepted as a version; and every version before. */
export function ConfigPanel(): JSX.Element {
  const mayAll = () => {
    const now = session();
    return now.kind === "in" && now.sites === null && mayEngineer();
  };
  return (
    <Show when={mayAll()} fallback={<p class="note">{configText().needsEngineer}</p>}>
      <Whole />
    </Show>
  );
}

function Whole(): JSX.Element {
  const found = asked(configApi.now);
  return (
    <Loaded of={found}>
      {(shown) => (
        // Another set of files is another desk: what was gathered is changes of the one before.
        <Show when={shown()} keyed>
          {(now: ConfigurationText) => {
            const desk = configDesk(now);
            return <Parts desk={desk} again={() => void found.load()} />;
          }}
        </Show>
      )}
    </Loaded>
  );
}

function Parts(props: { readonly desk: ConfigDesk; readonly again: () => void }): JSX.Element {
  const { feed, list } = useDesk();
  const t = configText;
  const part = () => parts.find((each) => each === query("part")) ?? "boilers";
  const now = () => props.desk.shown;
  const [isTaking, setTaking] = createSignal(false);
  return (
    <>
      <p class="note">
        {t().about(
          now().running.version,
          now().running.by,
          momentTime(now().running.atMs, feed.nowMs(), firstZone(list)),
        )}{" "}
        <Show when={now().restart.length > 0}>{t().restart(now().restart.join(", "))} </Show>
        {now().readOnly}
      </p>
      <Show when={now().differs}>
        <p class="note">
          {t().differs}{" "}
          <button
            type="button"
            class="btn sm"
            onClick={() => {
              setTaking(true);
              void props.desk.add({}, null);
            }}
          >
            {t().take}
          </button>
        </p>
      </Show>
      <fieldset class="seg">
        <legend class="vh">{t().pending}</legend>
        <For each={parts}>
          {(each) => (
            <button
              type="button"
              aria-pressed={part() === each}
              onClick={() => setQuery({ part: each === "boilers" ? "" : each })}
            >
              {t().parts[each]}
            </button>
          )}
        </For>
      </fieldset>
      <ConfigChanges desk={props.desk} taking={isTaking()} again={props.again} />
      <Switch>
        <Match when={part() === "boilers"}>
          <BoilersPart desk={props.desk} />
        </Match>
        <Match when={part() === "points"}>
          <PointsPart desk={props.desk} />
        </Match>
        <Match when={part() === "devices"}>
          <DevicesPart desk={props.desk} />
        </Match>
        <Match when={part() === "maps"}>
          <MapsPart desk={props.desk} />
        </Match>
        <Match when={part() === "limits"}>
          <FilesPart desk={props.desk} only="limit-tables" />
        </Match>
        <Match when={part() === "files"}>
          <FilesPart desk={props.desk} only={null} />
        </Match>
        <Match when={part() === "versions"}>
          <VersionsPart desk={props.desk} />
        </Match>
      </Switch>
    </>
  );
}
