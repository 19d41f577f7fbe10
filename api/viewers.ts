import type { SiteScope } from "../platform/records/user-records.ts";
import type { Clock } from "../platform/world.ts";

/** As much of a Socket.IO socket as counts here. */
export interface Viewer {
  readonly conn: { readonly transport: { readonly writable: boolean } };
  join(room: string): unknown;
  leave(room: string): unknown;
  disconnect(close: boolean): unknown;
}

export interface Tick<V> {
  /** Viewers who are up to date, by what they see: one frame for each room. */
  readonly together: readonly { readonly room: string; readonly boilerIds: readonly string[] }[];
  /** Viewers who missed something: a frame of their own, with all that changed since their last one. */
  readonly single: readonly { readonly viewer: V; readonly boilerIds: readonly string[] }[];
}

/** Who takes nothing for so long is cut: it comes back to a whole snapshot. */
const cutAfterMs = 30_000;

interface Standing {
  readonly room: string;
  readonly scope: SiteScope;
  /** The last tick whose frame it took; with `Infinity` it is in its room, and up to date. */
  upToTick: number;
  stalledSinceMs: number | null;
}

/** Who looks at the live feed, which sites they see, and how far each of them has kept up. */
export function viewers<V extends Viewer>(clock: Clock) {
  const standings = new Map<V, Standing>();
  /** By boiler: its site, and the tick in which it changed last. */
  const changes = new Map<string, { readonly siteId: string | null; readonly tick: number }>();
  let tickNow = 1;
  let stalledCut = 0;

  const roomFor = (scope: SiteScope) =>
    scope === null ? "all sites" : `sites:${[...scope].sort().join(",")}`;
  const changedSince = (scope: SiteScope, tick: number) =>
    [...changes]
      .filter(([, each]) => each.tick > tick && sees(scope, each.siteId))
      .map(([boilerId]) => boilerId);

  return {
    add: (viewer: V, scope: SiteScope) => {
      const room = roomFor(scope);
      standings.set(viewer, { room, scope, upToTick: Number.POSITIVE_INFINITY, stalledSinceMs: null });
      viewer.join(room);
    },
    remove: (viewer: V) => void standings.delete(viewer),
    changed: (boilerId: string, siteId: string | null) => {
      changes.set(boilerId, { siteId, tick: tickNow });
    },
    /** The rooms of those who see a site. */
    roomsOf: (siteId: string): readonly string[] => [
      ...new Set([...standings.values()].filter(({ scope }) => sees(scope, siteId)).map(({ room }) => room)),
    ],
    /** Ends a tick, and tells who gets which boilers in its frame; cuts who has stalled for too long. */
    tick: (): Tick<V> => {
      const nowMs = clock.monotonicMs();
      const ended = tickNow;
      tickNow += 1;
      const rooms = new Map<string, SiteScope>();
      const single: { viewer: V; boilerIds: readonly string[] }[] = [];
      for (const [viewer, standing] of standings) {
        if (!viewer.conn.transport.writable) {
          standing.stalledSinceMs ??= nowMs;
          if (standing.upToTick === Number.POSITIVE_INFINITY) {
            standing.upToTick = ended - 1;
            viewer.leave(standing.room);
          }
          if (nowMs - standing.stalledSinceMs < cutAfterMs) continue;
          stalledCut += 1;
          standings.delete(viewer);
          viewer.disconnect(true);
          continue;
        }
        standing.stalledSinceMs = null;
        if (standing.upToTick === ended - 1) {
          viewer.join(standing.room);
          standing.upToTick = Number.POSITIVE_INFINITY;
        }
        if (standing.upToTick === Number.POSITIVE_INFINITY) {
          rooms.set(standing.room, standing.scope);
          continue;
        }
        // It goes back to the others with the next tick: in this one, both frames would reach it.
        single.push({ viewer, boilerIds: changedSince(standing.scope, standing.upToTick) });
        standing.upToTick = ended;
      }
      const together = [...rooms].map(([room, scope]) => ({
        room,
        boilerIds: changedSince(scope, ended - 1),
      }));
      return { together, single };
    },
    get count() {
      return standings.size;
    },
    get stalledCut() {
      return stalledCut;
    },
  };
}

function sees(scope: SiteScope, siteId: string | null): boolean {
  return scope === null || (siteId !== null && scope.includes(siteId));
}
