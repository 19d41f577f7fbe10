import { createSignal, For, type JSX, Show } from "solid-js";
import type {
  ConfigFileText,
  ConfigVersionText,
  ProbeText,
  ProbeWish,
} from "../../contracts/http/configuration.ts";
import { asked } from "../asked.ts";
import { configApi } from "../config-api.ts";
import { type ConfigDesk, type Fault, isWithin } from "../config-draft.ts";
import { useDesk } from "../desk.ts";
import { formatNumber } from "../format.ts";
import { Loaded } from "../loaded.tsx";
import { firstZone } from "../sources.ts";
import { configText } from "../texts/config.ts";
import { manageText } from "../texts/manage.ts";
import { momentTime } from "../time.ts";
import { type ConfigField, ConfigForm, Faults } from "./config-form.tsx";
import { plantFileOf } from "./config-things.tsx";
import { Field, Form } from "./form.tsx";

type Register = Readonly<Record<"point" | "table" | "address" | "type" | "scale" | "unit", unknown>>;
interface MapContent {
  readonly id?: string;
  readonly title?: string;
  readonly addressBase?: unknown;
  readonly registers?: readonly Register[];
}

const tables = ["holding", "input", "coil", "discrete"] as const;

/** The texts themselves, for whoever would rather write; all files, or those of one kind of rules. */
export function FilesPart(props: { readonly desk: ConfigDesk; readonly only: string | null }): JSX.Element {
  const t = configText();
  const files = () =>
    props.desk.shown.files.filter(
      ({ content }) => props.only === null || (content as { kind?: string } | null)?.kind === props.only,
    );
  const [open, setOpen] = createSignal<string | null>(null);
  return (
    <section class="panel" aria-label={t.parts.files}>
      <ul class="files">
        <For each={files()}>
          {(file) => (
            <li>
              <details onToggle={({ currentTarget }) => currentTarget.open && setOpen(file.name)}>
                <summary>
                  <code>{file.name}</code> <Show when={file.shipped}>{t.shipped}</Show>
                </summary>
                <Show when={open() === file.name || undefined}>
                  <Show when={file.shipped} fallback={<TextForm desk={props.desk} file={file.name} />}>
                    <pre>{file.text}</pre>
                    <Show when={file.kind === "rules"}>
                      <CopyForm desk={props.desk} file={file} folder="rules" button={t.add.limits} />
                    </Show>
                  </Show>
                </Show>
              </details>
            </li>
          )}
        </For>
      </ul>
      <Show when={props.only === null}>
        <NewFile desk={props.desk} />
      </Show>
    </section>
  );
}

function TextForm(props: { readonly desk: ConfigDesk; readonly file: string }): JSX.Element {
  const t = configText();
  const [draft, setDraft] = createSignal(props.desk.textOf(props.file));
  const [faults, setFaults] = createSignal<readonly Fault[]>([]);
  async function send() {
    const reply = await props.desk.add({ files: [{ name: props.file, text: draft() }] }, null);
    // Written whole, it is gathered with its faults: they stand here by their lines, and keep it from being accepted.
    if (reply.ok) setFaults(props.desk.draft()?.faults.filter(({ file }) => file === props.file) ?? []);
    return reply;
  }
  return (
    <Form button={t.gather} send={send} done={() => {}}>
      <textarea
        class="ta code"
        aria-label={`${t.text}, ${props.file}`}
        spellcheck={false}
        rows={24}
        value={draft()}
        onInput={({ currentTarget }) => setDraft(currentTarget.value)}
      />
      <Faults faults={faults()} />
    </Form>
  );
}

function NewFile(props: { readonly desk: ConfigDesk }): JSX.Element {
  const t = configText();
  const [name, setName] = createSignal("");
  const [draft, setDraft] = createSignal("");
  return (
    <Form
      button={t.gather}
      send={() => props.desk.add({ files: [{ name: name(), text: draft() }] }, null)}
      done={() => {
        setName("");
        setDraft("");
      }}
    >
      <Field name={t.newFile} rule={t.newFileRule}>
        {({ id, rule }) => (
          <input
            id={id}
            aria-describedby={rule}
            autocomplete="off"
            required
            value={name()}
            onInput={(event) => setName(event.currentTarget.value.trim())}
          />
        )}
      </Field>
      <textarea
        class="ta code"
        aria-label={t.text}
        spellcheck={false}
        rows={8}
        value={draft()}
        onInput={({ currentTarget }) => setDraft(currentTarget.value)}
      />
    </Form>
  );
}

