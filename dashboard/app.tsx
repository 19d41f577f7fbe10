import {
  createEffect,
  createMemo,
  createSignal,
  type JSX,
  lazy,
  Match,
  onCleanup,
  Show,
  Suspense,
  Switch,
} from "solid-js";
import { Dynamic } from "solid-js/web";
import { isActive, isUnacknowledged, wantsAcknowledgement } from "./alarms.ts";
import { reasonText } from "./api.ts";
import { Hatches } from "./charts/icons.tsx";
import { type Desk, DeskProvider, openDesk, useDesk } from "./desk.ts";
import { isOnRow, listenToKeys, moveRow, onKey } from "./keyboard.ts";
import { AlertsPage } from "./pages/alerts.tsx";
import { BoilerPage } from "./pages/boiler.tsx";
import { FirstRunPage } from "./pages/first-run.tsx";
import { FleetPage } from "./pages/fleet.tsx";
import { SignInPage } from "./pages/sign-in.tsx";
import { TrainerPage } from "./pages/trainer.tsx";
import { acknowledge } from "./panels/acknowledge-button.tsx";
import { Banners } from "./panels/banners.tsx";
import { KeysDialog } from "./panels/keys-dialog.tsx";
import { Message, Skeleton } from "./panels/message.tsx";
import { Rail } from "./panels/rail.tsx";
import { TopBar } from "./panels/top-bar.tsx";
import { switchTheme } from "./preferences.ts";
import { go, Link, path } from "./router.tsx";
import { session } from "./session.ts";
import { text } from "./texts/texts.ts";

// Loaded when they are opened: who looks at boilers need not wait for them.
const CompliancePage = lazy(async () => ({
  default: (await import("./pages/compliance.tsx")).CompliancePage,
}));
const DevicesPage = lazy(async () => ({ default: (await import("./pages/devices.tsx")).DevicesPage }));
const ReportsPage = lazy(async () => ({ default: (await import("./pages/reports.tsx")).ReportsPage }));
const SettingsPage = lazy(async () => ({ default: (await import("./pages/settings.tsx")).SettingsPage }));
/** Loaded when it is opened: whoever watches boilers does not pay for it. */
const RetrofitsPage = lazy(() =>
  import("./retrofits/page.tsx").then(({ RetrofitsPage: page }) => ({ default: page })),
);

/** The door or the desk: what is shown depends on whether somebody is signed in. */
export function App(): JSX.Element {
  return (
    <>
      <Hatches />
      <Switch>
        <Match when={session().kind === "out"}>
          <SignInPage />
        </Match>
        <Match when={session().kind === "in"}>
          <DeskProvider value={openDesk()}>
            <Shell />
          </DeskProvider>
        </Match>
      </Switch>
    </>
  );
}

