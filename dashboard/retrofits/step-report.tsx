import { createSignal, For, type JSX, Show } from "solid-js";
import type { OpenPoint } from "../../contracts/http/retrofit-result.ts";
import { labelOf } from "../texts/texts.ts";
import { Part, TextField } from "./fields.tsx";
import { type OpenProject, retrofitApi } from "./project.ts";
import { words } from "./texts.ts";

const shownHere = ["verdict", "closing", "again"];
const when = (atMs: number) => new Date(atMs).toLocaleString("sv-SE").slice(0, 16);

/** What stands against a release, the release itself, and what is handed over. */
export function ReportStep(props: { readonly open: OpenProject }): JSX.Element {
  const { open } = props;
  const points = () => {
    const outcome = open.result()?.outcome;
    return outcome?.kind === "figures" ? outcome.openPoints : [];
  };
  return (
    <>
      <For each={open.sections().filter(({ id }) => id === "verdict")}>{(part) => <Part {...part} />}</For>
      <Points open={open} points={points()} />
      <Closing open={open} />
      <Release open={open} points={points()} />
      <Files open={open} />
      <For each={open.sections().filter(({ id }) => shownHere.includes(id) && id !== "verdict")}>
        {(part) => <Part {...part} />}
      </For>
      <Versions open={open} />
    </>
  );
}

function Points(props: { readonly open: OpenProject; readonly points: readonly OpenPoint[] }): JSX.Element {
  const t = words;
  const undecided = () => props.points.filter(({ decision }) => decision === null).length;
  return (
    <section class="panel" data-testid="retrofit-checks">
      <header>
        <h2>{t().contradictions}</h2>
        <p>{t().open(undecided())}</p>
      </header>
      <ul class="lines">
        <For each={props.points}>{(point) => <Point open={props.open} point={point} />}</For>
      </ul>
    </section>
  );
}

function Point(props: { readonly open: OpenProject; readonly point: OpenPoint }): JSX.Element {
  const t = words;
  const [reason, setReason] = createSignal("");
  function decide(): void {
    props.open.change(({ evidence }) => {
      evidence.decisions = [
        ...evidence.decisions.filter(({ check }) => check !== props.point.id),
        { check: props.point.id, reason: reason() },
      ];
    });
    void props.open.save();
  }
  return (
    <li data-testid="retrofit-point">
      <b>{labelOf(props.point.title)}</b> {labelOf(props.point.says)}
      <Show when={props.point.decision}>
        {(decision) => (
          <p class="note">
            {decision().reason} ({decision().author})
          </p>
        )}
      </Show>
      <Show when={props.point.decision === null && props.open.isOpen()}>
        <div class="form tight">
          <TextField label={t().decision} value={reason()} set={setReason} />
          <button
            type="button"
            class="btn sm"
            disabled={reason().trim() === "" || props.open.busy()}
            onClick={decide}
          >
            {t().decide}
          </button>
        </div>
      </Show>
    </li>
  );
}

const toldParts = ["statusBefore", "statusAfter", "obstacles", "advice"] as const;
const attachedParts = ["photos", "measurements", "contracts", "tenders"] as const;

/** What a programme's closing report asks for and no meter knows: written down until the release. */
function Closing(props: { readonly open: OpenProject }): JSX.Element {
  const t = words;
  const { open } = props;
  const now = () =>
    open.document().evidence.closing ?? {
      statusBefore: "",
      statusAfter: "",
      obstacles: "",
      advice: "",
      attached: { photos: "", measurements: "", contracts: "", tenders: "" },
    };
  const change = (more: Partial<ReturnType<typeof now>>) => {
    const next = { ...now(), ...more };
    open.change(({ evidence }) => {
      evidence.closing = next;
    });
  };
  return (
    <Show when={open.isOpen()}>
      <section class="panel" data-testid="retrofit-closing">
        <header>
          <h2>{t().closing}</h2>
        </header>
        <div class="form">
          <For each={toldParts}>
            {(part) => (
              <TextField
                label={t().closingParts[part]}
                lines={2}
                value={now()[part]}
                set={(value) => change({ [part]: value })}
              />
            )}
          </For>
          <For each={attachedParts}>
            {(part) => (
              <TextField
                label={t().closingParts[part]}
                lines={2}
                value={now().attached[part]}
                set={(value) => change({ attached: { ...now().attached, [part]: value } })}
              />
            )}
          </For>
        </div>
        <div class="acts in">
          <button type="button" class="btn" disabled={open.busy()} onClick={() => void open.save()}>
            {t().save}
          </button>
        </div>
      </section>
    </Show>
  );
}