/** A file that comes with Fluewatch, under an id of one's own. */
function CopyForm(props: {
  readonly desk: ConfigDesk;
  readonly file: ConfigFileText;
  readonly folder: "devices" | "rules";
  readonly button: string;
}): JSX.Element {
  const t = configText();
  const [id, setId] = createSignal("");
  const copy = () =>
    props.desk.add(
      {
        files: [
          { name: `${props.folder}/${id()}.yaml`, text: props.file.text.replace(/^id: .*$/m, `id: ${id()}`) },
        ],
      },
      null,
    );
  return (
    <Form button={props.button} send={copy} done={() => setId("")}>
      <Field name={t.newId} rule={t.idRule}>
        {(ids) => (
          <input
            id={ids.id}
            aria-describedby={ids.rule}
            autocomplete="off"
            required
            pattern="[a-z0-9][a-z0-9\-]*"
            value={id()}
            onInput={(event) => setId(event.currentTarget.value)}
          />
        )}
      </Field>
    </Form>
  );
}

/** Device maps with their registers; those of one's own can be changed, and grow by what a probe finds. */
export function MapsPart(props: { readonly desk: ConfigDesk }): JSX.Element {
  const t = configText();
  const files = props.desk.shown.files.filter(({ kind }) => kind === "devices");
  return (
    <>
      <For each={files}>{(file) => <DeviceMap desk={props.desk} file={file} />}</For>
      <Probe desk={props.desk} own={files.filter(({ shipped }) => !shipped)} />
      <p class="note">{t.probeNote}</p>
    </>
  );
}

