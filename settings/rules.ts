import {
  type AlarmRulesFile,
  type FuelsFile,
  type LimitTablesFile,
  type RuleFile,
  ruleFiles,
} from "../contracts/rules.ts";
import type { AlarmRule } from "../domain/alarms/rule.ts";
import type { Label } from "../domain/boiler.ts";
import type { Composition } from "../domain/combustion/stoichiometry.ts";
import type { Fuel } from "../domain/fuel.ts";
import {
  type EmissionStandard,
  type LimitRow,
  type LimitTables,
  type TableQuantity,
  tableQuantities,
} from "../domain/limits.ts";
import { type Fault, loadYaml } from "../platform/yaml-file.ts";

/** Limits, fuels and alarm rules, every edition of them: dated data with a source. */
export interface Rules {
  readonly limitTables: readonly LimitTables[];
  readonly emissionStandards: readonly EmissionStandard[];
  readonly fuels: ReadonlyMap<string, Fuel & { readonly label: Label }>;
  readonly alarmRules: readonly AlarmRule[];
}

type FaultAt = (path: readonly (string | number)[], message: string) => Fault;

/** Reads every rule file; what is wrong goes to `faults`, and the rest is still read. */
export function rulesFrom(files: readonly string[], faults: Fault[]): Rules {
  const limitTables: LimitTables[] = [];
  const emissionStandards: EmissionStandard[] = [];
  const fuels = new Map<string, Fuel & { readonly label: Label }>();
  const alarmRules = new Map<string, AlarmRule>();
  const editions = new Set<string>();

  for (const file of files) {
    const loaded = loadYaml(file, (raw) => {
      const kind = (raw as { readonly kind?: unknown }).kind;
      const known = Object.keys(ruleFiles);
      if (typeof kind === "string" && known.includes(kind)) return ruleFiles[kind as keyof typeof ruleFiles];
      return { refused: `kind is ${JSON.stringify(kind) ?? "missing"}; allowed are ${known.join(", ")}` };
    });
    if (!loaded.ok) {
      faults.push(...loaded.faults);
      continue;
    }
    const { fault } = loaded.file;
    const rule = loaded.file.value as RuleFile;
    const edition = `${rule.kind}/${rule.id}/${rule.validFrom}`;
    if (editions.has(edition))
      faults.push(fault(["validFrom"], `is ${rule.validFrom}, as in another file of "${rule.id}"`));
    editions.add(edition);
    switch (rule.kind) {
      case "limit-tables":
        limitTables.push(limitTablesOf(rule, fault, faults));
        break;
      case "emission-standard":
        emissionStandards.push(rule);
        break;
      case "fuels":
        for (const fuel of fuelsOf(rule, fault, faults)) fuels.set(fuel.id, fuel);
        break;
      case "alarm-rules":
        for (const each of alarmRulesOf(rule, fault, faults)) alarmRules.set(each.id, each);
        break;
    }
  }
  return { limitTables, emissionStandards, fuels, alarmRules: [...alarmRules.values()] };
}

function limitTablesOf(
  { id, validFrom, source, tables }: LimitTablesFile,
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
  return { id, validFrom, source, tables: read };
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

function fuelsOf(
  { fuels }: FuelsFile,
  fault: FaultAt,
  faults: Fault[],
): readonly (Fuel & { readonly label: Label })[] {
  return fuels.flatMap(
    ({ massPercent, molePercent, class: fuelClass, id, label, flowPoint, ncvMjPerUnit, siegert }, index) => {
      const parts = massPercent ?? molePercent;
      if (parts === undefined || (massPercent !== undefined && molePercent !== undefined)) {
        faults.push(
          fault(["fuels", index, "id"], `("${id}") needs exactly one of massPercent and molePercent`),
        );
        return [];
      }
      const sum = Object.values(parts).reduce((total, part) => total + (part ?? 0), 0);
      if (Math.abs(sum - 100) > 0.5) {
        faults.push(
          fault(
            ["fuels", index, "id"],
            `("${id}") has a composition of ${sum.toFixed(2)} %; it must be 100 %`,
          ),
        );
      }
      const composition: Composition =
        massPercent !== undefined
          ? { basis: "mass", ...massPercent }
          : { basis: "mole", gases: (molePercent ?? {}) as Extract<Composition, { basis: "mole" }>["gases"] };
      return [{ id, label, fuelClass, flowPoint, ncvMjPerUnit, composition, siegert }];
    },
  );
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
