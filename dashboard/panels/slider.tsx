import { createSignal, createUniqueId, type JSX, onCleanup, Show } from "solid-js";

/** A slide of the finger is many moves; the last one of a rest counts. */
const restMs = 300;

interface SliderProps {
  readonly name: string;
  readonly note?: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly disabled: boolean;
  readonly written: (value: number) => string;
  /** What is sent once the slider rests; the slider shows its own value until that is answered. */
  readonly send: (value: number) => Promise<unknown>;
  readonly testId?: string;
  readonly children?: JSX.Element;
}

/** A number that is set by sliding: sent on release, or when the slider has rested. */
export function Slider(props: SliderProps): JSX.Element {
  const id = createUniqueId();
  const [draft, setDraft] = createSignal<number | null>(null);
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let sent: number | null = null;
  onCleanup(() => clearTimeout(waiting));

  function move(value: number): void {
    setDraft(value);
    clearTimeout(waiting);
    waiting = setTimeout(() => void send(value), restMs);
  }

  async function send(value: number): Promise<void> {
    clearTimeout(waiting);
    if (sent === value) return;
    sent = value;
    await props.send(value);
    if (sent === value) sent = null;
    if (draft() === value) setDraft(null);
  }

  const shown = () => draft() ?? props.value;
  return (
    <div class="sl">
      <label for={id}>{props.name}</label>
      <output class="num" for={id}>
        {props.written(shown())}
      </output>
      <input
        id={id}
        type="range"
        min={Math.min(props.min, props.value)}
        max={Math.max(props.max, props.value)}
        step={props.step}
        value={shown()}
        disabled={props.disabled}
        aria-valuetext={props.written(shown())}
        data-testid={props.testId}
        onInput={(event) => move(event.currentTarget.valueAsNumber)}
        onChange={(event) => {
          if (draft() !== null) void send(event.currentTarget.valueAsNumber);
        }}
      />
      <div class="sln">
        <Show when={props.note}>{(note) => <span>{note()}</span>}</Show>
        {props.children}
      </div>
    </div>
  );
}