function DeviceMap(props: { readonly desk: ConfigDesk; readonly file: ConfigFileText }): JSX.Element {
  const t = configText();
  const content = props.file.content as MapContent | null;
  const [isAdding, setAdding] = createSignal(false);
  const registers = content?.registers ?? [];
  const fields: readonly ConfigField[] = [
    { path: ["point"], label: t.point, kind: "text", required: true },
    { path: ["table"], label: t.table, kind: "text", options: tables, required: true },
    { path: ["address"], label: t.address, kind: "number", required: true },
    { path: ["type"], label: t.type, kind: "text", required: true },
    { path: ["wordOrder"], label: t.wordOrder, kind: "text", options: ["ABCD", "CDAB", "BADC", "DCBA"] },
    { path: ["scale"], label: t.scale, kind: "number" },
    { path: ["unit"], label: t.unit, kind: "text" },
  ];
  return (
    <details class="panel">
      <summary>
        <b>{content?.id ?? props.file.name}</b> {content?.title}{" "}
        <span class="dim">
          {registers.length} {t.registers}
          <Show when={props.file.shipped}> · {t.shipped}</Show>
        </span>
      </summary>
      <div class="st">
        <table>
          <thead>
            <tr>
              <For each={fields}>{({ label }) => <th>{label}</th>}</For>
              <th />
            </tr>
          </thead>
          <tbody>
            <For each={registers}>
              {(register, index) => (
                <tr>
                  <For each={fields}>
                    {({ path: [key] }) => <td>{String(register[key as keyof Register] ?? "")}</td>}
                  </For>
                  <td class="acts">
                    <Show when={!props.file.shipped}>
                      <button
                        type="button"
                        class="btn sm"
                        onClick={() =>
                          void props.desk.add(
                            { edits: [{ file: props.file.name, path: ["registers", index()] }] },
                            null,
                          )
                        }
                      >
                        {t.remove}
                        <span class="vh"> {String(register.point)}</span>
                      </button>
                    </Show>
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
      <Show
        when={!props.file.shipped}
        fallback={<CopyForm desk={props.desk} file={props.file} folder="devices" button={t.add.map} />}
      >
        <Show
          when={isAdding()}
          fallback={
            <p class="act">
              <button type="button" class="btn" onClick={() => setAdding(true)}>
                {t.register}
              </button>
            </p>
          }
        >
          <ConfigForm
            desk={props.desk}
            file={props.file.name}
            at={["registers", nextRegister(props.desk, props.file)]}
            thing={null}
            fields={fields}
            done={() => setAdding(false)}
            cancel={() => setAdding(false)}
          />
        </Show>
      </Show>
    </details>
  );
}

/** Behind those that are there and those that have been gathered. */
function nextRegister(desk: ConfigDesk, file: ConfigFileText): number {
  const there = (file.content as MapContent | null)?.registers?.length ?? 0;
  const added = desk
    .gathered()
    .edits.filter(
      (edit) =>
        edit.file === file.name &&
        edit.value !== undefined &&
        edit.path.length === 2 &&
        isWithin(edit.path, ["registers"]),
    );
  return there + added.length;
}

/** Reads some registers of a device once, shows what they may mean, and puts what fits into a map. */
function Probe(props: { readonly desk: ConfigDesk; readonly own: readonly ConfigFileText[] }): JSX.Element {
  const t = configText();
  const lines = (plantFileOf(props.desk).content.gateways ?? [])
    .flatMap((gateway) => gateway.lines ?? [])
    .filter(({ host }) => host !== undefined);
  const [wish, setWish] = createSignal({
    ...{ host: lines[0]?.host ?? "", port: String(lines[0]?.port ?? 502) },
    ...{ unitId: "1", table: "holding", address: "0", count: "2", point: "" },
  });
  const [found, setFound] = createSignal<ProbeText | null>(null);
  const [into, setInto] = createSignal(props.own[0]?.name ?? "");
  const write = (key: keyof ReturnType<typeof wish>, value: string) => setWish({ ...wish(), [key]: value });

  async function send() {
    const { host, table, point, ...numbers } = wish();
    const asking: ProbeWish = {
      ...{ host: host.trim(), table: table as ProbeWish["table"] },
      ...{ port: Number(numbers.port), unitId: Number(numbers.unitId) },
      ...{ address: Number(numbers.address), count: Number(numbers.count) },
      ...(point.trim() !== "" && { point: point.trim() }),
    };
    const reply = await configApi.probe(asking);
    setFound(reply.ok ? reply.value : null);
    return reply;
  }

  function take({ point, address, type, wordOrder, scale }: ProbeText["candidates"][number]): void {
    const file = props.own.find(({ name }) => name === into());
    if (file === undefined) return;
    const base = Number((file.content as MapContent | null)?.addressBase ?? 0);
    const value = {
      ...{ point, table: wish().table, address: address + (Number.isNaN(base) ? 0 : base), type },
      ...(wordOrder !== "ABCD" && { wordOrder }),
      ...(scale !== 1 && { scale }),
    };
    const edit = { file: file.name, path: ["registers", nextRegister(props.desk, file)], value };
    void props.desk.add({ edits: [edit] }, null);
  }

  const box = (key: keyof ReturnType<typeof wish>, label: string, required = true) => (
    <Field name={label}>
      {({ id }) => (
        <input
          id={id}
          autocomplete="off"
          required={required}
          value={wish()[key]}
          onInput={(event) => write(key, event.currentTarget.value)}
        />
      )}
    </Field>
  );
  return (
    <section class="panel" aria-labelledby="probe" data-testid="probe">
      <header>
        <h2 id="probe">{t.probe}</h2>
      </header>
      <Form button={t.read} send={send} done={() => {}}>
        {box("host", t.host)}
        {box("port", t.port)}
        {box("unitId", t.unitId)}
        <Field name={t.table}>
          {({ id }) => (
            <select
              id={id}
              value={wish().table}
              onChange={(event) => write("table", event.currentTarget.value)}
            >
              <For each={tables}>{(each) => <option value={each}>{each}</option>}</For>
            </select>
          )}
        </Field>
        {box("address", t.address)}
        {box("count", t.count)}
        {box("point", t.only, false)}
      </Form>
      <Show when={found()}>
        {(reply) => (
          <>
            <p class="say" role="status">
              {reply().refusal === null
                ? t.answered(reply().words.join(" "))
                : t.refused(reply().refusal ?? "")}
            </p>
            <Show when={reply().candidates.length > 0}>
              <Show when={props.own.length > 0}>
                <p class="say">
                  <label>
                    {t.mapFor}{" "}
                    <select value={into()} onChange={(event) => setInto(event.currentTarget.value)}>
                      <For each={props.own}>{({ name }) => <option value={name}>{name}</option>}</For>
                    </select>
                  </label>
                </p>
              </Show>
              <div class="st">
                <table aria-label={t.means}>
                  <thead>
                    <tr>
                      <th>{t.point}</th>
                      <th class="r">{t.value}</th>
                      <th class="r">{t.address}</th>
                      <th>{t.type}</th>
                      <th>{t.wordOrder}</th>
                      <th class="r">{t.scale}</th>
                      <th />
                    </tr>
                  </thead>
                  <tbody>
                    <For each={reply().candidates}>
                      {(each) => (
                        <tr>
                          <th scope="row">{each.point}</th>
                          <td class="num">{formatNumber(each.value, 2)}</td>
                          <td class="num">{each.address}</td>
                          <td>{each.type}</td>
                          <td>{each.wordOrder}</td>
                          <td class="num">{each.scale}</td>
                          <td class="acts">
                            <Show when={props.own.length > 0}>
                              <button type="button" class="btn sm" onClick={() => take(each)}>
                                {t.takeIt}
                                <span class="vh">
                                  {" "}
                                  {each.point} {each.type}
                                </span>
                              </button>
                            </Show>
                          </td>
                        </tr>
                      )}
                    </For>
                  </tbody>
                </table>
              </div>
            </Show>
          </>
        )}
      </Show>
    </section>
  );
}

/** Every version: who, when and why, what it said, and the way back. */
export function VersionsPart(props: { readonly desk: ConfigDesk }): JSX.Element {
  const { feed, list } = useDesk();
  const t = configText();
  const [cursor, setCursor] = createSignal<string | null>(null);
  const found = asked(() => configApi.versions(cursor()));
  const [why, setWhy] = createSignal<string | null>(null);

  async function back({ version }: ConfigVersionText): Promise<void> {
    const reply = await configApi.version(version);
    if (!reply.ok) {
      setWhy(reply.failure.detail);
      return;
    }
    const was = new Map(reply.value.files.map(({ name, text }) => [name, text]));
    const own = (files: readonly ConfigFileText[]) =>
      files.filter(({ shipped }) => !shipped).map(({ name }) => name);
    const names = [...new Set([...own(props.desk.shown.files), ...own(reply.value.files)])];
    props.desk.discard();
    const added = await props.desk.add(
      { files: names.map((name) => ({ name, text: was.get(name) ?? null })) },
      null,
    );
    setWhy(added.ok ? null : added.failure.detail);
  }

  return (
    <section class="panel" aria-label={t.parts.versions}>
      <Show when={why()}>
        {(says) => (
          <p class="wrong say" role="alert">
            {says()}
          </p>
        )}
      </Show>
      <Loaded of={found}>
        {(page) => (
          <>
            <div class="st">
              <table data-testid="config-versions">
                <thead>
                  <tr>
                    <th>{t.version}</th>
                    <th>{t.when}</th>
                    <th>{t.by}</th>
                    <th>{t.comment}</th>
                    <th>{t.changed}</th>
                    <th />
                  </tr>
                </thead>
                <tbody>
                  <For each={page().versions}>
                    {(version) => (
                      <tr>
                        <th scope="row">{version.version}</th>
                        <td class="num nw">{momentTime(version.atMs, feed.nowMs(), firstZone(list))}</td>
                        <td>{version.by}</td>
                        <td>{version.comment}</td>
                        <td class="code">{version.changed.join(", ")}</td>
                        <td class="acts">
                          <Show when={version.hash !== props.desk.shown.hash}>
                            <button type="button" class="btn sm" onClick={() => void back(version)}>
                              {t.back}
                              <span class="vh">: {t.backNote(version.version)}</span>
                            </button>
                          </Show>
                        </td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
            </div>
            <Show when={page().nextCursor}>
              {(next) => (
                <p class="act">
                  <button
                    type="button"
                    class="btn"
                    onClick={() => {
                      setCursor(next());
                      void found.load();
                    }}
                  >
                    {manageText().older}
                  </button>
                </p>
              )}
            </Show>
          </>
        )}
      </Loaded>
    </section>
  );
}
