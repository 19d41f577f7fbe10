import { type Static, Type } from "typebox";
import { notJudgedReasons } from "../../domain/limits.ts";
import type { PointName } from "../../domain/points.ts";
import { Instant } from "../ids.ts";
import { LiveBoiler } from "../live.ts";

/** What a list of boilers shows of one: a few values, and how it was judged. */
export const overviewPoints = [
  "firing",
  "loadPercent",
  "o2DryPercent",
  "airRatio",
  "exhaustTempC",
  "efficiencySiegertLhvPercent",
  "heatInputLhvKw",
  "co2KgPerH",
  "pmAtRefO2MgPerNm3",
  "soxAtRefO2Ppm",
  "noxAtRefO2Ppm",
] as const satisfies readonly PointName[];

const OverviewVerdict = Type.Object({
  kind: Type.Enum(["within", "above", "no-limit", "not-in-force", "not-judged"]),
  value: Type.Optional(Type.Number()),
  limit: Type.Optional(Type.Number()),
  reason: Type.Optional(Type.Enum(notJudgedReasons)),
});

export const OverviewBoiler = Type.Object({
  ...LiveBoiler.properties,
  verdicts: Type.Object({ airRatio: OverviewVerdict, exhaustTempC: OverviewVerdict }),
});
export type OverviewBoiler = Static<typeof OverviewBoiler>;

export const SocketSnapshot = Type.Object({
  serverTimeMs: Instant,
  alarmsRev: Type.Integer(),
  boilers: Type.Array(OverviewBoiler),
});
export type SocketSnapshot = Static<typeof SocketSnapshot>;

/** Sent every second even when nothing changed, so that silence means a lost link. */
export const SocketFrame = Type.Object({ serverTimeMs: Instant, boilers: Type.Array(OverviewBoiler) });
export type SocketFrame = Static<typeof SocketFrame>;

/** Socket.IO, from the server. */
export interface ServerEvents {
  snapshot: (snapshot: SocketSnapshot) => void;
  frame: (frame: SocketFrame) => void;
  /** The whole newest reading of a boiler that this client watches. */
  boiler: (boiler: LiveBoiler) => void;
  alarms: (hint: { readonly rev: number }) => void;
  /** Another version of the configuration counts: boilers, limits and points are to be asked for again. */
  configuration: () => void;
}

/** Socket.IO, from a client: the boiler whose page is open, or `null`. */
export interface ClientEvents {
  watch: (boilerId: string | null) => void;
}
