import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { points } from "../domain/points.ts";
import { OperationalError } from "../platform/errors.ts";
import { type Fault, faultsError } from "../platform/yaml-file.ts";
import { rulesFrom } from "./rules.ts";
import type { Settings } from "./settings.ts";

/** Before any reading: rules that are tried out count for all of the time that is looked at. */
const always = "1970-01-01";

/** The same of a text that somebody edits; its faults name lines of the text. */
export function withRulesText(settings: Settings, text: string): Settings {
  const folder = mkdtempSync(join(tmpdir(), "fluewatch-rules-"));
  try {
    const file = join(folder, "rules.yaml");
    writeFileSync(file, text, { mode: 0o600 });
    return withRules(settings, file);
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    throw new OperationalError(error.code, error.message.replaceAll(`${folder}/`, ""), { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The settings as they would be with a file of rules in force: its alarm rules, limit tables and emission standards
 * take the place of those with their id, at all times.
 * @throws OperationalError `config-invalid`, with every fault of the file at its line
 */
export function withRules(settings: Settings, file: string): Settings {
  const faults: Fault[] = [];
  const other = rulesFrom([file], faults);
  for (const { point, fault } of other.alarmPoints) {
    if (!Object.hasOwn(points, point) && !Object.hasOwn(settings.config.points, point))
      faults.push(fault(`is "${point}", which is no point; add it under points: in the configuration`));
  }
  if (faults.length > 0) throw faultsError(faults);
  const { rules } = settings;
  const inForce = <T extends { readonly validFrom: string }>(edition: T): T => {
    const { validUntil: _until, ...rest } = edition as T & { readonly validUntil?: string };
    return { ...rest, validFrom: always } as unknown as T;
  };
  const replaced = <T extends { readonly id: string; readonly validFrom: string }>(
    known: readonly T[],
    tried: readonly T[],
  ) => {
    const newest = new Map(tried.map((each) => [each.id, inForce(each)]));
    return [...known.filter(({ id }) => !newest.has(id)), ...newest.values()];
  };
  const alarmRules = new Map(rules.alarmRules);
  for (const [id, editions] of other.alarmRules) {
    const newest = editions.at(-1);
    if (newest !== undefined) alarmRules.set(id, [inForce(newest)]);
  }
  return {
    ...settings,
    rules: {
      ...rules,
      alarmRules,
      limitTables: replaced(rules.limitTables, other.limitTables),
      emissionStandards: replaced(rules.emissionStandards, other.emissionStandards),
    },
  };
}
