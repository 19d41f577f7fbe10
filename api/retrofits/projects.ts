import type { RetrofitFollowUp } from "../../contracts/http/retrofit-follow-up.ts";
import type {
  RetrofitFigures,
  RetrofitRefused,
  RetrofitResult,
} from "../../contracts/http/retrofit-result.ts";
import type {
  RetrofitDocument,
  RetrofitEvent,
  RetrofitLine,
  RetrofitPlan,
  RetrofitState,
  RetrofitText,
} from "../../contracts/http/retrofits.ts";
import type { Label } from "../../domain/boiler.ts";
import { plantSpan } from "../../domain/mv/plant-days.ts";
import { type Refusal, sentenceOf } from "../../domain/mv/refusal.ts";
import { OperationalError } from "../../platform/errors.ts";
import { alarmHistory } from "../../platform/records/alarm-records.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import {
  addRetrofitEvent,
  allRetrofits,
  eventsOfRetrofit,
  type RetrofitRecord,
  type RetrofitVersionRecord,
  releasedVersions,
  retrofitById,
  saveRetrofit,
  versionOfRetrofit,
  versionsOfRetrofit,
} from "../../platform/records/retrofit-records.ts";
import type { TierReader } from "../../platform/telemetry/telemetry.ts";
import type { World } from "../../platform/world.ts";
import type { SavingsRules } from "../registry.ts";
import { hashOf } from "./canonical.ts";
import { figuresOf } from "./figures.ts";
import { followUpOf } from "./follow-up.ts";
import { planFaults } from "./periods.ts";
import { boilersOf, type LogLine, type RowSet, readRows } from "./rows.ts";

export interface ProjectNeeds {
  readonly rules: SavingsRules;
  readonly store: TierReader;
  readonly db: RecordsDb;
  readonly world: Pick<World, "clock" | "log">;
  readonly software: string;
}

/** Retrofit projects: each version goes from draft over planned and computed to released, and never back. */
export interface Projects {
  list(): Promise<readonly RetrofitLine[]>;
  /** The site of a project; `null` where there is none. */
  siteOf(id: string): Promise<string | null>;
  /** @throws OperationalError `retrofit-unknown` */
  get(id: string): Promise<RetrofitText>;
  create(id: string, document: RetrofitDocument, by: string): Promise<RetrofitText>;
  /** The whole of a draft; of what is planned or computed, evidence and money only. */
  edit(id: string, rev: number, document: RetrofitDocument, by: string): Promise<RetrofitText>;
  freeze(id: string, rev: number, by: string): Promise<RetrofitText>;
  compute(id: string, rev: number, by: string): Promise<RetrofitText>;
  release(id: string, rev: number, title: string, by: string): Promise<RetrofitText>;
  /** A new draft in the place of the newest version. */
  revise(id: string, rev: number, reason: string, by: string): Promise<RetrofitText>;
  result(id: string, version: number | null): Promise<RetrofitResult>;
  stored(id: string, version: number | null): Promise<StoredResult>;
  /** Reads the rows of what was released anew; what late data have changed is superseded. @returns their ids */
  recheck(): Promise<readonly string[]>;
  /** What the released model says of the days since its report. */
  followUp(id: string): Promise<RetrofitFollowUp>;
  /** Runs every released model on: a saving that has gone, or has come back, is told once. @returns what was told */
  watchSavings(): Promise<readonly { readonly id: string; readonly decayed: boolean }[]>;
}

/** A computed version with all that it stands on. */
export interface StoredResult {
  readonly project: RetrofitRecord;
  readonly record: RetrofitVersionRecord;
  readonly document: RetrofitDocument;
  readonly rows: RowSet;
  readonly outcome: RetrofitFigures | RetrofitRefused;
}

