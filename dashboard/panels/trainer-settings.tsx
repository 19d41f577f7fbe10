import { For, type JSX } from "solid-js";
import type { LiveBoiler } from "../../contracts/live.ts";
import type { TrainerBoiler, TrainerChange, TrainerControls } from "../../contracts/trainer.ts";
import { formatNumber } from "../format.ts";
import { text } from "../texts/texts.ts";
import { Slider } from "./slider.tsx";

interface TrainerSettingsProps {
  readonly boiler: TrainerBoiler;
  readonly reading: LiveBoiler | null;
  readonly disabled: boolean;
  readonly change: (change: TrainerChange) => Promise<boolean>;
}

/** What is asked of the boiler and what is wrong with it, as sliders and switches. */
export function TrainerSettings(props: TrainerSettingsProps): JSX.Element {
  const t = () => text().trainer;
  const controls = () => props.boiler.controls;
  const set = (changed: Partial<TrainerControls>) => props.change({ set: changed });
  const percent = (value: number) => `${formatNumber(value, 0)} %`;
  const signed = (value: number) => `${value > 0 ? "+" : ""}${formatNumber(value, 1)}`;
  /** Where the profile holds the load now, as far as its instrument tells. */
  const loadNow = () => Math.min(130, Math.max(0, Math.round(props.reading?.values["loadPercent"] ?? 100)));

  return (
    <section class="panel" aria-labelledby="trainer-settings" data-testid="trainer-settings">
      <header>
        <h2 id="trainer-settings">{t().settings}</h2>
        <p>{t().settingsNote}</p>
      </header>
      <div class="tset">
        <Slider
          name={t().load}
          value={controls().loadPercent ?? loadNow()}
          min={0}
          max={130}
          step={1}
          disabled={props.disabled || controls().loadPercent === null}
          written={percent}
          send={(loadPercent) => set({ loadPercent })}
          testId="trainer-load"
        >
          <label class="slc">
            <input
              type="checkbox"
              class="cb"
              checked={controls().loadPercent === null}
              disabled={props.disabled}
              onChange={async (event) => {
                const box = event.currentTarget;
                const taken = await set({ loadPercent: box.checked ? null : loadNow() });
                if (!taken) box.checked = controls().loadPercent === null;
              }}
            />
            {t().asProfile}
          </label>
        </Slider>
        <Slider
          name={t().o2Trim}
          note={t().o2TrimNote}
          value={controls().o2TrimPercent}
          min={-5}
          max={10}
          step={0.1}
          disabled={props.disabled}
          written={(value) => t().points(signed(value))}
          send={(o2TrimPercent) => set({ o2TrimPercent })}
          testId="trainer-o2-trim"
        />
        <Slider
          name={t().airLeak}
          note={t().airLeakNote}
          value={controls().airLeakPercent}
          min={0}
          max={100}
          step={1}
          disabled={props.disabled}
          written={percent}
          send={(airLeakPercent) => set({ airLeakPercent })}
          testId="trainer-air-leak"
        />
        <Slider
          name={t().fouling}
          note={t().foulingNote}
          value={controls().foulingPercent}
          min={0}
          max={60}
          step={1}
          disabled={props.disabled}
          written={percent}
          send={(foulingPercent) => set({ foulingPercent })}
          testId="trainer-fouling"
        />
        <Switched
          name={t().damper}
          choices={["auto", "stuck"] as const}
          labels={t().dampers}
          chosen={controls().damper}
          disabled={props.disabled}
          choose={(damper) => void set({ damper })}
        />
        <Switched
          name={t().burner}
          choices={["auto", "off", "lockout"] as const}
          labels={t().burners}
          chosen={controls().burner}
          disabled={props.disabled}
          choose={(burner) => void set({ burner })}
        />
      </div>
    </section>
  );
}

function Switched<C extends string>(props: {
  readonly name: string;
  readonly choices: readonly C[];
  readonly labels: Readonly<Record<C, string>>;
  readonly chosen: C;
  readonly disabled: boolean;
  readonly choose: (choice: C) => void;
}): JSX.Element {
  return (
    <fieldset class="sw">
      <legend>{props.name}</legend>
      <div class="seg">
        <For each={props.choices}>
          {(choice) => (
            <button
              type="button"
              aria-pressed={props.chosen === choice}
              disabled={props.disabled}
              onClick={() => props.choose(choice)}
            >
              {props.labels[choice]}
            </button>
          )}
        </For>
      </div>
    </fieldset>
  );
}
