import type { Server as HttpServer } from "node:http";
import { Server, type Socket } from "socket.io";
import {
  type ClientEvents,
  type OverviewBoiler,
  overviewPoints,
  type ServerEvents,
} from "../contracts/http/socket.ts";
import type { LiveBoiler } from "../contracts/live.ts";
import type { Verdict } from "../domain/limits.ts";
import { newestListRev } from "../platform/records/alarm-records.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import { cookieName, isOwnOrigin } from "./guard.ts";
import type { LiveState } from "./live-state.ts";
import type { Sessions } from "./sessions.ts";

type LiveServer = Server<ClientEvents, ServerEvents>;
type LiveSocket = Socket<ClientEvents, ServerEvents>;

const frameEveryMs = 1_000;
const recheckEveryMs = 60_000;
const watchersOf = (boilerId: string) => `boiler:${boilerId}`;

/**
 * Pushes what is live to signed-in browsers: a snapshot first, then one frame a second with the boilers that
 * changed, even when none did, so that silence means a lost link. Frames are volatile: a slow browser misses some
 * and sees the gap in a boiler's numbers, it never makes the server's memory grow. Alarms are a hint to ask.
 */
export function startLive(
  http: HttpServer,
  live: LiveState,
  sessions: Sessions,
  db: RecordsDb,
  world: World,
): Service {
  const server: LiveServer = new Server(http, {
    path: "/live",
    transports: ["websocket"],
    perMessageDeflate: false,
    maxHttpBufferSize: 16 * 1024,
    serveClient: false,
    allowRequest: ({ headers }, decide) => decide(null, isOwnOrigin(headers.origin, headers.host)),
  });

  server.use((socket, next) => {
    sessions.of(tokenOf(socket)).then(
      (signedIn) => next(signedIn === null ? new Error("sign-in-needed") : undefined),
      () => next(new Error("internal")),
    );
  });

  server.on("connection", (socket) => {
    socket.on("watch", (boilerId) => {
      for (const room of socket.rooms) if (room.startsWith("boiler:")) void socket.leave(room);
      if (typeof boilerId !== "string" || !live.boilers.has(boilerId)) return;
      void socket.join(watchersOf(boilerId));
      const boiler = live.boilers.get(boilerId);
      if (boiler !== undefined) socket.emit("boiler", boiler);
    });
    void greet(socket);
  });

  async function greet(socket: LiveSocket): Promise<void> {
    socket.emit("snapshot", {
      serverTimeMs: world.clock.nowMs(),
      alarmsRev: await newestListRev(db),
      boilers: [...live.boilers.values()].map(overview),
    });
  }

  const changed = new Map<string, LiveBoiler>();
  live.onChange((boilers) => {
    for (const boiler of boilers) {
      changed.set(boiler.boilerId, boiler);
      server.to(watchersOf(boiler.boilerId)).volatile.emit("boiler", boiler);
    }
  });
  live.onAlarms(() => {
    void newestListRev(db).then((rev) => server.emit("alarms", { rev }));
  });

  async function pushFrames(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await world.clock.sleep(frameEveryMs, signal);
      const boilers = [...changed.values()].map(overview);
      changed.clear();
      server.volatile.emit("frame", { serverTimeMs: world.clock.nowMs(), boilers });
    }
  }

  /** Who has signed out, or has been shut out, sees nothing more. */
  async function recheck(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await world.clock.sleep(recheckEveryMs, signal);
      for (const socket of server.of("/").sockets.values()) {
        if ((await sessions.of(tokenOf(socket))) === null) socket.disconnect(true);
      }
    }
  }

  const pushing = backgroundLoop("live push", pushFrames);
  const checking = backgroundLoop("live sign-in check", recheck);
  return {
    name: "live",
    stop: async () => {
      await pushing.stop();
      await checking.stop();
      await server.close();
    },
  };
}

function tokenOf(socket: LiveSocket): string | undefined {
  const cookies = (socket.handshake.headers.cookie ?? "")
    .split(";")
    .map((cookie) => cookie.trim().split("="));
  return cookies.find(([name]) => name === cookieName)?.[1];
}

function overview({ values, flaws, verdicts, ...boiler }: LiveBoiler): OverviewBoiler {
  const shown = overviewPoints.filter((point) => values[point] !== undefined);
  return {
    ...boiler,
    values: Object.fromEntries(shown.map((point) => [point, values[point] ?? null])),
    flaws: Object.fromEntries(
      Object.entries(flaws).filter(([point]) => shown.some((each) => each === point)),
    ),
    verdicts: { airRatio: inShort(verdicts.airRatio), exhaustTempC: inShort(verdicts.exhaustTempC) },
  };
}

function inShort(verdict: Verdict): OverviewBoiler["verdicts"]["airRatio"] {
  switch (verdict.kind) {
    case "within":
    case "above":
      return { kind: verdict.kind, value: verdict.value, limit: verdict.limit };
    case "not-judged":
      return { kind: verdict.kind, reason: verdict.reason };
    default:
      return { kind: verdict.kind };
  }
}
