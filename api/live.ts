import type { Server as HttpServer } from "node:http";
import { Server, type Socket } from "socket.io";
import type { ClientEvents, ServerEvents } from "../contracts/http/socket.ts";
import { newestListRev } from "../platform/records/alarm-records.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import { mayActAs, type Role } from "../platform/records/user-records.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { World } from "../platform/world.ts";
import { givenBy, isOwnOrigin, maySee } from "./guard.ts";
import type { LiveState } from "./live-state.ts";
import { overview } from "./overview.ts";
import type { Registry } from "./registry.ts";
import type { GivenAs, Sessions, SignedIn } from "./sessions.ts";
import { viewers } from "./viewers.ts";

interface SocketData {
  secret: string | undefined;
  givenAs: GivenAs;
  signedIn: SignedIn;
}
type NoEvents = Record<string, never>;
type LiveServer = Server<ClientEvents, ServerEvents, NoEvents, SocketData>;
type LiveSocket = Socket<ClientEvents, ServerEvents, NoEvents, SocketData>;

/** Who may send or hear each event of the live feed; held against the feed itself by a test. */
export const socketEvents: Readonly<
  Record<keyof ClientEvents | keyof ServerEvents, { readonly role: Role; readonly sites: "rows" | "boiler" }>
> = {
  watch: { role: "viewer", sites: "boiler" },
  boiler: { role: "viewer", sites: "boiler" },
  snapshot: { role: "viewer", sites: "rows" },
  frame: { role: "viewer", sites: "rows" },
  alarms: { role: "viewer", sites: "rows" },
  configuration: { role: "viewer", sites: "rows" },
};

const frameEveryMs = 1_000;
/** Who was shut out is out within five seconds. */
const recheckEveryMs = 2_000;
const mostBytesIn = 16 * 1024;
const mostMessagesPerSecond = 20;
const watchersOf = (boilerId: string) => `boiler:${boilerId}`;

export interface LivePush extends Service {
  readonly viewers: number;
  readonly stalledCut: number;
}

/**
 * Pushes what is live to signed-in browsers: a snapshot first, then one frame a second with the boilers that
 * changed, even when none did, so that silence means a lost link. Whoever sees the same sites shares one frame,
 * written once. A browser that cannot take a frame gets what it missed, newest values only, in its next one; one
 * that takes nothing for half a minute is cut. Alarms are a hint to ask.
 */
