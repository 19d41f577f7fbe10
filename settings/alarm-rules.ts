import type { AlarmRuleConfig, AlarmRulesFile } from "../contracts/rules.ts";
import { priorities } from "../domain/alarms/alarm.ts";
import type { AlarmLevel, AlarmRule, Watched } from "../domain/alarms/rule.ts";
import { type EmissionQuantity, emissionQuantities } from "../domain/emissions/emission-quantity.ts";
import { type TableQuantity, tableQuantities } from "../domain/limits.ts";
import type { Fault } from "../platform/yaml-file.ts";
import type { FaultAt } from "./rules.ts";

type LevelConfig = Partial<NonNullable<AlarmRuleConfig["levels"]>[number]>;
type Wrong = (key: string | readonly (string | number)[], message: string) => void;

const defaultBadHoldSeconds = 60;
/** What these are held against comes with them. */
const withoutLimit: readonly Watched["watches"][] = ["limit-table", "sensors", "gateway-silence"];

/** The rules of a file; one that lacks something, or contradicts itself, goes to `faults`. */
export function alarmRulesOf(
  { rules, source, validFrom }: AlarmRulesFile,
  fault: FaultAt,
  faults: Fault[],
): readonly AlarmRule[] {
  return rules.flatMap((rule, index): readonly AlarmRule[] => {
    const before = faults.length;
    const wrong: Wrong = (key, message) =>
      faults.push(fault(["rules", index, ...(typeof key === "string" ? [key] : key)], message));
    const levels = levelsOf(rule, wrong);
    const watched = watchedBy(rule, wrong);
    const [first, ...others] = levels;
    const { fromTPerH = 0, belowTPerH = Number.POSITIVE_INFINITY } = rule;
    if (belowTPerH <= fromTPerH)
      wrong("belowTPerH", `is ${belowTPerH}; it must be more than fromTPerH, which is ${fromTPerH}`);
    if (rule.acknowledgement === "optional" && levels.some(({ priority }) => priority !== 3))
      wrong("acknowledgement", "is optional; only an alarm of priority 3 may go unseen");
    if (faults.length > before || watched === null || first === undefined) return [];
    const milliseconds = (value: number | undefined) => (value === undefined ? null : value * 1_000);
    return [
      {
        id: rule.id,
        source,
        validFrom,
        title: rule.title,
        response: rule.response,
        consequence: rule.consequence,
        levels: [first, ...others],
        firingForMs: milliseconds(rule.firingForSeconds),
        fuelClasses: rule.fuelClasses ?? null,
        heatCarriers: rule.heatCarriers ?? null,
        fromTPerH,
        belowTPerH,
        withPoints: rule.withPoints,
        withoutPoints: rule.withoutPoints,
        inhibitedBy: rule.inhibitedBy,
        mostUrgent: priorities.find((each) => levels.some(({ priority }) => priority === each)) ?? 3,
        acknowledgement: rule.acknowledgement,
        escalateAfterMs: milliseconds(rule.escalateAfterSeconds),
        reAlarmAfterMs: milliseconds(rule.reAlarmAfterSeconds),
        reNotifyHoldMs: rule.reNotifyHoldSeconds * 1_000,
        ...watched,
      },
    ];
  });
}

