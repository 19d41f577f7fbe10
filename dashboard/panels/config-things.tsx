import { createSignal, For, type JSX, Show } from "solid-js";
import type { ConfigDesk, Path } from "../config-draft.ts";
import { configText } from "../texts/config.ts";
import { type ConfigField, ConfigForm, valueAt } from "./config-form.tsx";

interface Thing {
  readonly at: Path;
  readonly name: string;
  readonly value: unknown;
}

/** What the plant's own file says; read as what the server has checked it to be. */
export interface PlantContent {
  readonly sites?: readonly { readonly id: string; readonly boilers?: readonly { readonly id: string }[] }[];
  readonly points?: Readonly<Record<string, unknown>>;
  readonly gateways?: readonly {
    readonly id: string;
    readonly lines?: readonly { readonly id: string; readonly host?: string; readonly port?: number }[];
    readonly devices?: readonly { readonly id: string }[];
  }[];
}

export function plantFileOf({ shown }: ConfigDesk): {
  readonly name: string;
  readonly content: PlantContent;
} {
  const file = shown.files.find(({ kind }) => kind === "plant");
  return { name: file?.name ?? "", content: (file?.content ?? {}) as PlantContent };
}

/** Ids that files of a kind have: limit tables, device maps. */
export function idsOf({ shown }: ConfigDesk, kind: string): readonly string[] {
  const contents = shown.files.map(({ content }) => content as { kind?: string; id?: string } | null);
  return [...new Set(contents.flatMap((each) => (each?.kind === kind && each.id ? [each.id] : [])))];
}

function fuelIds({ shown }: ConfigDesk): readonly string[] {
  const files = shown.files.map(({ content }) => content as { fuels?: { id: string }[] } | null);
  return [...new Set(files.flatMap((file) => file?.fuels?.map(({ id }) => id) ?? []))];
}

/** A table of things, each with its form, and one for a new one. */
function Things(props: {
  readonly desk: ConfigDesk;
  readonly title: string;
  readonly things: readonly Thing[];
  readonly columns: readonly ConfigField[];
  readonly fields: readonly ConfigField[];
  readonly groups?: readonly string[];
  readonly addText: string;
  /** Where a new one is put; each choice by its name. */
  readonly places: readonly { readonly name: string; readonly at: Path }[];
  readonly newFields?: readonly ConfigField[];
}): JSX.Element {
  const t = configText;
  const { name: file } = plantFileOf(props.desk);
  const [open, setOpen] = createSignal<string | null>(null);
  const [place, setPlace] = createSignal(0);
  const [made, setMade] = createSignal(0);
  const close = () => setOpen(null);
  return (
    <>
      <section class="panel" aria-label={props.title}>
        <div class="st">
          <table>
            <thead>
              <tr>
                <For each={props.columns}>{({ label }) => <th>{label}</th>}</For>
                <th />
              </tr>
            </thead>
            <tbody>
              <For each={props.things}>
                {(thing) => (
                  <>
                    <tr>
                      <For each={props.columns}>
                        {({ path }, index) =>
                          index() === 0 ? (
                            <th scope="row">{thing.name}</th>
                          ) : (
                            <td>{String(valueAt(thing.value, path) ?? "")}</td>
                          )
                        }
                      </For>
                      <td class="acts">
                        <button type="button" class="btn sm" onClick={() => setOpen(String(thing.at))}>
                          {t().edit}
                          <span class="vh"> {thing.name}</span>
                        </button>
                        <button
                          type="button"
                          class="btn sm"
                          onClick={() =>
                            void props.desk.add({ edits: [{ file, path: [...thing.at] }] }, null)
                          }
                        >
                          {t().remove}
                          <span class="vh"> {thing.name}</span>
                        </button>
                      </td>
                    </tr>
                    <Show when={open() === String(thing.at)}>
                      <tr class="more">
                        <td colspan={props.columns.length + 1}>
                          <ConfigForm
                            desk={props.desk}
                            file={file}
                            at={thing.at}
                            thing={thing.value}
                            fields={props.fields}
                            groups={props.groups ?? []}
                            done={close}
                            cancel={close}
                          />
                        </td>
                      </tr>
                    </Show>
                  </>
                )}
              </For>
            </tbody>
          </table>
        </div>
      </section>
      <Show when={props.places[place()]}>
        {(into) => (
          <section class="panel" aria-labelledby="add-thing">
            <header>
              <h2 id="add-thing">{props.addText}</h2>
              <Show when={props.places.length > 1}>
                <select
                  aria-label={props.addText}
                  value={String(place())}
                  onChange={(event) => setPlace(Number(event.currentTarget.value))}
                >
                  <For each={props.places}>
                    {({ name }, index) => <option value={String(index())}>{name}</option>}
                  </For>
                </select>
              </Show>
            </header>
            <Show when={`${place()} ${made()}`} keyed>
              <ConfigForm
                desk={props.desk}
                file={file}
                at={behindAdded(props.desk, file, into().at)}
                thing={null}
                fields={props.newFields ?? props.fields}
                done={() => setMade(made() + 1)}
                cancel={() => setMade(made() + 1)}
              />
            </Show>
          </section>
        )}
      </Show>
    </>
  );
}

