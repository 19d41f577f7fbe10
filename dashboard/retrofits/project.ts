import { createSignal } from "solid-js";
import type { RetrofitFollowUp } from "../../contracts/http/retrofit-follow-up.ts";
import type { OpenPoint, RetrofitResult } from "../../contracts/http/retrofit-result.ts";
import type {
  RetrofitBoiler,
  RetrofitDocument,
  Retrofits,
  RetrofitText,
  StackTestText,
} from "../../contracts/http/retrofits.ts";
import type { Label } from "../../domain/boiler.ts";
import { ask, call, type Failure, type Reply } from "../api.ts";
import { language } from "../preferences.ts";
import { session } from "../session.ts";

export interface ReportSection {
  readonly id: string;
  readonly title: string;
  readonly html: string;
}

/** Stack tests as they were read, held against themselves. */
export interface CheckedTests {
  readonly tests: StackTestText[];
  readonly findings: readonly OpenPoint[];
  readonly implied: readonly Label[];
}

const of = (id: string) => ({ path: { retrofitId: id } });
const one = (id: string) => `retrofits/${encodeURIComponent(id)}`;

/** What the pages ask the server about retrofits. */
export const retrofitApi = {
  list: () => ask("GET retrofits", {}),
  get: (id: string) => ask("GET retrofits/{retrofitId}", of(id)),
  create: (id: string, document: RetrofitDocument) => ask("POST retrofits", { body: { id, document } }),
  save: (id: string, rev: number, document: RetrofitDocument) =>
    ask("PUT retrofits/{retrofitId}", { ...of(id), body: { rev, document } }),
  step: (id: string, what: "freeze" | "compute" | "release" | "versions", body: object) =>
    call<RetrofitText>("POST", `${one(id)}/${what}`, body),
  result: (id: string) => ask("GET retrofits/{retrofitId}/result", of(id)),
  sections: (id: string) =>
    call<{ readonly sections: readonly ReportSection[] }>("GET", `${one(id)}/sections?lang=${language()}`),
  coverage: (id: string, from: string, to: string) =>
    ask("GET retrofits/{retrofitId}/coverage", { ...of(id), query: { from, to } }),
  checkCsv: (csv: string) => call<CheckedTests>("POST", "stack-tests/check", { csv }),
  followUp: (id: string) => call<RetrofitFollowUp>("GET", `${one(id)}/follow-up`),
  link: (id: string) =>
    call<{ readonly path: string; readonly expiresAtMs: number }>("POST", `${one(id)}/links`, { days: 30 }),
  verify: (id: string) => ask("GET retrofits/{retrofitId}/verify", of(id)),
};

export function mayEdit(): boolean {
  const now = session();
  return now.kind === "in" && (now.role === "engineer" || now.role === "admin");
}

/** An open project: what the server has of it, and what is being written. */
export interface OpenProject {
  readonly id: () => string | null;
  readonly project: () => RetrofitText | null;
  readonly document: () => RetrofitDocument;
  readonly result: () => RetrofitResult | null;
  readonly sections: () => readonly ReportSection[];
  readonly failure: () => Failure | null;
  readonly busy: () => boolean;
  readonly boilers: () => readonly RetrofitBoiler[];
  readonly rules: () => Retrofits["rules"];
  /** Whether the plan may be changed; evidence and money may until the release. */
  readonly isDraft: () => boolean;
  readonly isOpen: () => boolean;
  change(how: (document: RetrofitDocument) => void): void;
  load(id: string): Promise<void>;
  /** @returns whether it was taken */
  save(newId?: string): Promise<boolean>;
  step(what: "freeze" | "compute" | "release" | "versions", more?: object): Promise<boolean>;
  reloadResult(): Promise<void>;
}

