import { type JSX, onMount } from "solid-js";
import { allowSingleKeys, singleKeys } from "../preferences.ts";
import { text } from "../texts/texts.ts";

/** Every key there is, and the switch for those that a slip of the finger could press. */
export function KeysDialog(props: { readonly close: () => void }): JSX.Element {
  const t = () => text().keys;
  let dialog: HTMLDialogElement | undefined;
  onMount(() => dialog?.showModal());
  return (
    <dialog ref={dialog} class="panel" onClose={() => props.close()} aria-label={t().title}>
      <header>
        <h2>{t().title}</h2>
        <span class="end">
          <button type="button" class="btn sm ghost" onClick={() => dialog?.close()}>
            {text().close} <kbd>Esc</kbd>
          </button>
        </span>
      </header>
      <div>
        <dl class="keys">
          <dt>
            <kbd>/</kbd>
          </dt>
          <dd>{t().search}</dd>
          <dt>
            <kbd>g</kbd> <kbd>f</kbd> <kbd>b</kbd> <kbd>a</kbd> <kbd>c</kbd> <kbd>r</kbd> <kbd>p</kbd>{" "}
            <kbd>d</kbd> <kbd>s</kbd>
          </dt>
          <dd>{t().go}</dd>
          <dt>
            <kbd>j</kbd> <kbd>k</kbd>
          </dt>
          <dd>{t().rows}</dd>
          <dt>
            <kbd>Enter</kbd>
          </dt>
          <dd>{t().open}</dd>
          <dt>
            <kbd>a</kbd>
          </dt>
          <dd>{t().acknowledge}</dd>
          <dt>
            <kbd>s</kbd>
          </dt>
          <dd>{t().shelve}</dd>
          <dt>
            <kbd>n</kbd>
          </dt>
          <dd>{t().note}</dd>
          <dt>
            <kbd>[</kbd> <kbd>]</kbd>
          </dt>
          <dd>{t().shift}</dd>
          <dt>
            <kbd>-</kbd> <kbd>+</kbd>
          </dt>
          <dd>{t().zoom}</dd>
          <dt>
            <kbd>Space</kbd>
          </dt>
          <dd>{t().pause}</dd>
          <dt>
            <kbd>t</kbd>
          </dt>
          <dd>{t().theme}</dd>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>{t().help}</dd>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>{t().escape}</dd>
        </dl>
        <label>
          <input
            type="checkbox"
            class="cb"
            checked={singleKeys()}
            onChange={({ currentTarget }) => allowSingleKeys(currentTarget.checked)}
          />
          {t().single}
        </label>
      </div>
    </dialog>
  );
}