function Release(props: { readonly open: OpenProject; readonly points: readonly OpenPoint[] }): JSX.Element {
  const t = words;
  const { open } = props;
  const [title, setTitle] = createSignal("");
  const [reason, setReason] = createSignal("");
  const current = () => open.project()?.current;
  const isReady = () =>
    current()?.state === "computed" &&
    open.isOpen() &&
    open.result()?.outcome.kind === "figures" &&
    props.points.every(({ decision }) => decision !== null);
  return (
    <section class="panel" data-testid="retrofit-release">
      <header>
        <h2>{t().release}</h2>
      </header>
      <Show when={current()?.state === "released"}>
        <p class="note pad">
          {t().released(current()?.releasedBy ?? "", when(current()?.releasedAtMs ?? 0))}
        </p>
      </Show>
      <Show when={isReady()}>
        <div class="form tight">
          <TextField
            label={t().releaseName}
            hint={t().releaseHint(labelOf(open.document().title))}
            value={title()}
            set={setTitle}
          />
          <button
            type="button"
            class="btn primary"
            disabled={open.busy()}
            onClick={() => void open.release(title())}
            data-testid="retrofit-do-release"
          >
            {t().release}
          </button>
        </div>
      </Show>
      <Show when={current() !== undefined && current()?.state !== "draft"}>
        <div class="form tight">
          <TextField label={t().reason} value={reason()} set={setReason} />
          <button
            type="button"
            class="btn sm"
            disabled={reason().trim() === "" || open.busy()}
            onClick={() => void open.revise(reason()).then((done) => done && setReason(""))}
          >
            {t().revise}
          </button>
        </div>
      </Show>
    </section>
  );
}

function Files(props: { readonly open: OpenProject }): JSX.Element {
  const t = words;
  const { open } = props;
  const [link, setLink] = createSignal("");
  const [verified, setVerified] = createSignal<boolean | null>(null);
  const base = () => `/api/v1/retrofits/${open.id()}`;
  async function makeLink(): Promise<void> {
    const reply = await retrofitApi.link(open.id() ?? "");
    if (reply.ok) setLink(new URL(reply.value.path, location.href).href);
  }
  async function verify(): Promise<void> {
    const reply = await retrofitApi.verify(open.id() ?? "");
    setVerified(reply.ok ? reply.value.same : false);
  }
  return (
    <Show when={open.result()?.outcome.kind === "figures"}>
      <section class="panel" data-testid="retrofit-files">
        <header>
          <h2>{t().files}</h2>
        </header>
        <div class="acts in start">
          <For
            each={
              [
                ["en", t().english],
                ["zh-TW", t().chinese],
              ] as const
            }
          >
            {([lang, name]) => (
              <>
                <a class="btn sm" target="_blank" rel="noreferrer" href={`${base()}/report?lang=${lang}`}>
                  {t().html} · {name}
                </a>
                <a
                  class="btn sm"
                  target="_blank"
                  rel="noreferrer"
                  href={`${base()}/report?lang=${lang}&format=pdf`}
                >
                  {t().pdf} · {name}
                </a>
              </>
            )}
          </For>
          <a class="btn sm" href={`${base()}/rows?format=csv`}>
            {t().csv}
          </a>
          <a class="btn sm" href={`${base()}/report?format=json`}>
            {t().json}
          </a>
          <button type="button" class="btn sm" onClick={() => void verify()}>
            {t().verify}
          </button>
          <Show when={open.project()?.current.state === "released"}>
            <button type="button" class="btn sm" title={t().linkHint} onClick={() => void makeLink()}>
              {t().link}
            </button>
          </Show>
          <output data-testid="retrofit-verified">
            {verified() === null ? "" : verified() ? t().verified : t().differs}
          </output>
          <Show when={link()}>
            <input
              class="lk"
              readonly
              value={link()}
              aria-label={t().link}
              onFocus={(event) => event.currentTarget.select()}
            />
          </Show>
        </div>
      </section>
    </Show>
  );
}

function Versions(props: { readonly open: OpenProject }): JSX.Element {
  const t = words;
  return (
    <section class="panel">
      <header>
        <h2>{t().history}</h2>
      </header>
      <ul class="lines">
        <For each={props.open.project()?.events ?? []}>
          {(event) => (
            <li>
              <span class="nw num">{when(event.atMs)}</span> {t().version(event.version)}:{" "}
              {t().event[event.kind]} ({event.by}){event.reason === null ? "" : `: ${event.reason}`}
            </li>
          )}
        </For>
      </ul>
    </section>
  );
}
