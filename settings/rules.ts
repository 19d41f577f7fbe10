import {
  type AlarmRulesFile,
  type FuelsFile,
  type LimitTablesFile,
  type PlausibilityFile,
  type RuleFile,
  type RuleFiles,
  type RuleKind,
  ruleFiles,
} from "../contracts/rules.ts";
import type { AlarmRule } from "../domain/alarms/rule.ts";
import type { Label } from "../domain/boiler.ts";
import type { Composition } from "../domain/combustion/stoichiometry.ts";
import type { Fuel } from "../domain/fuel.ts";
import {
  type Dated,
  type EmissionStandard,
  type LimitRow,
  type LimitTables,
  type TableQuantity,
  tableQuantities,
} from "../domain/limits.ts";
import type { Plausibility } from "../domain/screening.ts";
import { type Fault, loadYaml } from "../platform/yaml-file.ts";

export type LabelledFuel = Fuel & { readonly label: Label };
export type FuelEdition = Dated & { readonly fuel: LabelledFuel };
export type AlarmRuleEdition = Dated & { readonly rule: AlarmRule };

/** All rules, every edition of them: dated data with a source. */
export interface Rules {
  readonly limitTables: readonly LimitTables[];
  readonly emissionStandards: readonly EmissionStandard[];
  /** By id; oldest edition first. */
  readonly fuels: ReadonlyMap<string, readonly FuelEdition[]>;
  /** By id; oldest edition first, one for each day on which one begins. */
  readonly alarmRules: ReadonlyMap<string, readonly AlarmRuleEdition[]>;
  /** Every file as it was read, by kind; oldest first. */
  readonly files: { readonly [Kind in RuleKind]: readonly RuleFiles[Kind][] };
}

type FaultAt = (path: readonly (string | number)[], message: string) => Fault;

/** Reads every rule file; what is wrong goes to `faults`, and the rest is still read. */
export function rulesFrom(names: readonly string[], faults: Fault[]): Rules {
  const limitTables: LimitTables[] = [];
  const emissionStandards: EmissionStandard[] = [];
  const fuels = new Map<string, FuelEdition[]>();
  const alarmRules = new Map<string, readonly AlarmRuleEdition[]>();
  const read: { readonly rule: RuleFile; readonly fault: FaultAt }[] = [];
  for (const name of names) {
    const loaded = loadYaml(name, (raw) => {
      const kind = (raw as { readonly kind?: unknown }).kind;
      const known = Object.keys(ruleFiles);
      if (typeof kind === "string" && known.includes(kind)) return ruleFiles[kind as RuleKind];
      return { refused: `kind is ${JSON.stringify(kind) ?? "missing"}; allowed are ${known.join(", ")}` };
    });
    if (loaded.ok) read.push({ rule: loaded.file.value as RuleFile, fault: loaded.file.fault });
    else faults.push(...loaded.faults);
  }
  // Of the same day, in the order of the files.
  read.sort(({ rule: { validFrom: a } }, { rule: { validFrom: b } }) => (a < b ? -1 : a > b ? 1 : 0));
  faults.push(...overlaps(read));

  for (const { rule, fault } of read) {
    switch (rule.kind) {
      case "limit-tables":
        limitTables.push(limitTablesOf(rule, fault, faults));
        break;
      case "emission-standard": {
        const { latestExtension = null, ...standard } = rule;
        emissionStandards.push({ ...standard, latestExtension });
        break;
      }
      case "fuels": {
        const { validFrom, validUntil } = rule;
        const taken = [...fuels].flatMap(([id, editions]) =>
          editions.some((edition) => edition.validFrom === validFrom) ? [id] : [],
        );
        for (const fuel of fuelsOf(rule, fault, faults)) {
          if (taken.includes(fuel.id))
            faults.push(
              fault(["validFrom"], `is ${validFrom}, as in another file with the fuel "${fuel.id}"`),
            );
          const edition = { validFrom, ...(validUntil !== undefined && { validUntil }), fuel };
          fuels.set(fuel.id, [...(fuels.get(fuel.id) ?? []), edition]);
        }
        break;
      }
      case "alarm-rules": {
        const { validFrom, validUntil } = rule;
        for (const each of alarmRulesOf(rule, fault, faults)) {
          // A site's file comes after those that are shipped, and takes the place of a rule of the same day.
          const others = (alarmRules.get(each.id) ?? []).filter((known) => known.validFrom !== validFrom);
          const edition = { validFrom, ...(validUntil !== undefined && { validUntil }), rule: each };
          alarmRules.set(each.id, [...others, edition]);
        }
        break;
      }
    }
  }
  const ofKind = (kind: RuleKind) => read.flatMap(({ rule }) => (rule.kind === kind ? [rule] : []));
  const kinds = Object.keys(ruleFiles) as RuleKind[];
  const files = Object.fromEntries(kinds.map((kind) => [kind, ofKind(kind)])) as unknown as Rules["files"];
  return { limitTables, emissionStandards, fuels, alarmRules, files };
}

/** Two editions of one thing may follow on each other, not overlap. */
function overlaps(read: readonly { readonly rule: RuleFile; readonly fault: FaultAt }[]): readonly Fault[] {
  const newest = new Map<string, RuleFile>();
  return read.flatMap(({ rule, fault }) => {
    const key = `${rule.kind}/${rule.id}`;
    const before = newest.get(key);
    newest.set(key, rule);
    const ends = rule.validUntil !== undefined && rule.validUntil < rule.validFrom;
    const messages = [
      ...(ends ? [fault(["validUntil"], `is ${rule.validUntil}, before validFrom ${rule.validFrom}`)] : []),
    ];
    if (before?.validFrom === rule.validFrom) {
      messages.push(fault(["validFrom"], `is ${rule.validFrom}, as in another file of "${rule.id}"`));
    } else if (before?.validUntil !== undefined && before.validUntil >= rule.validFrom) {
      messages.push(
        fault(
          ["validFrom"],
          `is ${rule.validFrom}, while the edition of "${rule.id}" before it is in force until ${before.validUntil}`,
        ),
      );
    }
    return messages;
  });
}

