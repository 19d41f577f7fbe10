import {
  type FuelsFile,
  type LimitTablesFile,
  type PlausibilityFile,
  type RuleFile,
  type RuleFiles,
  type RuleKind,
  ruleFiles,
} from "../contracts/rules.ts";
import type { AlarmRule } from "../domain/alarms/rule.ts";
import { coalFirings, type Label } from "../domain/boiler.ts";
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
import { fuelFlowPoints } from "../domain/points.ts";
import type { Plausibility } from "../domain/screening.ts";
import { type Fault, type Files, filesOnDisk, loadYaml } from "../platform/yaml-file.ts";
import { alarmRulesOf } from "./alarm-rules.ts";

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
  /** The points that alarm rules name, each with a way to say that there is none of this name. */
  readonly alarmPoints: readonly { readonly point: string; readonly fault: (message: string) => Fault }[];
  /** Every file as it was read, by kind; oldest first. */
  readonly files: { readonly [Kind in RuleKind]: readonly RuleFiles[Kind][] };
  /** Kinds of which a file could not be taken as a whole: that a name of one is not known says nothing then. */
  readonly incomplete: ReadonlySet<RuleKind>;
}

export type FaultAt = (path: readonly (string | number)[], message: string) => Fault;

/** Reads every rule file; what is wrong goes to `faults`, and the rest is still read. */
export function rulesFrom(names: readonly string[], faults: Fault[], from: Files = filesOnDisk): Rules {
  const limitTables: LimitTables[] = [];
  const emissionStandards: EmissionStandard[] = [];
  const fuels = new Map<string, FuelEdition[]>();
  const alarmRules = new Map<string, readonly AlarmRuleEdition[]>();
  const alarmPoints: { readonly point: string; readonly fault: (message: string) => Fault }[] = [];
  const read: { readonly rule: RuleFile; readonly fault: FaultAt }[] = [];
  const known = Object.keys(ruleFiles) as RuleKind[];
  const incomplete = new Set<RuleKind>();
  for (const name of names) {
    let itsKinds: readonly RuleKind[] = known; // of a file that cannot be read at all
    const loaded = loadYaml(
      name,
      (raw) => {
        const kind = (raw as { readonly kind?: unknown }).kind;
        const named = known.find((each) => each === kind);
        if (named !== undefined) {
          itsKinds = [named];
          return ruleFiles[named];
        }
        return { refused: `kind is ${JSON.stringify(kind) ?? "missing"}; allowed are ${known.join(", ")}` };
      },
      from,
    );
    if (loaded.ok) read.push({ rule: loaded.file.value as RuleFile, fault: loaded.file.fault });
    else {
      faults.push(...loaded.faults);
      for (const kind of itsKinds) incomplete.add(kind);
    }
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
        const { inForceFrom } = standard;
        if (inForceFrom.existing < inForceFrom.new)
          faults.push(
            fault(
              ["inForceFrom", "existing"],
              `is ${inForceFrom.existing}, before new boilers are bound on ${inForceFrom.new}`,
            ),
          );
        if (latestExtension !== null && latestExtension < inForceFrom.existing)
          faults.push(
            fault(
              ["latestExtension"],
              `is ${latestExtension}, before existing boilers are bound on ${inForceFrom.existing}`,
            ),
          );
        emissionStandards.push({ ...standard, latestExtension });
        break;
      }
      case "fuels": {
        const { validFrom, validUntil } = rule;
        const before = new Map([...fuels].map(([id, editions]) => [id, editions.at(-1)]));
        const taken = fuelsOf(rule, fault, faults);
        if (taken.length < rule.fuels.length) incomplete.add("fuels");
        for (const fuel of taken) {
          const last = before.get(fuel.id);
          if (last?.validFrom === validFrom)
            faults.push(
              fault(["validFrom"], `is ${validFrom}, as in another file with the fuel "${fuel.id}"`),
            );
          else if (last?.validUntil !== undefined && last.validUntil >= validFrom)
            faults.push(
              fault(
                ["validFrom"],
                `is ${validFrom}, while another file with the fuel "${fuel.id}" is in force until ${last.validUntil}`,
              ),
            );
          const edition = { validFrom, ...(validUntil !== undefined && { validUntil }), fuel };
          fuels.set(fuel.id, [...(fuels.get(fuel.id) ?? []), edition]);
        }
        break;
      }
      case "alarm-rules": {
        const { validFrom, validUntil } = rule;
        const taken = alarmRulesOf(rule, fault, faults);
        if (taken.length < rule.rules.length) incomplete.add("alarm-rules");
        for (const each of taken) {
          // A site's file comes after those that are shipped, and takes the place of a rule of the same day.
          const others = (alarmRules.get(each.id) ?? []).filter((known) => known.validFrom !== validFrom);
          const edition = { validFrom, ...(validUntil !== undefined && { validUntil }), rule: each };
          alarmRules.set(each.id, [...others, edition]);
        }
        for (const [index, { point }] of rule.rules.entries()) {
          const faultOf = (message: string) => fault(["rules", index, "point"], message);
          if (point !== undefined) alarmPoints.push({ point, fault: faultOf });
        }
        break;
      }
    }
  }
  const ofKind = (kind: RuleKind) => read.flatMap(({ rule }) => (rule.kind === kind ? [rule] : []));
  const files = Object.fromEntries(known.map((kind) => [kind, ofKind(kind)])) as unknown as Rules["files"];
  return { limitTables, emissionStandards, fuels, alarmRules, alarmPoints, files, incomplete };
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
    for (const { row, message } of classFaults(read[quantity]))
      faults.push(fault(row === null ? ["tables", quantity] : ["tables", quantity, row], message));
  }
  for (const [row, { limit }] of read.airRatio.entries()) {
    const wrong = limit === null ? null : airRatioLimitFault(limit);
    if (wrong !== null) faults.push(fault(["tables", "airRatio", row, "limit"], wrong));
  }
  return { id, validFrom, ...(validUntil !== undefined && { validUntil }), source, tables: read };
}