export function startLive(
  http: HttpServer,
  live: LiveState,
  registry: Registry,
  sessions: Sessions,
  db: RecordsDb,
  cookieName: string,
  world: World,
): LivePush {
  const server: LiveServer = new Server(http, {
    path: "/live",
    transports: ["websocket"],
    perMessageDeflate: false,
    maxHttpBufferSize: mostBytesIn,
    serveClient: false,
    allowRequest: ({ headers }, decide) => decide(null, isOwnOrigin(headers.origin, headers.host)),
  });
  const { clock } = world;
  const seeing = viewers<LiveSocket>(clock);

  async function signedInOf({ handshake: { headers } }: LiveSocket): Promise<
    Omit<SocketData, "signedIn"> & {
      readonly signedIn: SignedIn | null;
    }
  > {
    const { secret, as } = givenBy(headers, cookieIn(headers.cookie, cookieName));
    return { secret, givenAs: as, signedIn: await sessions.of(secret, as, "looking") };
  }

  server.use((socket, next) => {
    signedInOf(socket).then(
      ({ signedIn, secret, givenAs }) => {
        const { role } = socketEvents.frame;
        if (signedIn === null || signedIn.reportId !== null || !mayActAs(signedIn.role, role)) {
          next(new Error("sign-in-needed"));
          return;
        }
        socket.data = { signedIn, secret, givenAs };
        next();
      },
      () => next(new Error("internal")),
    );
  });

  server.on("connection", (socket) => {
    socket.conn.on("packet", limited(socket));
    socket.on("watch", (boilerId) => {
      for (const room of socket.rooms) if (room.startsWith("boiler:")) void socket.leave(room);
      if (typeof boilerId !== "string") return;
      const { signedIn } = socket.data;
      if (!live.boilers.has(boilerId) || !maySee(signedIn, registry.siteOf(boilerId))) return;
      void socket.join(watchersOf(boilerId));
      const boiler = live.boilers.get(boilerId);
      if (boiler !== undefined) socket.emit("boiler", boiler);
    });
    socket.on("disconnect", () => seeing.remove(socket));
    void greet(socket);
  });

  /** So many messages in a second, and no more: a page of ours sends one when somebody opens a boiler. */
  function limited(socket: LiveSocket): () => void {
    let second = 0;
    let count = 0;
    return () => {
      const now = Math.floor(clock.monotonicMs() / 1_000);
      count = now === second ? count + 1 : 1;
      second = now;
      if (count > mostMessagesPerSecond) socket.disconnect(true);
    };
  }

  async function greet(socket: LiveSocket): Promise<void> {
    const alarmsRev = await newestListRev(db);
    if (!socket.connected) return;
    const mine = (boilerId: string) => maySee(socket.data.signedIn, registry.siteOf(boilerId));
    socket.emit("snapshot", {
      serverTimeMs: clock.nowMs(),
      alarmsRev,
      boilers: [...live.boilers.values()].filter(({ boilerId }) => mine(boilerId)).map(overview),
    });
    seeing.add(socket, socket.data.signedIn.sites);
  }

  live.onChange((boilers) => {
    for (const boiler of boilers) {
      const { boilerId } = boiler;
      seeing.changed(boilerId, registry.siteOf(boilerId));
      server.to(watchersOf(boilerId)).volatile.emit("boiler", boiler);
    }
  });
  live.onAlarms((siteId) => {
    void newestListRev(db).then((rev) => {
      for (const room of seeing.roomsOf(siteId)) server.to(room).emit("alarms", { rev });
    });
  });

  async function pushFrames(signal: AbortSignal): Promise<void> {
    // Each version of the configuration has a list of its own.
    let known = registry.gateways;
    while (!signal.aborted) {
      await clock.sleep(frameEveryMs, signal);
      if (registry.gateways !== known) server.emit("configuration");
      known = registry.gateways;
      const told = new Map<string, ReturnType<typeof overview>>();
      const serverTimeMs = clock.nowMs();
      const frameOf = (boilerIds: readonly string[]) => ({
        serverTimeMs,
        boilers: boilerIds.flatMap((id) => {
          const boiler = live.boilers.get(id);
          if (boiler === undefined) return [];
          const text = told.get(id) ?? overview(boiler);
          told.set(id, text);
          return [text];
        }),
      });
      const { together, single } = seeing.tick();
      for (const { room, boilerIds } of together) server.to(room).volatile.emit("frame", frameOf(boilerIds));
      for (const { viewer, boilerIds } of single) viewer.volatile.emit("frame", frameOf(boilerIds));
    }
  }

  /** Who has signed out, or has been shut out, sees nothing more; who may see less from now on comes in anew. */
  async function recheck(): Promise<void> {
    for (const socket of server.of("/").sockets.values()) {
      const { secret, givenAs, signedIn } = socket.data;
      const now = await sessions.of(secret, givenAs, "looking");
      if (now === null || now.role !== signedIn.role || String(now.sites) !== String(signedIn.sites))
        socket.disconnect(true);
    }
  }

  async function keepChecking(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(recheckEveryMs, signal);
      await recheck();
    }
  }

  const pushing = backgroundLoop("live push", pushFrames);
  const checking = backgroundLoop("live sign-in check", keepChecking);
  return {
    name: "live",
    get viewers() {
      return seeing.count;
    },
    get stalledCut() {
      return seeing.stalledCut;
    },
    stop: async () => {
      await pushing.stop();
      await checking.stop();
      await server.close();
    },
  };
}

function cookieIn(header: string | undefined, name: string): string | undefined {
  const cookies = (header ?? "").split(";").map((cookie) => cookie.trim().split("="));
  return cookies.find(([each]) => each === name)?.[1];
}
