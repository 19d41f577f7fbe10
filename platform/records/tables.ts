import type { Generated } from "kysely";

/** The tables of what people and alarms leave behind: small, precious, and the same in every database. */
export interface RecordsTables {
  readonly checkpoints: { readonly name: string; readonly journalOffset: number };
  readonly alarms: {
    readonly id: string;
    readonly ruleId: string;
    readonly siteId: string;
    readonly sourceId: string;
    readonly priority: number;
    readonly state: string;
    readonly sinceMs: number;
    readonly lastSinceMs: number;
    readonly announcedAtMs: number;
    readonly returnedAtMs: number | null;
    readonly occurrences: number;
    /** JSON of the acknowledgement and of the evidence. */
    readonly acknowledgement: string | null;
    readonly evidence: string | null;
    /** JSON of what else was known at the onset, and of latches, timers and what hides it; `null` in old rows. */
    readonly context: string | null;
    readonly life: string | null;
    readonly rev: number;
    /** Place in the list of all changes: what a client asks for with `since`. */
    readonly listRev: number;
  };
  /** Every step of every alarm. */
  readonly alarmChanges: {
    readonly id: Generated<number>;
    readonly alarmId: string;
    readonly rev: number;
    readonly kind: string;
    readonly by: string | null;
    readonly comment: string | null;
    readonly priority: number;
    readonly state: string;
    readonly atMs: number;
  };
  /** What has to be done about a step, written with it: nothing is done twice or forgotten over a restart. */
  readonly alarmEffects: {
    readonly id: Generated<number>;
    readonly alarmId: string;
    readonly rev: number;
    readonly place: number;
    readonly kind: string;
    readonly tier: number | null;
    readonly because: string | null;
    readonly atMs: number;
  };
  /** Commands by their key, so that a repeated one has no second effect. */
  readonly commands: { readonly key: string; readonly failure: string | null; readonly atMs: number };
  readonly deadLetters: {
    readonly id: Generated<number>;
    readonly journalOffset: number;
    readonly topic: string;
    readonly reason: string;
    readonly detail: string;
    readonly receivedAtMs: number;
    readonly bytes: number;
    readonly gatewayId: string | null;
  };
  readonly integrityHours: {
    readonly siteId: string;
    readonly gatewayId: string;
    readonly hourStartMs: number;
    readonly accepted: number;
    readonly quarantined: number;
    readonly droppedBatches: number;
    readonly missedScans: number;
  };
  readonly users: {
    readonly name: string;
    readonly role: string;
    /** Empty: signs in by a link alone, until a password is set. */
    readonly passwordHash: string;
    readonly changedAtMs: number;
    /** JSON of the sites that this user may see; `null`: all. */
    readonly sites: string | null;
  };
  readonly sessions: {
    /** SHA-256 of the cookie's value. */
    readonly tokenHash: string;
    readonly user: string;
    readonly createdAtMs: number;
    readonly usedAtMs: number;
  };
  /** What programs, wallboards and verifiers come in with; the secret itself is nowhere. */
  readonly tokens: {
    readonly id: string;
    /** SHA-256 of the secret. */
    readonly tokenHash: string;
    readonly kind: string;
    readonly label: string;
    readonly role: string;
    /** JSON of the sites that it opens; `null`: all that its giver may see. */
    readonly sites: string | null;
    /** The one report that it opens, and nothing else; `null`: not bound to a report. */
    readonly reportId: string | null;
    readonly createdBy: string;
    readonly createdAtMs: number;
    readonly expiresAtMs: number;
    readonly usedAtMs: number | null;
  };
  /** Who did what; each entry's hash covers the one before, and the database refuses to change or remove any. */
  readonly audit: {
    readonly seq: number;
    readonly atMs: number;
    readonly by: string;
    readonly action: string;
    readonly subject: string;
    readonly siteId: string | null;
    /** JSON, as it was hashed. */
    readonly detail: string;
    readonly hash: string;
  };
  /** What was judged of each clock hour, with how often it was judged again. */
  readonly verdictHours: {
    readonly siteId: string;
    readonly boilerId: string;
    readonly quantity: string;
    readonly hourStartMs: number;
    /** JSON of the verdict and of what else explains it. */
    readonly verdict: string;
    /** 1: above its limit; for the log of exceedances. */
    readonly above: number;
    readonly rev: number;
    readonly writtenAtMs: number;
  };
  /** One step of one alarm that one recipient is to be told of, exactly once; without a message it still waits. */
  readonly notificationItems: {
    readonly id: Generated<number>;
    readonly recipient: string;
    readonly alarmId: string;
    readonly rev: number;
    readonly place: number;
    readonly kind: string;
    readonly because: string | null;
    readonly tier: number;
    readonly priority: number;
    readonly happenedAtMs: number;
    readonly queuedAtMs: number;
    readonly messageKey: string | null;
  };
  /** A message as it goes out, the same at every attempt; and how it went. */
  readonly notificationMessages: {
    readonly key: string;
    readonly recipient: string;
    readonly kind: string;
    /** 1: holds something of the highest priority, which no flood holds back. */
    readonly urgent: number;
    readonly items: number;
    readonly body: string;
    readonly createdAtMs: number;
    readonly state: string;
    readonly attempts: number;
    readonly nextAttemptMs: number;
    readonly problem: string | null;
    readonly endedAtMs: number | null;
  };
}