/** Why a number is no limit of an air ratio; `null` when it is one. */
export function airRatioLimitFault(limit: number): string | null {
  if (limit < 1) return `is ${limit}; no fire has an air ratio below 1`;
  const isHundredths = Math.abs(100 * limit - Math.round(100 * limit)) < 1e-9;
  return isHundredths
    ? null
    : `is ${limit}; it may have two decimals, as the rounded ratio has that is held against it`;
}

/** All that a table must have an answer for. */
const columnsOfTable = [
  ...coalFirings.map((coalFiring) => ({ fuelClass: "coal", coalFiring }) as const),
  { fuelClass: "oil", coalFiring: null },
  { fuelClass: "gas", coalFiring: null },
] as const satisfies readonly Pick<LimitRow, "fuelClass" | "coalFiring">[];

interface RowFault {
  /** Of the table; `null`: what is wrong stands in none of them. */
  readonly row: number | null;
  readonly message: string;
}

/** The capacity classes of each column must follow on each other from 0 up, without a hole, and no column may lack. */
function classFaults(rows: readonly LimitRow[]): readonly RowFault[] {
  const faults: RowFault[] = [];
  for (const [row, { fuelClass, coalFiring }] of rows.entries()) {
    if ((fuelClass === "coal") !== (coalFiring !== null)) {
      const message =
        fuelClass === "coal"
          ? `(coal) needs coalFiring: ${coalFirings.join(" or ")}`
          : `(${fuelClass}) has coalFiring, which is for coal`;
      faults.push({ row, message });
    }
  }
  if (faults.length > 0) return faults;
  for (const { fuelClass, coalFiring } of columnsOfTable) {
    const column = coalFiring === null ? fuelClass : `${fuelClass}, ${coalFiring}`;
    const sorted = rows
      .map((each, row) => ({ ...each, row }))
      .filter((each) => each.fuelClass === fuelClass && each.coalFiring === coalFiring)
      .sort((a, b) => a.fromTPerH - b.fromTPerH);
    let expected: number | null = 0;
    let last: number | null = null;
    for (const { fromTPerH, belowTPerH, row } of sorted) {
      if (belowTPerH !== null && belowTPerH <= fromTPerH)
        faults.push({ row, message: `(${column}) ends at ${belowTPerH} t/h, before it begins` });
      if (expected === null || fromTPerH < expected)
        faults.push({ row, message: `(${column}) is a second class for ${fromTPerH} t/h` });
      else if (fromTPerH > expected)
        faults.push({ row, message: `(${column}) leaves no class from ${expected} to ${fromTPerH} t/h` });
      expected = belowTPerH;
      last = row;
    }
    if (sorted.length === 0)
      faults.push({ row: null, message: `has no rows for ${column}; a dash is \`limit: null\`` });
    else if (expected !== null)
      faults.push({ row: last, message: `(${column}) leaves no class from ${expected} t/h up` });
  }
  return faults;
}

function fuelsOf({ fuels }: FuelsFile, fault: FaultAt, faults: Fault[]): readonly LabelledFuel[] {
  const ids = new Set<string>();
  return fuels.flatMap((each, index) => {
    const { massPercent, molePercent, class: fuelClass, kgPerUnit = null, fo = null, note, ...rest } = each;
    const wrong = (message: string) =>
      faults.push(fault(["fuels", index, "id"], `("${each.id}") ${message}`));
    if (!(fuelFlowPoints as readonly string[]).includes(each.flowPoint))
      faults.push(
        fault(
          ["fuels", index, "flowPoint"],
          `is "${each.flowPoint}", which is no flow of a fuel; known are ${fuelFlowPoints.join(", ")}`,
        ),
      );
    if (fo !== null && fo[0] >= fo[1])
      faults.push(fault(["fuels", index, "fo"], "must go from the lowest to the highest value"));
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

export function plausibilityOf({ frozenMinutes, settledMinutes, ...rest }: PlausibilityFile): Plausibility {
  return { ...rest, frozenMs: frozenMinutes * 60_000, settledMs: settledMinutes * 60_000 };
}