function limitTablesOf(
  { id, validFrom, validUntil, source, tables }: LimitTablesFile,
  fault: FaultAt,
  faults: Fault[],
): LimitTables {
  const rows = (quantity: TableQuantity) =>
    tables[quantity].map(
      ({ fuel, coalFiring = null, fromTPerH, belowTPerH = null, limit }): LimitRow => ({
        fuelClass: fuel,
        coalFiring,
        fromTPerH,
        belowTPerH,
        limit,
      }),
    );
  const read = { airRatio: rows("airRatio"), exhaustTempC: rows("exhaustTempC") };
  for (const quantity of tableQuantities) {
    for (const message of classFaults(read[quantity])) faults.push(fault(["tables", quantity], message));
  }
  return { id, validFrom, ...(validUntil !== undefined && { validUntil }), source, tables: read };
}

/** The capacity classes of each column must follow on each other from 0 up, without a hole. */
function classFaults(rows: readonly LimitRow[]): readonly string[] {
  const columns = new Map<string, LimitRow[]>();
  for (const row of rows) {
    const column = row.coalFiring === null ? row.fuelClass : `${row.fuelClass}, ${row.coalFiring}`;
    columns.set(column, [...(columns.get(column) ?? []), row]);
  }
  return [...columns].flatMap(([column, classes]) => {
    const sorted = [...classes].sort((a, b) => a.fromTPerH - b.fromTPerH);
    const messages: string[] = [];
    let expected: number | null = 0;
    for (const { fromTPerH, belowTPerH } of sorted) {
      if (expected === null || fromTPerH < expected)
        messages.push(`(${column}) has two classes for ${fromTPerH} t/h`);
      else if (fromTPerH > expected)
        messages.push(`(${column}) has no class from ${expected} to ${fromTPerH} t/h`);
      expected = belowTPerH;
    }
    if (expected !== null) messages.push(`(${column}) has no class from ${expected} t/h up`);
    return messages;
  });
}

function fuelsOf({ fuels }: FuelsFile, fault: FaultAt, faults: Fault[]): readonly LabelledFuel[] {
  const ids = new Set<string>();
  return fuels.flatMap((each, index) => {
    const { massPercent, molePercent, class: fuelClass, kgPerUnit = null, fo = null, note, ...rest } = each;
    const wrong = (message: string) =>
      faults.push(fault(["fuels", index, "id"], `("${each.id}") ${message}`));
    if (ids.has(each.id)) wrong("stands twice in this file");
    ids.add(each.id);
    const parts = massPercent ?? molePercent;
    if (parts === undefined || (massPercent !== undefined && molePercent !== undefined)) {
      wrong("needs exactly one of massPercent and molePercent");
      return [];
    }
    const sum = Object.values(parts).reduce((total, part) => total + (part ?? 0), 0);
    if (Math.abs(sum - 100) > 0.5) wrong(`has a composition of ${sum.toFixed(2)} %; it must be 100 %`);
    if (each.gcvMjPerUnit <= each.ncvMjPerUnit && (massPercent?.h ?? 1) > 0)
      wrong("has a gross heating value that is not above its net one");
    if (massPercent !== undefined && kgPerUnit === null)
      wrong("needs kgPerUnit: how many kg one unit of its meter has");
    const composition: Composition =
      massPercent !== undefined
        ? { basis: "mass", ...massPercent }
        : { basis: "mole", gases: (molePercent ?? {}) as Extract<Composition, { basis: "mole" }>["gases"] };
    return [
      { ...rest, fuelClass, kgPerUnit, composition, fo: fo === null ? null : ([fo[0], fo[1]] as const) },
    ];
  });
}

function alarmRulesOf({ rules }: AlarmRulesFile, fault: FaultAt, faults: Fault[]): readonly AlarmRule[] {
  return rules.flatMap((rule, index): readonly AlarmRule[] => {
    const common = {
      id: rule.id,
      priority: rule.priority as AlarmRule["priority"],
      title: rule.title,
      response: rule.response,
      consequence: rule.consequence,
      onDelayMs: rule.onDelaySeconds * 1_000,
      offDelayMs: rule.offDelaySeconds * 1_000,
      badHoldMs: rule.badHoldSeconds * 1_000,
    };
    if (rule.watches === "limit-table" && rule.quantity !== undefined && rule.deadband !== undefined) {
      return [{ ...common, watches: rule.watches, quantity: rule.quantity, deadband: rule.deadband }];
    }
    if (rule.watches === "gateway-silence" && rule.silentAfterSeconds !== undefined) {
      return [{ ...common, watches: rule.watches, silentAfterMs: rule.silentAfterSeconds * 1_000 }];
    }
    const lacks = rule.watches === "limit-table" ? "quantity and deadband" : "silentAfterSeconds";
    faults.push(fault(["rules", index, "watches"], `(${rule.watches}) needs ${lacks}`));
    return [];
  });
}

export function plausibilityOf({ frozenMinutes, settledMinutes, ...rest }: PlausibilityFile): Plausibility {
  return { ...rest, frozenMs: frozenMinutes * 60_000, settledMs: settledMinutes * 60_000 };
}
