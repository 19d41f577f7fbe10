import type { AlarmInput } from "../../domain/alarms/evidence.ts";
import type { AlarmRule, RuleOf } from "../../domain/alarms/rule.ts";
import { type Frame, flawCode, flawOfCode } from "../../domain/frame.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import type { Explained, Families, Source, Tell } from "./families.ts";

/** A rule that looks at sensors, with the codes of the flaws that it means. */
export interface SensorWatch {
  readonly rule: RuleOf<"sensors">;
  readonly flaws: ReadonlySet<number>;
}

/** Stands for a boiler of which no reading comes, while its gateway speaks of others. */
const wholeBoiler = "*";

/** Tells which sensors of a boiler fail, and when nothing comes of it at all. */
export interface WatchSensors {
  see(watches: readonly SensorWatch[], source: Source, frame: Frame, tell: Tell): void;
  /** What a frame says of each measured point. */
  standings(
    watch: SensorWatch,
    frame: Frame,
  ): readonly { readonly point: string; readonly isFlawed: boolean; explain(): Explained }[];
  /**
   * Nothing comes of a boiler: what is known of it is frozen, and that nothing comes is told, if its gateway is heard.
   */
  silent(rules: readonly AlarmRule[], source: Source, gatewayHeard: boolean, atMs: number, tell: Tell): void;
}

export function sensorWatches(rules: readonly AlarmRule[]): readonly SensorWatch[] {
  return rules.flatMap((rule) =>
    rule.watches === "sensors" ? [{ rule, flaws: new Set(rule.flaws.map(flawCode)) }] : [],
  );
}

export function watchSensors(families: Families, catalogue: PointCatalogue): WatchSensors {
  function inputOf({ values, flaws }: Frame, point: string): AlarmInput {
    const slot = catalogue.slotOf(point);
    const value = values[slot] ?? Number.NaN;
    return { point, value: Number.isNaN(value) ? null : value, flaw: flawOfCode(flaws[slot] ?? 0) };
  }

  function look({ rule, flaws: watched }: SensorWatch, source: Source, frame: Frame, tell: Tell): void {
    const { measured, flaws, takenAtMs } = frame;
    const [level] = rule.levels;
    const isKept = families.of(source.id, rule.id) !== undefined;
    let moved = isKept && families.advance(rule, source, wholeBoiler, level, "inside", takenAtMs);
    for (let index = 0; index < measured.length; index += 1) {
      const slot = measured[index] as number;
      const isFlawed = watched.has(flaws[slot] as number);
      if (!isFlawed && !isKept) continue;
      const point = catalogue.names[slot] as string;
      const standing = isFlawed ? "beyond" : "inside";
      moved = families.advance(rule, source, point, level, standing, takenAtMs) || moved;
    }
    if (!moved) return;
    const explain = () => {
      const points = (families.of(source.id, rule.id)?.told ?? [])
        .filter((point) => point !== wholeBoiler)
        .map((point) => inputOf(frame, point));
      return { evidence: { kind: "sensors", points }, context: null } as const;
    };
    families.settle(rule, source, takenAtMs, explain, tell);
  }

  return {
    see: (watches, source, frame, tell) => {
      for (const watch of watches) look(watch, source, frame, tell);
    },
    standings: ({ flaws: watched }, frame) =>
      [...frame.measured].map((slot) => {
        const point = catalogue.names[slot] as string;
        const explain = () =>
          ({ evidence: { kind: "sensors", points: [inputOf(frame, point)] }, context: null }) as const;
        return { point, isFlawed: watched.has(frame.flaws[slot] as number), explain };
      }),
    silent: (rules, source, gatewayHeard, atMs, tell) => {
      for (const rule of rules) {
        const tellsSilence = rule.watches === "sensors" && rule.flaws.includes("no-answer") && gatewayHeard;
        let moved = false;
        if (tellsSilence) moved = families.advance(rule, source, wholeBoiler, rule.levels[0], "beyond", atMs);
        for (const member of Object.keys(families.of(source.id, rule.id)?.conditions ?? {})) {
          if (tellsSilence && member === wholeBoiler) continue;
          const level = rule.levels.find(({ id }) => id === member) ?? rule.levels[0];
          families.advance(rule, source, member, level, "unknown", atMs);
        }
        const explain = () => ({ evidence: { kind: "sensors", points: [] }, context: null }) as const;
        if (moved) families.settle(rule, source, atMs, explain, tell);
      }
    },
  };
}
