import { io, type Socket } from "socket.io-client";
import { type Accessor, batch, createEffect, createRoot, createSignal, type Signal } from "solid-js";
import type {
  ClientEvents,
  OverviewBoiler,
  ServerEvents,
  SocketFrame,
  SocketSnapshot,
} from "../contracts/http.ts";
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

/** A stretch without a link, and whether what was missed has been fetched. */
export interface Gap {
  readonly spanMs: number;
  readonly filled: boolean;
}

/** What is live: one socket, one signal per boiler, painted once a second. */
export interface Feed {
  readonly link: Accessor<Link>;
  readonly gap: Accessor<Gap | null>;
  /** Server time; moves with each frame, and by itself while there are none. */
  readonly nowMs: Accessor<number>;
  /** Server time of the last frame: whether data are stale is told by it, so that a lost link makes nothing stale. */
  readonly frameMs: Accessor<number>;
  /** The device's clock minus the server's, when they differ so much that it matters; else `0`. */
  readonly skewMs: Accessor<number>;
  boiler(id: string): OverviewBoiler | null;
  /** The whole newest reading of the boiler that is watched. */
  readonly watched: Accessor<LiveBoiler | null>;
  watch(boilerId: string | null): void;
  /** Every reading of the watched boiler, as it comes; returns what ends it. */
  onReading(listener: (boiler: LiveBoiler) => void): () => void;
  /** Called after a lost link is back, to fetch what was missed; returns what ends it. */
  onGap(refill: () => Promise<void>): () => void;
  close(): void;
}

const silenceMs = 2_900;
const connectWithinMs = 5_000;
const longestWaitMs = 10_000;
const filledShownMs = 5_000;
const skewThatMattersMs = 2_000;

/**
 * Opens the live feed. Without a frame for three seconds the link counts as lost, whatever the socket says; then a
 * new one is tried after 1, 2, 4 … seconds, here and nowhere else.
 */
export function openFeed(heard: {
  readonly alarmsRev: (rev: number) => void;
  readonly signInNeeded: () => void;
}): Feed {
  const clock = serverClock();
  const boilers = new Map<string, Signal<OverviewBoiler | null>>();
  const [link, setLink] = createSignal<Link>({ kind: "connecting" });
  const [gap, setGap] = createSignal<Gap | null>(null);
  const [nowMs, setNowMs] = createSignal(clock.nowMs());
  const [frameMs, setFrameMs] = createSignal(clock.nowMs());
  const [skewMs, setSkewMs] = createSignal(0);
  const [watched, setWatched] = createSignal<LiveBoiler | null>(null);
  const readingListeners = new Set<(boiler: LiveBoiler) => void>();
  const refillers = new Set<() => Promise<void>>();

  const waiting = new Map<string, OverviewBoiler>();
  let waitingWatched: LiveBoiler | null = null;
  let painting = false;
  let watchedId: string | null = null;
  let lastFrameMs: number | null = null;
  let attempt = 0;
  let silence: ReturnType<typeof setTimeout> | undefined;
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
    const lagMs = newestMs === null || newestMs === 0 ? null : Math.max(0, frameMs() - newestMs);
    if (link().kind !== "lost") setLink({ kind: "live", lagMs });
  }

  function take({ serverTimeMs, boilers: changed }: SocketFrame): void {
    clock.hear(serverTimeMs);
    lastFrameMs = serverTimeMs;
    for (const boiler of changed) waiting.set(boiler.boilerId, boiler);
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
    clearTimeout(silence);
    silence = setTimeout(lose, connectWithinMs);
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
    const spanMs =
      lost.kind === "lost" && lost.sinceMs !== null ? snapshot.serverTimeMs - lost.sinceMs : null;
    if (spanMs !== null) setGap({ spanMs, filled: false });
    await Promise.allSettled([...refillers].map((refill) => refill()));
    if (spanMs === null || link().kind !== "live") return;
    setGap({ spanMs, filled: true });
    setTimeout(() => setGap((current) => (current?.filled ? null : current)), filledShownMs);
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
  socket.on("disconnect", (reason) => {
    if (reason !== "io client disconnect") retryLater();
  });
  socket.on("connect_error", ({ message }) => {
    if (message === "sign-in-needed") heard.signInNeeded();
    else retryLater();
  });

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
      clearTimeout(retry);
      clearInterval(ticking);
      ending();
      delete document.documentElement.dataset["conn"];
      socket.disconnect();
    },
  };
}