export function openProject(known: Retrofits, fresh: RetrofitDocument): OpenProject {
  const [project, setProject] = createSignal<RetrofitText | null>(null);
  const [document, setDocument] = createSignal<RetrofitDocument>(fresh);
  const [result, setResult] = createSignal<RetrofitResult | null>(null);
  const [sections, setSections] = createSignal<readonly ReportSection[]>([]);
  const [failure, setFailure] = createSignal<Failure | null>(null);
  const [busy, setBusy] = createSignal(false);

  async function taken(reply: Promise<Reply<RetrofitText>>): Promise<boolean> {
    setBusy(true);
    const answer = await reply;
    setBusy(false);
    if (!answer.ok) {
      setFailure(answer.failure);
      return false;
    }
    setFailure(null);
    setProject(answer.value);
    setDocument(structuredClone(answer.value.document));
    return true;
  }

  async function reloadResult(): Promise<void> {
    const now = project();
    if (now === null || now.current.resultHash === null) {
      setResult(null);
      setSections([]);
      return;
    }
    const answer = await retrofitApi.result(now.id);
    setResult(answer.ok ? answer.value : null);
    if (!answer.ok || answer.value.outcome.kind === "refused") {
      setSections([]);
      return;
    }
    const parts = await retrofitApi.sections(now.id);
    setSections(parts.ok ? parts.value.sections : []);
  }

  const state = () => project()?.current.state ?? "draft";
  return {
    id: () => project()?.id ?? null,
    project,
    document,
    result,
    sections,
    failure,
    busy,
    boilers: () => known.boilers,
    rules: () => known.rules,
    isDraft: () => state() === "draft" && mayEdit(),
    isOpen: () => ["draft", "planned", "computed"].includes(state()) && mayEdit(),
    change: (how) => {
      const next = structuredClone(document());
      how(next);
      setDocument(next);
    },
    load: async (id) => {
      if (await taken(retrofitApi.get(id))) await reloadResult();
    },
    save: async (newId) => {
      const now = project();
      const wish =
        now === null
          ? retrofitApi.create(newId ?? "", document())
          : retrofitApi.save(now.id, now.rev, document());
      const isTaken = await taken(wish);
      if (isTaken) await reloadResult();
      return isTaken;
    },
    step: async (what, more = {}) => {
      const now = project();
      if (now === null) return false;
      const isTaken = await taken(retrofitApi.step(now.id, what, { rev: now.rev, ...more }));
      if (isTaken) await reloadResult();
      return isTaken;
    },
    reloadResult,
  };
}

/** What a new project begins with: nothing in it is a figure of anybody's. */
export function freshDocument(
  boilers: readonly RetrofitBoiler[],
  thresholds: string,
  today: string,
): RetrofitDocument {
  const [first] = boilers;
  return {
    title: { en: "", "zh-TW": "" },
    client: "",
    plan: {
      boilers: first === undefined ? [] : [first.id],
      boundary: "",
      measures: [],
      staticFactors: [],
      basis: "lhv",
      interval: "daily",
      confidence: 0.9,
      baseline: { from: today, to: today },
      works: null,
      reporting: { from: today, to: today },
      fuelBefore: first?.fuels[0]?.id ?? "",
      meters: first === undefined ? [] : metersOf(first),
      drivers: [],
      bends: [],
      parabola: false,
      thresholds,
      exclusions: [],
      adjustments: [],
    },
    evidence: { stackTests: [], published: null, flueLossUncertaintyPoints: null, decisions: [] },
    money: {
      currency: "TWD",
      prices: [],
      investment: 0,
      otherAnnual: { electricity: 0, maintenance: 0, airPollutionFee: 0, credits: 0 },
      years: 10,
      discountRatePercent: 6,
      guaranteeTPerYear: null,
      sharing: [],
      subsidy: null,
      taxCredit: null,
      plantEmissionTPerYear: null,
    },
  };
}

/** The meters that a boiler has by its points: their plates are for a person to read. */
export function metersOf(boiler: RetrofitBoiler): RetrofitDocument["plan"]["meters"] {
  const meter = (point: string, unit: string, name: string) => ({
    id: `${boiler.id}-${name}`.slice(0, 64),
    boilerId: boiler.id,
    point,
    unit,
    serialBefore: null,
    serialAfter: null,
    calibratedBefore: null,
    calibratedAfter: null,
    uncertaintyPercent: null,
    comparison: null,
  });
  return [
    ...boiler.fuels.map(({ id, flowPoint, unit }) => meter(flowPoint, unit, id)),
    ...boiler.points
      .filter(({ name }) => name === "usefulHeatKw")
      .map(({ name, unit }) => meter(name, unit, "heat")),
  ];
}
