import { createSignal, For, type JSX, Show } from "solid-js";
import type { AlarmText } from "../../contracts/http/alarms.ts";
import { priorities } from "../../domain/alarms/alarm.ts";
import { bulkFault, csvOf, saveFile } from "../alert-filter.ts";
import { Icon } from "../charts/icons.tsx";
import { useDesk } from "../desk.ts";
import { query, setQuery } from "../router.tsx";
import { mayAct } from "../session.ts";
import { siteName } from "../sources.ts";
import { text } from "../texts/texts.ts";
import { acknowledge } from "./acknowledge-button.tsx";

interface BarProps {
  /** What is chosen for acknowledging at once. */
  readonly selected: readonly AlarmText[];
  readonly clear: () => void;
  readonly shown: readonly AlarmText[];
  readonly bulk: boolean;
}

/** Above the list: acknowledge what is selected, look for something, take it away as a file. */
export function AlertBar(props: BarProps): JSX.Element {
  const desk = useDesk();
  const { list } = desk;
  const t = () => text().alertsPage;
  const [said, say] = createSignal("");
  const fault = () => bulkFault(props.selected);
  const why = () => {
    const wrong = fault();
    return wrong === null ? undefined : t()[wrong];
  };

  async function acknowledgeAll(): Promise<void> {
    const selected = props.selected;
    let done = 0;
    for (const alarm of selected) if (await acknowledge(desk, alarm, "")) done += 1;
    say(done === selected.length ? "" : t().selectedSome(done, selected.length));
    props.clear();
  }

  return (
    <div class="bar">
      <Show when={props.bulk && mayAct()}>
        <button
          type="button"
          class="btn sm primary"
          data-testid="acknowledge-selected"
          disabled={props.selected.length === 0 || fault() !== null}
          title={why()}
          onClick={() => void acknowledgeAll()}
        >
          {t().selected(props.selected.length)}
        </button>
      </Show>
      <label class="field find">
        <Icon of="search" size={14} />
        <span class="vh">{t().search}</span>
        <input
          id="search"
          type="search"
          placeholder={t().search}
          value={query("q")}
          onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>{t().priority}</span>
        <select
          value={query("priority")}
          onChange={({ currentTarget }) => setQuery({ priority: currentTarget.value })}
        >
          <option value="">{t().allPriorities}</option>
          <For each={priorities}>{(priority) => <option value={priority}>{priority}</option>}</For>
        </select>
      </label>
      <Show when={list.sites().length > 1}>
        <label class="field">
          <span>{t().site}</span>
          <select
            value={query("site")}
            onChange={({ currentTarget }) => setQuery({ site: currentTarget.value })}
          >
            <option value="">{t().allSites}</option>
            <For each={list.sites()}>{({ id }) => <option value={id}>{siteName(list, id)}</option>}</For>
          </select>
        </label>
      </Show>
      <span class="end">
        <span role="status">{why() ?? said()}</span>
        <button
          type="button"
          class="btn sm"
          data-testid="csv"
          disabled={props.shown.length === 0}
          onClick={() => saveFile("alerts.csv", "text/csv;charset=utf-8", csvOf(props.shown, list))}
        >
          {t().csv}
        </button>
      </span>
    </div>
  );
}
