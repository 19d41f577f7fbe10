import { type JSX, Show } from "solid-js";
import { isActive } from "../alarms.ts";
import { Icon, Logo } from "../charts/icons.tsx";
import { useDesk } from "../desk.ts";
import { Link, path } from "../router.tsx";
import { session, signOut } from "../session.ts";
import { text } from "../texts/texts.ts";

/** Where one can go, and who is here. Only what exists is listed. */
export function Rail(): JSX.Element {
  const { alarms, list, training } = useDesk();
  const t = () => text().nav;
  const active = () => alarms.open().filter(isActive).length;
  const silent = () =>
    (list.gateways() ?? []).filter(({ online, trouble }) => !online || trouble !== null).length;
  const who = () => {
    const now = session();
    return now.kind === "in" ? now : null;
  };
  return (
    <aside class="nav" aria-label={t().label}>
      <Link class="brand" href="/" aria-label="Fluewatch">
        <Logo />
        <span>Fluewatch</span>
      </Link>
      <nav>
        <h2>{t().operate}</h2>
        <ul>
          <li>
            <Link href="/" aria-current={path() === "/" ? "page" : undefined}>
              <Icon of="fleet" />
              <span>{t().fleet}</span>
            </Link>
          </li>
          <li>
            <Link href="/boilers" aria-current={path().startsWith("/boilers") ? "page" : undefined}>
              <Icon of="boiler" />
              <span>{t().boilers}</span>
            </Link>
          </li>
          <li>
            <Link href="/alerts" aria-current={path() === "/alerts" ? "page" : undefined}>
              <Icon of="bell" />
              <span>{t().alerts}</span>
              <Show when={active() > 0}>
                <i class="badge">
                  {active()}
                  <span class="vh">{text().activeAlerts(active())}</span>
                </i>
              </Show>
            </Link>
          </li>
          <li>
            <Link href="/compliance" aria-current={path() === "/compliance" ? "page" : undefined}>
              <Icon of="calendar" />
              <span>{t().compliance}</span>
            </Link>
          </li>
        </ul>
        <h2>{t().verify}</h2>
        <ul>
          <li>
            <Link href="/retrofits" aria-current={path().startsWith("/retrofits") ? "page" : undefined}>
              <Icon of="retrofit" />
              <span>{t().retrofits}</span>
            </Link>
          </li>
          <li>
            <Link href="/reports" aria-current={path() === "/reports" ? "page" : undefined}>
              <Icon of="report" />
              <span>{t().reports}</span>
            </Link>
          </li>
        </ul>
        <Show when={training.state()?.available}>
          <h2>{t().practise}</h2>
          <ul>
            <li>
              <Link href="/trainer" aria-current={path() === "/trainer" ? "page" : undefined}>
                <Icon of="trainer" />
                <span>{t().trainer}</span>
              </Link>
            </li>
          </ul>
        </Show>
        <h2>{t().manage}</h2>
        <ul>
          <li>
            <Link href="/devices" aria-current={path() === "/devices" ? "page" : undefined}>
              <Icon of="devices" />
              <span>{t().devices}</span>
              <Show when={silent() > 0}>
                <i class="badge quiet">
                  {silent()}
                  <span class="vh">{t().silentDevices(silent())}</span>
                </i>
              </Show>
            </Link>
          </li>
          <li>
            <Link href="/settings" aria-current={path() === "/settings" ? "page" : undefined}>
              <Icon of="settings" />
              <span>{t().settings}</span>
            </Link>
          </li>
        </ul>
      </nav>
      <Show when={who()}>
        {(here) => (
          <div class="who">
            <span>
              <b>{here().user}</b>
              <span>{text().role[here().role]}</span>
            </span>
            <button
              type="button"
              class="btn ghost sm icon"
              aria-label={text().top.signOut(here().user)}
              title={text().top.signOut(here().user)}
              onClick={() => void signOut()}
            >
              <Icon of="leave" />
            </button>
          </div>
        )}
      </Show>
    </aside>
  );
}
