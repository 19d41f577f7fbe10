import { type Accessor, createSignal } from "solid-js";
import type { BoilerText, SiteText } from "../contracts/http/boilers.ts";
import type { Gateways } from "../contracts/http/gateways.ts";
import { api, type Failure } from "./api.ts";

export type GatewayText = Gateways["gateways"][number];

/** What the configuration says of the plant, with the limits now in force; and how its gateways are. */
export interface BoilerList {
  readonly state: Accessor<"loading" | "ready" | { readonly failure: Failure }>;
  readonly boilers: Accessor<readonly BoilerText[]>;
  readonly sites: Accessor<readonly SiteText[]>;
  /** `null` until it has been asked for. */
  readonly gateways: Accessor<readonly GatewayText[] | null>;
  boiler(id: string): BoilerText | null;
  site(id: string): SiteText | null;
  gateway(id: string | null): GatewayText | null;
  load(): Promise<void>;
  close(): void;
}

/** Limits change at midnight of some day; gateways speak of themselves every few seconds. */
const askAgainMs = { boilers: 10 * 60_000, gateways: 10_000 };

export function boilerList(): BoilerList {
  const [state, setState] = createSignal<"loading" | "ready" | { readonly failure: Failure }>("loading");
  const [boilers, setBoilers] = createSignal<readonly BoilerText[]>([]);
  const [sites, setSites] = createSignal<readonly SiteText[]>([]);
  const [gateways, setGateways] = createSignal<readonly GatewayText[] | null>(null);

  async function load(): Promise<void> {
    const reply = await api.boilers();
    if (reply.ok) {
      setSites(sameAs(sites(), reply.value.sites));
      setBoilers(sameAs(boilers(), reply.value.boilers));
      setState("ready");
    } else if (state() !== "ready") {
      setState({ failure: reply.failure });
    }
  }

  async function loadGateways(): Promise<void> {
    if (document.hidden) return;
    const reply = await api.gateways();
    setGateways((before) => (reply.ok ? sameAs(before, reply.value.gateways) : null));
  }

  void load();
  void loadGateways();
  const timers = [
    setInterval(() => void load(), askAgainMs.boilers),
    setInterval(() => void loadGateways(), askAgainMs.gateways),
  ];

  return {
    state,
    boilers,
    sites,
    gateways,
    boiler: (id) => boilers().find((boiler) => boiler.id === id) ?? null,
    site: (id) => sites().find((site) => site.id === id) ?? null,
    gateway: (id) => gateways()?.find((gateway) => gateway.id === id) ?? null,
    load,
    close: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

/** The old value when nothing has changed, so that nothing is drawn anew. */
function sameAs<T>(before: T, now: NonNullable<T>): NonNullable<T> {
  return before !== null && before !== undefined && JSON.stringify(before) === JSON.stringify(now)
    ? before
    : now;
}
