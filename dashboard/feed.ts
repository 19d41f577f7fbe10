import { io, type Socket } from "socket.io-client";
import { type Accessor, batch, createEffect, createRoot, createSignal, type Signal, untrack } from "solid-js";
import type {
  ClientEvents,
  OverviewBoiler,
  ServerEvents,
  SocketFrame,
  SocketSnapshot,
} from "../contracts/http/socket.ts";
import type { LiveBoiler } from "../contracts/live.ts";
import { serverClock } from "./clock.ts";

export type Link =
  | { readonly kind: "connecting" }
  /** `lagMs`: server time of the last frame minus the time of the newest reading; `null` without readings. */
  | { readonly kind: "live"; readonly lagMs: number | null }
  /** `sinceMs`: server time of the last frame, `null` when there was none. `retryAtMs`: `null` while one is tried. */
  | {
      readonly kind: "lost";
      readonly sinceMs: number | null;
      readonly attempt: number;
      readonly retryAtMs: number | null;
    };

/** A stretch without a link: being fetched, all here again, or with parts that nobody has (yet). */
export interface Gap {
  readonly spanMs: number;
  readonly state: "filling" | "filled" | "partly";
}

/** Fetches what was missed since a moment, and says whether it is all here now. */
export type Refill = (sinceMs: number) => Promise<boolean>;

/** What is live: one socket, one signal per boiler, painted once a second. */
export interface Feed {
  readonly link: Accessor<Link>;
  readonly gap: Accessor<Gap | null>;
  /** Server time; moves with each frame, and by itself while there are none. */
  readonly nowMs: Accessor<number>;
  /**
   * Server time of the last frame, 0 before the first: whether data are stale is told by it, so that a lost link
   * makes nothing stale.
   */
  readonly frameMs: Accessor<number>;
  /** The device's clock minus the server's, when they differ so much that it matters; else `0`. */
  readonly skewMs: Accessor<number>;
  /** Follows one boiler: for what is drawn of it alone. */
  boiler(id: string): OverviewBoiler | null;
  /**
   * The same without following it: who looks at all boilers follows `frameMs`, and is called once for all of them
   * instead of keeping two hundred ties.
   */
  newest(id: string): OverviewBoiler | null;
  /** The whole newest reading of the boiler that is watched. */
  readonly watched: Accessor<LiveBoiler | null>;
  watch(boilerId: string | null): void;
  /** Every reading of the watched boiler, as it comes; returns what ends it. */
  onReading(listener: (boiler: LiveBoiler) => void): () => void;
  /** Called when a lost link is back, and when a page is looked at again; returns what ends it. */
  onGap(refill: Refill): () => void;
  close(): void;
}

/** Two frames missed, and half a second for a busy device: what the page says is seen within three. */
const silenceMs = 2_500;
const connectWithinMs = 5_000;
const longestWaitMs = 10_000;
const filledShownMs = 5_000;
const skewThatMattersMs = 2_000;
const awayThatMattersMs = 30_000;
/** With nothing new for so long, the boilers are silent; that is no delay of the link. */
const lagThatIsSilenceMs = 10_000;

/**
 * Opens the live feed. Without a frame for two and a half seconds the link counts as lost, whatever the socket says; then a
 * new one is tried after 1, 2, 4 … seconds, here and nowhere else.
 */