function Shell(): JSX.Element {
  const desk = useDesk();
  const { list } = desk;
  const [keysShown, showKeys] = createSignal(false);
  const boilerId = createMemo(() => /^\/boilers\/([a-z0-9-]+)$/.exec(path())?.[1] ?? null);
  const boiler = createMemo(() => {
    const id = boilerId();
    return id === null ? null : list.boiler(id);
  });

  let lastId: string | null = null;
  createEffect(() => {
    lastId = boiler()?.id ?? lastId;
  });
  /** `/boilers` is no page of its own: it is the boiler that was open last, or the first. */
  createEffect(() => {
    if (path() !== "/boilers" || list.state() !== "ready") return;
    const first = list.boiler(lastId ?? "") ?? list.boilers()[0];
    go(first === undefined ? "/" : `/boilers/${first.id}`, { instead: true });
  });
  createEffect(() => {
    document.title = `${pageName(boiler()?.name ?? null)} · Fluewatch`;
  });
  useKeys(desk, () => showKeys(true));

  const managePage = () => {
    if (path() === "/compliance") return CompliancePage;
    if (path() === "/devices") return DevicesPage;
    if (path() === "/reports") return ReportsPage;
    return path() === "/settings" ? SettingsPage : null;
  };
  const failure = () => {
    const state = list.state();
    return typeof state === "object" ? state.failure : null;
  };
  return (
    <div class="frame">
      <a class="skip" href="#main">
        {text().skip}
      </a>
      <Rail />
      <div class="main">
        <TopBar boiler={boiler()} />
        <Banners />
        <main id="main" tabindex="-1">
          <Switch
            fallback={
              <Message title={text().failed.page} says={text().failed.pageText}>
                <Link href="/">{text().boiler.toFleet}</Link>
              </Message>
            }
          >
            <Match when={path() === "/alerts"}>
              <AlertsPage />
            </Match>
            <Match when={path() === "/retrofits" || path().startsWith("/retrofits/")}>
              <Suspense fallback={<Skeleton rows={6} height={60} />}>
                <RetrofitsPage />
              </Suspense>
            </Match>
            <Match when={failure()}>
              {(why) => (
                <Message title={text().failed.title} says={text().failed.text(reasonText(why()))}>
                  <button type="button" class="btn" onClick={() => void list.load()}>
                    {text().retry}
                  </button>
                </Message>
              )}
            </Match>
            <Match when={list.state() === "loading" || path() === "/boilers"}>
              <Skeleton rows={8} height={40} />
            </Match>
            <Match when={path() === "/trainer"}>
              <TrainerPage />
            </Match>
            <Match when={managePage()}>
              {(page) => (
                <Suspense fallback={<Skeleton rows={6} height={40} />}>
                  <Dynamic component={page()} />
                </Suspense>
              )}
            </Match>
            <Match when={list.boilers().length === 0}>
              <FirstRunPage />
            </Match>
            <Match when={path() === "/"}>
              <FleetPage />
            </Match>
            <Match when={boiler()}>{(open) => <BoilerPage boiler={open()} />}</Match>
            <Match when={boilerId() !== null}>
              <Message title={text().boiler.unknownTitle} says={text().boiler.unknownText}>
                <Link href="/">{text().boiler.toFleet}</Link>
              </Message>
            </Match>
          </Switch>
        </main>
      </div>
      <Show when={keysShown()}>
        <KeysDialog close={() => showKeys(false)} />
      </Show>
    </div>
  );
}

function pageName(boilerName: string | null): string {
  const { nav } = text();
  if (path() === "/alerts") return nav.alerts;
  if (path() === "/trainer") return nav.trainer;
  if (path() === "/compliance") return nav.compliance;
  if (path() === "/devices") return nav.devices;
  if (path() === "/settings") return nav.settings;
  if (path() === "/reports") return nav.reports;
  if (path().startsWith("/retrofits")) return nav.retrofits;
  return boilerName ?? nav.fleet;
}

/** The keys that mean the same on every page. */
function useKeys(desk: Desk, showKeys: () => void): void {
  const worst = () => desk.alarms.open().find(isUnacknowledged);
  /** Of the row that has the focus; else of the page; else the banner's. */
  const meant = () => {
    const row = document.activeElement?.closest<HTMLElement>("[data-boiler]")?.dataset["boiler"];
    const ofRow = desk.alarms.open().find((alarm) => alarm.sourceId === row && isActive(alarm));
    return ofRow ?? desk.chosen() ?? worst();
  };
  const undo = [
    listenToKeys(),
    onKey("g f", () => go("/")),
    onKey("g b", () => go("/boilers")),
    onKey("g a", () => go("/alerts")),
    onKey("g c", () => go("/compliance")),
    onKey("g d", () => go("/devices")),
    onKey("g s", () => go("/settings")),
    onKey("g r", () => go("/retrofits")),
    onKey("g p", () => go("/reports")),
    onKey("j", () => moveRow(1)),
    onKey("k", () => moveRow(-1)),
    onKey("ArrowDown", () => isOnRow() && moveRow(1)),
    onKey("ArrowUp", () => isOnRow() && moveRow(-1)),
    onKey("t", switchTheme),
    onKey("?", showKeys),
    onKey("/", () => document.getElementById("search")?.focus()),
    onKey("a", () => {
      const alarm = meant();
      if (alarm !== undefined && wantsAcknowledgement(alarm)) void acknowledge(desk, alarm, "");
    }),
  ];
  onCleanup(() => {
    for (const each of undo) each();
  });
}
