import type { RetrofitDocument } from "../../contracts/http/retrofits.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import { retrofitById, versionOfRetrofit } from "../../platform/records/retrofit-records.ts";
import type { SavingsRules } from "../registry.ts";
import { hashOf } from "./canonical.ts";
import { figuresOf } from "./figures.ts";
import { planPart } from "./projects.ts";
import type { RowSet } from "./rows.ts";

/** One fingerprint as it was kept, and as it comes out now. */
export interface Verified {
  readonly what: "plan" | "rows" | "result" | "figures";
  readonly stored: string;
  readonly again: string;
}

/**
 * Reckons a version again from what is stored: plan and rows must have the fingerprints that were kept with them, and
 * the figures that follow from them must be the ones that were shown.
 * @throws OperationalError `retrofit-unknown`, `retrofit-not-computed`
 */
export async function verifiedReport(
  db: RecordsDb,
  id: string,
  wanted: number | null,
  rules: SavingsRules,
): Promise<readonly Verified[]> {
  const project = await retrofitById(db, id);
  const record = project === null ? null : await versionOfRetrofit(db, id, wanted ?? project.version);
  if (record === null)
    throw new OperationalError(
      "retrofit-unknown",
      `There is no retrofit ${id}${wanted === null ? "" : ` with a version ${wanted}`}`,
    );
  const { rows: rowsText, result: resultText, planHash, rowsHash, resultHash, computedAtMs } = record;
  if (rowsText === null || resultText === null || computedAtMs === null)
    throw new OperationalError("retrofit-not-computed", `Version ${record.version} of ${id} has no result`);
  const document = JSON.parse(record.document) as RetrofitDocument;
  const rows = JSON.parse(rowsText) as RowSet;
  const again = figuresOf(document, rows, rules, computedAtMs);
  return [
    { what: "plan", stored: planHash ?? "", again: hashOf(planPart(document)) },
    { what: "rows", stored: rowsHash ?? "", again: hashOf(rows) },
    { what: "result", stored: resultHash ?? "", again: hashOf(JSON.parse(resultText)) },
    { what: "figures", stored: resultHash ?? "", again: hashOf(JSON.parse(JSON.stringify(again))) },
  ];
}