export function projects({ rules, store, db, world, software }: ProjectNeeds): Projects {
  const nowMs = () => world.clock.nowMs();

  async function opened(id: string): Promise<{
    readonly project: RetrofitRecord;
    readonly record: RetrofitVersionRecord;
    readonly document: RetrofitDocument;
  }> {
    const project = await retrofitById(db, id);
    if (project === null) throw new OperationalError("retrofit-unknown", `There is no retrofit ${id}`);
    const record = await versionOfRetrofit(db, id, project.version);
    if (record === null) throw new OperationalError("retrofit-unknown", `There is no retrofit ${id}`);
    return { project, record, document: JSON.parse(record.document) as RetrofitDocument };
  }

  async function get(id: string): Promise<RetrofitText> {
    const { project, document } = await opened(id);
    const versions = (await versionsOfRetrofit(db, id)).map((each) => ({
      ...each,
      state: each.state as RetrofitState,
    }));
    const current = versions.find(({ version }) => version === project.version);
    if (current === undefined) throw new OperationalError("retrofit-unknown", `There is no retrofit ${id}`);
    const events = (await eventsOfRetrofit(db, id)).map(({ version, kind, by, reason, atMs }) => ({
      version,
      kind: kind as RetrofitEvent["kind"],
      by,
      reason,
      atMs,
    }));
    return {
      id,
      siteId: project.siteId,
      simulated: isSimulated(project.siteId),
      rev: project.rev,
      document,
      current,
      versions,
      events,
    };
  }

  const isSimulated = (siteId: string) => rules.sites.find((site) => site.id === siteId)?.simulated ?? false;

  async function save(
    { project, record }: { readonly project: RetrofitRecord; readonly record: RetrofitVersionRecord },
    rev: number,
    change: Partial<RetrofitVersionRecord>,
    kind: RetrofitEvent["kind"],
    by: string,
    reason: string | null = null,
    superseded: readonly number[] = [],
  ): Promise<RetrofitText> {
    const next = { ...record, ...change };
    await saveRetrofit(db, {
      id: project.id,
      siteId: project.siteId,
      basedOn: rev,
      version: next,
      superseded,
      events: [
        { retrofitId: project.id, version: next.version, kind, by, reason, atMs: nowMs() },
        ...superseded.map((version) => ({
          retrofitId: project.id,
          version,
          kind: "superseded",
          by,
          reason,
          atMs: nowMs(),
        })),
      ],
      atMs: nowMs(),
    });
    return get(project.id);
  }

  async function logOf(plan: RetrofitPlan, timeZone: string): Promise<readonly LogLine[]> {
    const { fromMs } = plantSpan(plan.baseline, timeZone);
    const { toMs } = plantSpan(plan.reporting, timeZone);
    const history = await alarmHistory(db, fromMs, toMs);
    return history
      .filter(({ sourceId }) => plan.boilers.includes(sourceId))
      .map(({ ruleId, sinceMs, returnedAtMs }) => ({
        id: ruleId,
        fromMs: sinceMs,
        toMs: returnedAtMs ?? toMs,
      }))
      .sort((a, b) => a.fromMs - b.fromMs);
  }

  async function stored(id: string, wanted: number | null): Promise<StoredResult> {
    const { project, record: newest } = await opened(id);
    const record =
      wanted === null || wanted === newest.version ? newest : await versionOfRetrofit(db, id, wanted);
    if (record === null) throw new OperationalError("retrofit-unknown", `${id} has no version ${wanted}`);
    if (record.rows === null || record.result === null)
      throw new OperationalError(
        "retrofit-not-computed",
        record.planHash === null
          ? "The plan is not frozen: freeze it, then have the result computed"
          : "The result is not computed yet: ask for it with POST compute",
      );
    return {
      project,
      record,
      document: JSON.parse(record.document) as RetrofitDocument,
      rows: JSON.parse(record.rows) as RowSet,
      outcome: JSON.parse(record.result) as RetrofitFigures | RetrofitRefused,
    };
  }

  return {
    get,
    stored,
    siteOf: async (id) => (await retrofitById(db, id))?.siteId ?? null,
    list: async () => {
      const lines: RetrofitLine[] = [];
      for (const project of await allRetrofits(db)) {
        const record = await versionOfRetrofit(db, project.id, project.version);
        if (record === null) continue;
        const { title, client, plan } = JSON.parse(record.document) as RetrofitDocument;
        lines.push({
          id: project.id,
          siteId: project.siteId,
          title,
          client,
          simulated: isSimulated(project.siteId),
          state: record.state as RetrofitState,
          version: record.version,
          baseline: plan.baseline,
          reporting: plan.reporting,
          boilers: plan.boilers,
          sentence: sentenceIn(record),
          decayed: await decayOf(record),
          changedAtMs: project.changedAtMs,
        });
      }
      return lines;
    },
    create: async (id, document, by) => {
      const { siteId } = boilersOf(document.plan, rules, nowMs());
      checkNames(document, rules, nowMs());
      const version: RetrofitVersionRecord = {
        ...emptyVersion,
        retrofitId: id,
        version: 1,
        state: "draft",
        document: JSON.stringify(stamped(document, null, by)),
        author: by,
        reason: null,
        createdAtMs: nowMs(),
      };
      const event = { retrofitId: id, version: 1, kind: "created", by, reason: null, atMs: nowMs() };
      await saveRetrofit(db, {
        id,
        siteId,
        basedOn: null,
        version,
        superseded: [],
        events: [event],
        atMs: nowMs(),
      });
      return get(id);
    },
    edit: async (id, rev, document, by) => {
      const now = await opened(id);
      const { record, document: before } = now;
      if (record.state === "released" || record.state === "superseded")
        throw new OperationalError(
          "state-conflict",
          "A released report is never changed; begin a new version, with the reason",
        );
      const next = stamped(document, before, by);
      if (record.state !== "draft" && hashOf(planPart(next)) !== hashOf(planPart(before)))
        throw new OperationalError(
          "plan-frozen",
          sentenceOf({
            kind: "plan-changed",
            frozenHash: record.planHash ?? "",
            hash: hashOf(planPart(next)),
          }).en,
        );
      const { siteId } = boilersOf(next.plan, rules, nowMs());
      if (siteId !== now.project.siteId)
        throw new OperationalError(
          "retrofit-invalid",
          "A project stays at its site; make a new one for another site",
        );
      checkNames(next, rules, nowMs());
      // What stands on other prices or other evidence is another result: of the same rows.
      const again =
        record.state === "computed" && record.rows !== null
          ? recomputed(next, JSON.parse(record.rows) as RowSet, nowMs())
          : {};
      return save(now, rev, { document: JSON.stringify(next), ...again }, "edited", by);
    },
    freeze: async (id, rev, by) => {
      const now = await opened(id);
      expectState(now.record, ["draft"], "Only a draft can be frozen");
      const { plan } = now.document;
      const { timeZone } = boilersOf(plan, rules, nowMs());
      const faults = planFaults(plan, timeZone);
      if (faults.length > 0) throw new OperationalError("plan-refused", faults.map(bothLanguages).join(" "));
      const planHash = hashOf(planPart(now.document));
      return save(now, rev, { state: "planned", planHash, plannedAtMs: nowMs() }, "frozen", by);
    },
    compute: async (id, rev, by) => {
      const now = await opened(id);
      if (now.record.state === "draft")
        throw new OperationalError(
          "plan-not-frozen",
          "The plan must be frozen before any result is reckoned: freeze it first",
        );
      expectState(
        now.record,
        ["planned", "computed"],
        "A released report is not computed again; begin a new version",
      );
      const { plan } = now.document;
      const { timeZone } = boilersOf(plan, rules, nowMs());
      const rows = await readRows(plan, rules, store, await logOf(plan, timeZone), nowMs());
      const text = { rows: JSON.stringify(rows), rowsHash: hashOf(rows) };
      return save(
        now,
        rev,
        { state: "computed", ...text, ...recomputed(now.document, rows, nowMs()) },
        "computed",
        by,
      );
    },
    release: async (id, rev, title, by) => {
      const now = await opened(id);
      expectState(now.record, ["computed"], "Only a computed result can be released");
      const { outcome, document } = await stored(id, null);
      if (outcome.kind === "refused")
        throw new OperationalError(
          "release-blocked",
          `There is no result to release: ${outcome.refusals.map(({ says }) => `${says.en} ${says["zh-TW"]}`).join(" ")}`,
        );
      const open = outcome.openPoints.filter(({ decision }) => decision === null);
      if (open.length > 0)
        throw new OperationalError(
          "release-blocked",
          `${open.length} open ${open.length === 1 ? "point needs" : "points need"} a decision first: ${open.map((each) => each.title.en).join("; ")}`,
        );
      if (title !== document.title.en && title !== document.title["zh-TW"])
        throw new OperationalError(
          "release-blocked",
          "Type the project's title as it stands: a release cannot be taken back",
        );
      const earlier = (await versionsOfRetrofit(db, id)).filter(
        ({ version, state }) => version < now.record.version && state === "released",
      );
      return save(
        now,
        rev,
        { state: "released", releasedAtMs: nowMs(), releasedBy: by },
        "released",
        by,
        null,
        earlier.map(({ version }) => version),
      );
    },
    revise: async (id, rev, reason, by) => {
      const now = await opened(id);
      expectState(
        now.record,
        ["planned", "computed", "released", "superseded"],
        "A draft can still be changed as it is",
      );
      // What is released stays so until the new version is released, too.
      const given =
        now.record.state === "released" || now.record.state === "superseded" ? [] : [now.record.version];
      const next: Partial<RetrofitVersionRecord> = {
        ...emptyVersion,
        version: now.record.version + 1,
        state: "draft",
        author: by,
        reason,
        createdAtMs: nowMs(),
        document: JSON.stringify({ ...now.document, evidence: { ...now.document.evidence, decisions: [] } }),
      };
      return save(now, rev, next, "created", by, reason, given);
    },
    result: async (id, wanted) => {
      const { project, record, outcome } = await stored(id, wanted);
      return {
        provenance: {
          retrofitId: id,
          version: record.version,
          planHash: record.planHash ?? "",
          rowsHash: record.rowsHash ?? "",
          resultHash: record.resultHash ?? "",
          software: record.software ?? "",
          computedAtMs: record.computedAtMs ?? 0,
          simulated: isSimulated(project.siteId),
          command: `fluewatch verify --report ${id} --version ${record.version}`,
        },
        outcome,
      };
    },
    recheck: async () => {
      const changed: string[] = [];
      for (const record of await releasedVersions(db)) {
        const project = await retrofitById(db, record.retrofitId);
        if (project === null) continue;
        const { plan } = JSON.parse(record.document) as RetrofitDocument;
        const { timeZone } = boilersOf(plan, rules, nowMs());
        const rows = await readRows(plan, rules, store, await logOf(plan, timeZone), nowMs());
        const before = JSON.parse(record.rows ?? "null") as RowSet | null;
        if (before === null || hashOf(rows.rows) === hashOf(before.rows)) continue;
        // What the store has given up since is no news: the rows that were kept stand for it.
        const isLess = before.rows.some(
          (row, k) => (rows.rows[k]?.coveragePercent ?? 0) < row.coveragePercent - 1e-6,
        );
        if (isLess) continue;
        changed.push(record.retrofitId);
        await saveRetrofit(db, {
          id: project.id,
          siteId: project.siteId,
          basedOn: project.rev,
          version: { ...record, state: "superseded" },
          superseded: [],
          events: [
            {
              retrofitId: project.id,
              version: record.version,
              kind: "late-data",
              by: "fluewatch",
              reason: `rows are now ${hashOf(rows)}`,
              atMs: nowMs(),
            },
          ],
          atMs: nowMs(),
        });
      }
      return changed;
    },
    followUp: async (id) => {
      await opened(id);
      return followed(id);
    },
    watchSavings: async () => {
      const told: { readonly id: string; readonly decayed: boolean }[] = [];
      for (const record of await releasedVersions(db)) {
        const { retrofitId: id, version } = record;
        const now = await followed(id);
        if (now.kind === "none" || now.version !== version || now.state === "too-early") continue;
        const decayed = now.state === "decayed";
        if (decayed === ((await decayOf(record)) !== null)) continue;
        await addRetrofitEvent(db, {
          retrofitId: id,
          version,
          kind: decayed ? "saving-decayed" : "saving-back",
          by: "fluewatch",
          reason: `${now.says.en} ${now.says["zh-TW"]}`,
          atMs: nowMs(),
        });
        told.push({ id, decayed });
      }
      return told;
    },
  };

  /** The last word on a released saving; `null` while it holds. */
  async function decayOf({ retrofitId, version, state }: RetrofitVersionRecord): Promise<string | null> {
    if (state !== "released") return null;
    const last = (await eventsOfRetrofit(db, retrofitId)).find(
      (event) =>
        event.version === version && (event.kind === "saving-decayed" || event.kind === "saving-back"),
    );
    return last?.kind === "saving-decayed" ? last.reason : null;
  }

  /** The newest version that was released, with what has come since. */
  async function followed(id: string): Promise<RetrofitFollowUp> {
    const released = (await releasedVersions(db)).filter(({ retrofitId }) => retrofitId === id).at(-1);
    const after = released === undefined ? null : await stored(id, released.version);
    return followUpOf(after, rules, store, nowMs());
  }

  function recomputed(
    document: RetrofitDocument,
    rows: RowSet,
    atMs: number,
  ): Partial<RetrofitVersionRecord> {
    const outcome = figuresOf(document, rows, rules, atMs);
    return {
      result: JSON.stringify(outcome),
      resultHash: hashOf(outcome),
      software,
      computedAtMs: atMs,
    };
  }
}