/** The next free place of a list, behind what has been gathered for it. */
function behindAdded(desk: ConfigDesk, file: string, at: Path): Path {
  const last = at.at(-1);
  if (typeof last !== "number") return at;
  const list = at.slice(0, -1);
  const added = desk
    .gathered()
    .edits.filter(
      (edit) =>
        edit.file === file &&
        edit.value !== undefined &&
        edit.path.length === at.length &&
        String(edit.path.slice(0, -1)) === String(list) &&
        Number(edit.path.at(-1)) >= last,
    ).length;
  return [...list, last + added];
}

export function BoilersPart(props: { readonly desk: ConfigDesk }): JSX.Element {
  const t = configText();
  const sites = plantFileOf(props.desk).content.sites ?? [];
  const id: ConfigField = { path: ["id"], label: t.id, rule: t.idRule, kind: "text", required: true };
  const fields: readonly ConfigField[] = [
    { path: ["name"], label: t.name, kind: "text", required: true },
    { path: ["capacityTPerH"], label: t.capacity, kind: "number", required: true },
    {
      path: ["heatCarrier"],
      label: t.carrier,
      kind: "text",
      options: ["steam", "thermal-oil"],
      required: true,
    },
    { path: ["coalFiring"], label: t.coalFiring, kind: "text", options: ["fixed-bed", "fluidised-bed"] },
    {
      path: ["fuels"],
      label: t.fuels,
      rule: t.fuelsRule(fuelIds(props.desk).join(", ")),
      kind: "list",
      required: true,
    },
    { path: ["combustionAirTempC"], label: t.airTemp, kind: "number" },
    { path: ["limits"], label: t.profile, kind: "text", options: idsOf(props.desk, "limit-tables") },
    {
      path: ["emissionStandard"],
      label: t.standard,
      kind: "text",
      options: idsOf(props.desk, "emission-standard"),
    },
    { path: ["ownLimits", "airRatio"], label: t.ownAirRatio, kind: "number" },
    { path: ["ownLimits", "exhaustTempC"], label: t.ownExhaust, kind: "number" },
    { path: ["ownLimits", "source"], label: t.ownSource, kind: "text" },
    { path: ["ownLimits", "validFrom"], label: t.ownFrom, rule: t.dayRule, kind: "text" },
  ];
  const things = sites.flatMap((site, s) =>
    (site.boilers ?? []).map((boiler, b) => ({
      at: ["sites", s, "boilers", b],
      name: boiler.id,
      value: boiler,
    })),
  );
  return (
    <Things
      desk={props.desk}
      title={t.parts.boilers}
      things={things}
      columns={[
        id,
        ...fields.slice(0, 3),
        ...fields.slice(4, 5),
        ...fields.slice(6, 7),
        ...fields.slice(8, 9),
      ]}
      fields={fields}
      groups={["ownLimits"]}
      addText={t.add.boilers}
      places={sites.map((site, s) => ({
        name: site.id,
        at: ["sites", s, "boilers", site.boilers?.length ?? 0],
      }))}
      newFields={[id, ...fields]}
    />
  );
}

