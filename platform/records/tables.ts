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
    /** When it was taken in after all; `null`: it still waits. */
    readonly requeuedAtMs: number | null;
  };
  readonly integrityHours: {
    readonly siteId: string;
    readonly gatewayId: string;
    readonly hourStartMs: number;
    readonly accepted: number;
    readonly quarantined: number;
    readonly droppedBatches: number;
    /** Readings of this hour that a gateway declared dropped, by count. */
    readonly droppedReadings: number;
    readonly missedScans: number;
  };
  readonly users: {
    readonly name: string;
    readonly role: string;
    readonly passwordHash: string;
    readonly changedAtMs: number;
  };
  readonly sessions: {
    /** SHA-256 of the cookie's value. */
    readonly tokenHash: string;
    readonly user: string;
    readonly role: string;
    readonly createdAtMs: number;
    readonly usedAtMs: number;
  };
}
