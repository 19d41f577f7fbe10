import type { RetrofitState } from "../../contracts/http/retrofits.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { SavingsRules } from "../registry.ts";
import type { Projects } from "../retrofits/projects.ts";
import type { ReportParts } from "./report-parts.ts";
import type { Language } from "./words.ts";

/** What a report is written from. @throws OperationalError `retrofit-not-computed`, also where there are no figures */
export async function reportParts(
  id: string,
  version: number | null,
  language: Language,
  projects: Projects,
  rules: SavingsRules,
): Promise<ReportParts> {
  const { project, record, document, rows, outcome } = await projects.stored(id, version);
  if (outcome.kind === "refused")
    throw new OperationalError(
      "retrofit-not-computed",
      `There is no report without a result: ${outcome.refusals.map(({ says }) => says[language]).join(" ")}`,
    );
  const { provenance } = await projects.result(id, record.version);
  const siteName = rules.sites.find((site) => site.id === project.siteId)?.name ?? {
    en: project.siteId,
    "zh-TW": project.siteId,
  };
  return {
    document,
    figures: outcome,
    rows: rows.rows,
    timeZone: rows.timeZone,
    provenance,
    state: record.state as RetrofitState,
    siteName,
    language,
  };
}