function levelsOf(rule: AlarmRuleConfig, wrong: Wrong): readonly AlarmLevel[] {
  const own: LevelConfig = {
    id: "limit",
    ...(rule.limit !== undefined && { limit: rule.limit }),
    ...(rule.deadband !== undefined && { deadband: rule.deadband }),
    ...(rule.onDelaySeconds !== undefined && { onDelaySeconds: rule.onDelaySeconds }),
    ...(rule.offDelaySeconds !== undefined && { offDelaySeconds: rule.offDelaySeconds }),
    ...(rule.badHoldSeconds !== undefined && { badHoldSeconds: rule.badHoldSeconds }),
    ...(rule.priority !== undefined && { priority: rule.priority }),
    ...(rule.latching !== undefined && { latching: rule.latching }),
  };
  if (rule.levels !== undefined && Object.keys(own).length > 1) {
    wrong("levels", "stand in place of a limit and delays of the rule's own; leave one of the two out");
    return [];
  }
  const ids = new Set<string>();
  return (rule.levels ?? [own]).flatMap((level: LevelConfig, index): readonly AlarmLevel[] => {
    const at = rule.levels === undefined ? [] : ["levels", index];
    const { id = "limit", limit, deadband, onDelaySeconds, offDelaySeconds, priority } = level;
    if (ids.has(id)) wrong([...at, "id"], `is "${id}", which another level has already`);
    ids.add(id);
    const lacks = [
      ...(onDelaySeconds === undefined ? ["onDelaySeconds"] : []),
      ...(offDelaySeconds === undefined ? ["offDelaySeconds"] : []),
      ...(priority === undefined ? ["priority"] : []),
      ...(limit === undefined && !withoutLimit.includes(rule.watches) ? ["limit"] : []),
      ...(deadband === undefined && rule.watches !== "sensors" && rule.watches !== "gateway-silence"
        ? ["deadband"]
        : []),
    ];
    if (lacks.length > 0) {
      wrong(at.length === 0 ? "watches" : at, `needs ${lacks.join(", ")}`);
      return [];
    }
    if (limit !== undefined && deadband !== undefined && limit !== 0 && deadband >= Math.abs(limit))
      wrong([...at, "deadband"], `is ${deadband}, as wide as its limit of ${limit}: it would never end`);
    return [
      {
        id,
        priority: (priority ?? 3) as AlarmLevel["priority"],
        latching: level.latching ?? false,
        limit: limit ?? Number.NaN,
        deadband: deadband ?? 0,
        onDelayMs: (onDelaySeconds ?? 0) * 1_000,
        offDelayMs: (offDelaySeconds ?? 0) * 1_000,
        badHoldMs: (level.badHoldSeconds ?? defaultBadHoldSeconds) * 1_000,
      },
    ];
  });
}

function watchedBy(rule: AlarmRuleConfig, wrong: Wrong): Watched | null {
  const { watches, quantity, point, side, flaws, silentAfterSeconds, withinSeconds } = rule;
  const lacks = (what: string): null => {
    wrong("watches", `(${watches}) needs ${what}`);
    return null;
  };
  switch (watches) {
    case "limit-table":
      return isTableQuantity(quantity)
        ? { watches, quantity }
        : lacks(`quantity: ${tableQuantities.join(", ")}`);
    case "emission-hour":
    case "emission-hour-so-far":
    case "emission-minute":
    case "emission-day":
      return isEmission(quantity)
        ? { watches, quantity }
        : lacks(`quantity: ${emissionQuantities.join(", ")}`);
    case "point":
      if (point === undefined || side === undefined) return lacks("point and side");
      return { watches, point, side, lowLoad: rule.lowLoad ?? null };
    case "own-baseline": {
      const { learnHours, meanMinutes } = rule;
      if (point === undefined || side === undefined || learnHours === undefined || meanMinutes === undefined)
        return lacks("point, side, learnHours and meanMinutes");
      return { watches, point, side, learnMs: learnHours * 3_600_000, meanMs: meanMinutes * 60_000 };
    }
    case "sensors":
      return flaws === undefined ? lacks("flaws") : { watches, flaws };
    case "gateway-silence":
      return silentAfterSeconds === undefined
        ? lacks("silentAfterSeconds")
        : { watches, silentAfterMs: silentAfterSeconds * 1_000 };
    case "dead-letters":
      return withinSeconds === undefined
        ? lacks("withinSeconds")
        : { watches, withinMs: withinSeconds * 1_000 };
    case "dew-floor":
    case "tuned-o2":
    case "gateway-clock":
    case "telemetry-lag":
    case "completeness":
    case "disk":
    case "certificates":
      return { watches };
  }
}

function isTableQuantity(quantity: string | undefined): quantity is TableQuantity {
  return tableQuantities.some((each) => each === quantity);
}

function isEmission(quantity: string | undefined): quantity is EmissionQuantity {
  return emissionQuantities.some((each) => each === quantity);
}
