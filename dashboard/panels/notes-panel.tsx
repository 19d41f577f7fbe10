import { createSignal, For, type JSX, onCleanup, Show } from "solid-js";
import type { BoilerText } from "../../contracts/http/boilers.ts";
import type { NoteText } from "../../contracts/http/notes.ts";
import { api, type Failure, reasonText } from "../api.ts";
import { useDesk } from "../desk.ts";
import { mayAct } from "../session.ts";
import { zoneOf } from "../sources.ts";
import { text } from "../texts/texts.ts";
import { momentTime } from "../time.ts";
import { Skeleton } from "./message.tsx";

/** Others write, too. */
const askEveryMs = 30_000;

/** What people have written down about the boiler, newest first, and where to write more. */
export function NotesPanel(props: {
  readonly boiler: BoilerText;
  /** Called with what puts the cursor where a note is written. */
  readonly writing: (focus: () => void) => void;
}): JSX.Element {
  const { feed, list } = useDesk();
  const t = () => text().boiler.notes;
  const [notes, setNotes] = createSignal<readonly NoteText[] | null>(null);
  const [cursor, setCursor] = createSignal<string | null>(null);
  const [failure, setFailure] = createSignal<Failure | null>(null);
  const [draft, setDraft] = createSignal("");
  const [sending, setSending] = createSignal(false);

  async function load(from: string | null): Promise<void> {
    const reply = await api.notes(props.boiler.id, from);
    setFailure(reply.ok ? null : reply.failure);
    if (!reply.ok) return;
    const { notes: page, nextCursor } = reply.value;
    if (from !== null) {
      setNotes((before) => [...(before ?? []), ...page]);
      setCursor(nextCursor);
      return;
    }
    // What has been paged to stays; what is new comes before it.
    const known = notes();
    const oldest = page.at(-1)?.id ?? 0;
    setNotes([...page, ...(known ?? []).filter(({ id }) => id < oldest)]);
    if (known === null) setCursor(nextCursor);
  }

  async function write(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (sending() || draft().trim() === "") return;
    setSending(true);
    const reply = await api.addNote(props.boiler.id, draft());
    setSending(false);
    setFailure(reply.ok ? null : reply.failure);
    if (!reply.ok) return;
    setDraft("");
    await load(null);
  }

  void load(null);
  const timer = setInterval(() => {
    if (!document.hidden && failure() === null) void load(null);
  }, askEveryMs);
  onCleanup(() => clearInterval(timer));

  return (
    <>
      <Show when={mayAct()}>
        <form class="note-form" onSubmit={(event) => void write(event)}>
          <textarea
            class="ta"
            ref={(area) => props.writing(() => area.focus())}
            aria-label={t().write}
            placeholder={t().hint}
            maxLength={2_000}
            value={draft()}
            onInput={({ currentTarget }) => setDraft(currentTarget.value)}
          />
          <button type="submit" class="btn primary" disabled={sending() || draft().trim() === ""}>
            {t().add}
          </button>
        </form>
      </Show>
      <Show when={failure()}>
        {(why) => (
          <div class="failed" role="alert">
            <span>{t().failed(reasonText(why()))}</span>
            <button type="button" class="btn sm" onClick={() => void load(null)}>
              {text().retry}
            </button>
          </div>
        )}
      </Show>
      <Show when={notes()} fallback={<Skeleton rows={2} height={32} />}>
        {(found) => (
          <Show when={found().length > 0} fallback={<p class="say dim">{t().none}</p>}>
            <ol class="notes" data-testid="notes">
              <For each={found()}>
                {(note) => (
                  <li>
                    <span class="dim num">
                      {momentTime(note.atMs, feed.nowMs(), zoneOf(list, props.boiler.siteId))} · {note.by}
                    </span>
                    <p>{note.text}</p>
                  </li>
                )}
              </For>
            </ol>
          </Show>
        )}
      </Show>
      <Show when={cursor()}>
        {(from) => (
          <p class="say">
            <button type="button" class="btn sm" onClick={() => void load(from())}>
              {t().older}
            </button>
          </p>
        )}
      </Show>
    </>
  );
}
