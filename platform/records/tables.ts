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
  /** What people wrote down about a boiler. */
  readonly boilerNotes: {
    readonly id: Generated<number>;
    readonly boilerId: string;
    readonly by: string;
    readonly atMs: number;
    readonly text: string;
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
    /** 1: above its limit, 0: within it, -1: not judged; for counting. */
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
  /** Retrofit projects: who holds the newest version. */
  readonly retrofits: {
    readonly id: string;
    readonly siteId: string;
    readonly version: number;
    readonly rev: number;
    readonly changedAtMs: number;
  };
  /** Every version of every project. From its release on a row never changes but for being superseded. */
  readonly retrofitVersions: {
    readonly retrofitId: string;
    readonly version: number;
    readonly state: string;
    /** JSON of the document as it was written down. */
    readonly document: string;
    readonly author: string;
    readonly reason: string | null;
    readonly createdAtMs: number;
    readonly planHash: string | null;
    readonly plannedAtMs: number | null;
    /** JSON of all that the result was reckoned from beside the document. */
    readonly rows: string | null;
    readonly rowsHash: string | null;
    /** JSON of the figures, or of why there are none. */
    readonly result: string | null;
    readonly resultHash: string | null;
    readonly software: string | null;
    readonly computedAtMs: number | null;
    readonly releasedAtMs: number | null;
    readonly releasedBy: string | null;
  };
  readonly retrofitEvents: {
    readonly id: Generated<number>;
    readonly retrofitId: string;
    readonly version: number;
    readonly kind: string;
    readonly by: string;
    readonly reason: string | null;
    readonly atMs: number;
  };
  /** Every version of the configuration that was accepted, whole. */
  readonly configVersions: {
    readonly version: number;
    /** SHA-256 of its files' names and texts. */
    readonly hash: string;
    readonly by: string;
    readonly comment: string;
    readonly atMs: number;
    /** JSON of the names of its files, each with the SHA-256 of its text. */
    readonly files: string;
    /** When its files had been written where a text editor finds them; `null`: not yet. */
    readonly writtenAtMs: number | null;
    /** When the journal told of it; `null`: not yet. */
    readonly enteredAtMs: number | null;
  };
  /** Texts of configurations, each once, by SHA-256. */
  readonly configTexts: { readonly hash: string; readonly text: string };
  /** Links that show one released report to somebody who is not signed in, for a while. */
  readonly retrofitLinks: {
    /** SHA-256 of what stands in the link. */
    readonly tokenHash: string;
    readonly retrofitId: string;
    readonly version: number;
    readonly by: string;
    readonly createdAtMs: number;
    readonly expiresAtMs: number;
  };
}