export function openFeed(heard: {
  readonly alarmsRev: (rev: number) => void;
  readonly configuration: () => void;
  readonly signInNeeded: () => void;
}): Feed {
  const clock = serverClock();
  const boilers = new Map<string, Signal<OverviewBoiler | null>>();
  const [link, setLink] = createSignal<Link>({ kind: "connecting" });
  const [gap, setGap] = createSignal<Gap | null>(null);
  const [nowMs, setNowMs] = createSignal(clock.nowMs());
  const [frameMs, setFrameMs] = createSignal(0);
  const [skewMs, setSkewMs] = createSignal(0);
  const [watched, setWatched] = createSignal<LiveBoiler | null>(null);
  const readingListeners = new Set<(boiler: LiveBoiler) => void>();
  const refillers = new Set<Refill>();

  const waiting = new Map<string, OverviewBoiler>();
  let waitingWatched: LiveBoiler | null = null;
  let painting = false;
  let watchedId: string | null = null;
  let lastFrameMs: number | null = null;
  let attempt = 0;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let opening: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  const socket: Socket<ServerEvents, ClientEvents> = io({
    path: "/live",
    transports: ["websocket"],
    reconnection: false,
    autoConnect: false,
    timeout: connectWithinMs,
  });

  function signalOf(id: string): Signal<OverviewBoiler | null> {
    let signal = boilers.get(id);
    if (signal === undefined) {
      signal = createSignal<OverviewBoiler | null>(null, {
        equals: (a, b) => a?.n === b?.n && a?.takenAtMs === b?.takenAtMs,
      });
      boilers.set(id, signal);
    }
    return signal;
  }

  /** A hidden page gets no animation frame: what came meanwhile waits, the newest of each boiler, for one repaint. */
  function paintSoon(): void {
    if (painting) return;
    painting = true;
    requestAnimationFrame(() => {
      painting = false;
      batch(paint);
    });
  }

  function paint(): void {
    let newestMs: number | null = null;
    for (const [id, boiler] of waiting) signalOf(id)[1](boiler);
    waiting.clear();
    for (const [current] of boilers.values()) newestMs = Math.max(newestMs ?? 0, current()?.takenAtMs ?? 0);
    if (waitingWatched !== null) setWatched(waitingWatched);
    waitingWatched = null;
    if (lastFrameMs !== null) setFrameMs(lastFrameMs);
    setNowMs(clock.nowMs());
    const aheadMs = clock.deviceAheadMs();
    setSkewMs(Math.abs(aheadMs) > skewThatMattersMs ? Math.round(aheadMs / 1_000) * 1_000 : 0);
    const behindMs = frameMs() - (newestMs ?? 0);
    const lagMs = behindMs > lagThatIsSilenceMs ? null : Math.max(0, behindMs);
    if (link().kind !== "lost") setLink({ kind: "live", lagMs });
  }

  function take({ serverTimeMs, boilers: changed }: SocketFrame): void {
    clock.hear(serverTimeMs);
    lastFrameMs = serverTimeMs;
    for (const boiler of changed) waiting.set(boiler.boilerId, boiler);
    clearTimeout(opening);
    clearTimeout(silence);
    silence = setTimeout(lose, silenceMs);
    paintSoon();
  }

  function lose(): void {
    if (link().kind !== "lost") {
      setLink({ kind: "lost", sinceMs: lastFrameMs, attempt, retryAtMs: null });
      setGap(null);
    }
    if (retry !== undefined) return;
    socket.disconnect();
    retryLater();
  }

  function retryLater(): void {
    if (closed) return;
    attempt += 1;
    const waitMs = Math.min(longestWaitMs, 1_000 * 2 ** (attempt - 1));
    showAttempt(clock.nowMs() + waitMs);
    clearTimeout(retry);
    retry = setTimeout(() => {
      retry = undefined;
      showAttempt(null);
      connect();
    }, waitMs);
  }

  /** A link that opens and then says nothing is no link either. */
  function connect(): void {
    clearTimeout(opening);
    opening = setTimeout(lose, connectWithinMs);
    socket.connect();
  }

  function showAttempt(retryAtMs: number | null): void {
    const current = link();
    if (current.kind === "lost") setLink({ ...current, attempt, retryAtMs });
  }

  async function comeBack(snapshot: SocketSnapshot): Promise<void> {
    const lost = link();
    const missed = attempt > 0;
    attempt = 0;
    setLink({ kind: "live", lagMs: null });
    take(snapshot);
    heard.alarmsRev(snapshot.alarmsRev);
    if (watchedId !== null) socket.emit("watch", watchedId);
    if (!missed) return;
    const sinceMs = lost.kind === "lost" ? lost.sinceMs : null;
    const spanMs = snapshot.serverTimeMs - (sinceMs ?? snapshot.serverTimeMs);
    if (spanMs > 0) setGap({ spanMs, state: "filling" });
    const isWhole = await refillSince(sinceMs ?? snapshot.serverTimeMs);
    if (spanMs === 0 || link().kind !== "live") return;
    setGap({ spanMs, state: isWhole ? "filled" : "partly" });
    setTimeout(() => setGap((current) => (current?.state === "filling" ? current : null)), filledShownMs);
  }

  async function refillSince(sinceMs: number): Promise<boolean> {
    const answers = await Promise.all([...refillers].map((refill) => refill(sinceMs)));
    return answers.every(Boolean);
  }

  socket.on("snapshot", (snapshot) => void comeBack(snapshot));
  socket.on("frame", take);
  socket.on("boiler", (boiler) => {
    if (boiler.boilerId !== watchedId) return;
    waitingWatched = boiler;
    for (const listener of readingListeners) listener(boiler);
    if (watched()?.boilerId !== watchedId) paintSoon();
  });
  socket.on("alarms", ({ rev }) => heard.alarmsRev(rev));
  socket.on("configuration", () => heard.configuration());
  socket.on("disconnect", (reason) => {
    if (reason !== "io client disconnect") retryLater();
  });
  socket.on("connect_error", ({ message }) => {
    if (message === "sign-in-needed") heard.signInNeeded();
    else if (link().kind === "connecting") lose();
    else retryLater();
  });

  /** A hidden page takes nothing in but the newest values; what it missed is fetched when it is looked at again. */
  let hiddenAtMs: number | null = null;
  function onVisibility(): void {
    const awayMs = hiddenAtMs === null ? 0 : clock.nowMs() - hiddenAtMs;
    if (!document.hidden && awayMs > awayThatMattersMs) void refillSince(clock.nowMs() - awayMs);
    hiddenAtMs = document.hidden ? clock.nowMs() : null;
  }
  document.addEventListener("visibilitychange", onVisibility);

  connect();

  const ending = createRoot((dispose) => {
    createEffect(() => {
      if (link().kind === "lost") document.documentElement.dataset["conn"] = "lost";
      else delete document.documentElement.dataset["conn"];
    });
    return dispose;
  });
  const ticking = setInterval(() => {
    if (link().kind === "lost") setNowMs(clock.nowMs());
  }, 1_000);

  return {
    link,
    gap,
    nowMs,
    frameMs,
    skewMs,
    boiler: (id) => signalOf(id)[0](),
    newest: (id) => untrack(signalOf(id)[0]),
    watched,
    watch: (boilerId) => {
      watchedId = boilerId;
      waitingWatched = null;
      setWatched(null);
      if (socket.connected) socket.emit("watch", boilerId);
    },
    onReading: (listener) => {
      readingListeners.add(listener);
      return () => readingListeners.delete(listener);
    },
    onGap: (refill) => {
      refillers.add(refill);
      return () => refillers.delete(refill);
    },
    close: () => {
      closed = true;
      clearTimeout(silence);
      clearTimeout(opening);
      clearTimeout(retry);
      clearInterval(ticking);
      document.removeEventListener("visibilitychange", onVisibility);
      ending();
      delete document.documentElement.dataset["conn"];
      socket.disconnect();
    },
  };
}
