import type { Provenance, RetrofitFigures, RetrofitRow } from "../../contracts/http/retrofit-result.ts";
import type { RetrofitDocument, RetrofitState } from "../../contracts/http/retrofits.ts";
import type { Label } from "../../domain/boiler.ts";
import type { Language } from "./words.ts";

/** All that a report is written from. */
export interface ReportParts {
  readonly document: RetrofitDocument;
  readonly figures: RetrofitFigures;
  readonly rows: readonly RetrofitRow[];
  readonly timeZone: string;
  readonly provenance: Provenance;
  readonly state: RetrofitState;
  readonly siteName: Label;
  readonly language: Language;
}