export function PointsPart(props: { readonly desk: ConfigDesk }): JSX.Element {
  const t = configText();
  const { name: file, content } = plantFileOf(props.desk);
  const [name, setName] = createSignal("");
  const fields: readonly ConfigField[] = [
    { path: ["unit"], label: t.unit, kind: "text", required: true },
    { path: ["range"], label: t.range, rule: t.rangeRule, kind: "list", required: true },
    { path: ["label", "en"], label: t.labelEn, kind: "text", required: true },
    { path: ["label", "zh-TW"], label: t.labelZh, kind: "text", required: true },
  ];
  const things = Object.entries(content.points ?? {}).map(([point, value]) => ({
    at: ["points", point],
    name: point,
    value,
  }));
  return (
    <>
      <Things
        desk={props.desk}
        title={t.parts.points}
        things={things}
        columns={[{ path: [], label: t.pointName, kind: "text" }, ...fields]}
        fields={fields}
        addText={t.add.points}
        places={[]}
      />
      <section class="panel" aria-labelledby="add-point">
        <header>
          <h2 id="add-point">{t.add.points}</h2>
        </header>
        <div class="form">
          <div class="fld">
            <label for="point-name">{t.pointName}</label>
            <input
              id="point-name"
              autocomplete="off"
              aria-describedby="point-rule"
              value={name()}
              onInput={(event) => setName(event.currentTarget.value.trim())}
            />
            <span id="point-rule" class="note">
              {t.pointRule}
            </span>
          </div>
        </div>
        <Show when={name()} keyed>
          {(point) => (
            <ConfigForm
              desk={props.desk}
              file={file}
              at={["points", point]}
              thing={null}
              fields={fields}
              done={() => setName("")}
              cancel={() => setName("")}
            />
          )}
        </Show>
      </section>
    </>
  );
}

export function DevicesPart(props: { readonly desk: ConfigDesk }): JSX.Element {
  const t = configText();
  const { content } = plantFileOf(props.desk);
  const gateways = content.gateways ?? [];
  const lines = [...new Set(gateways.flatMap((gateway) => gateway.lines?.map(({ id }) => id) ?? []))];
  const boilers = (content.sites ?? []).flatMap((site) => site.boilers?.map(({ id }) => id) ?? []);
  const id: ConfigField = { path: ["id"], label: t.id, rule: t.idRule, kind: "text", required: true };
  const fields: readonly ConfigField[] = [
    { path: ["line"], label: t.line, kind: "text", options: lines, required: true },
    { path: ["unitId"], label: t.unitId, kind: "number", required: true },
    { path: ["map"], label: t.map, kind: "text", options: idsOf(props.desk, "device-map"), required: true },
    { path: ["boiler"], label: t.boiler, kind: "text", options: boilers, required: true },
  ];
  const things = gateways.flatMap((gateway, g) =>
    (gateway.devices ?? []).map((device, d) => ({
      at: ["gateways", g, "devices", d],
      name: device.id,
      value: device,
    })),
  );
  return (
    <Things
      desk={props.desk}
      title={t.parts.devices}
      things={things}
      columns={[{ ...id, label: t.device }, ...fields]}
      fields={fields}
      addText={t.add.devices}
      places={gateways.map((gateway, g) => ({
        name: gateway.id,
        at: ["gateways", g, "devices", gateway.devices?.length ?? 0],
      }))}
      newFields={[id, ...fields]}
    />
  );
}