const emptyVersion = {
  planHash: null,
  plannedAtMs: null,
  rows: null,
  rowsHash: null,
  result: null,
  resultHash: null,
  software: null,
  computedAtMs: null,
  releasedAtMs: null,
  releasedBy: null,
} as const;

/** What is frozen: who it is for, and the plan. */
export function planPart({ title, client, plan }: RetrofitDocument) {
  return { title, client, plan };
}

function expectState({ state }: RetrofitVersionRecord, allowed: readonly string[], otherwise: string): void {
  if (!allowed.includes(state))
    throw new OperationalError("state-conflict", `${otherwise}; this version is ${state}`);
}

function sentenceIn({ result }: RetrofitVersionRecord): Label | null {
  if (result === null) return null;
  const outcome = JSON.parse(result) as RetrofitFigures | RetrofitRefused;
  return outcome.kind === "figures" ? outcome.sentence : (outcome.refusals[0]?.says ?? null);
}

/** Names in a document that lead nowhere. @throws OperationalError `retrofit-invalid` */
function checkNames({ plan, evidence, money }: RetrofitDocument, rules: SavingsRules, nowMs: number): void {
  const wrong = (message: string) => new OperationalError("retrofit-invalid", message);
  const fuels: readonly (readonly [string, string])[] = [
    ["fuelBefore", plan.fuelBefore],
    ...evidence.stackTests.map(({ date, fuelId }) => [`the stack test of ${date}`, fuelId] as const),
    ...(evidence.published === null ? [] : [["published.fuelAfter", evidence.published.fuelAfter] as const]),
    ...money.prices.map(({ fuelId }) => ["a price", fuelId] as const),
  ];
  for (const [where, id] of fuels)
    if (rules.fuel(id, nowMs) === null) throw wrong(`${where} names the fuel ${id}, which no rule file has`);
  const known = [...new Set(rules.thresholds.map(({ id }) => id))];
  if (!known.includes(plan.thresholds))
    throw wrong(`thresholds is "${plan.thresholds}", which no rule file has; known are ${known.join(", ")}`);
  const foreign = plan.meters.find(({ boilerId }) => !plan.boilers.includes(boilerId));
  if (foreign !== undefined)
    throw wrong(`The meter ${foreign.id} belongs to ${foreign.boilerId}, which is not in the plan`);
  const ids = plan.meters.map(({ id }) => id);
  const twice = ids.find((id, k) => ids.indexOf(id) !== k);
  if (twice !== undefined) throw wrong(`The meter ${twice} is named twice`);
}

/** Puts the name of whoever wrote them down on decisions that have none yet; nobody signs for another. */
function stamped(document: RetrofitDocument, before: RetrofitDocument | null, by: string): RetrofitDocument {
  const signed = <T extends { readonly author?: string }>(now: readonly T[], old: readonly T[]): T[] =>
    now.map((each) => {
      const { author: _author, ...rest } = each;
      const known = old.find((other) => {
        const { author: _other, ...same } = other;
        return hashOf(same) === hashOf(rest);
      });
      return { ...each, author: known?.author ?? by };
    });
  const { plan, evidence } = document;
  return {
    ...document,
    plan: {
      ...plan,
      exclusions: signed(plan.exclusions, before?.plan.exclusions ?? []),
      adjustments: signed(plan.adjustments, before?.plan.adjustments ?? []),
    },
    evidence: { ...evidence, decisions: signed(evidence.decisions, before?.evidence.decisions ?? []) },
  };
}

/** A problem's detail has one text for everybody. */
function bothLanguages(fault: Refusal): string {
  const says = sentenceOf(fault);
  return `${says.en} ${says["zh-TW"]}`;
}
