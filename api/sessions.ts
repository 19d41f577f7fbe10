import { OperationalError } from "../platform/errors.ts";
import { audit } from "../platform/records/audit.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import {
  markTokenUsed,
  secretHash,
  type TokenKind,
  tokenBySecret,
} from "../platform/records/token-records.ts";
import {
  chiefUser,
  commonScope,
  mayActAs,
  type Role,
  type SiteScope,
  userByPassword,
  userNamed,
} from "../platform/records/user-records.ts";
import type { World } from "../platform/world.ts";
import { loginDelays } from "./login-delays.ts";

/** Who asks, and what they may see. */
export interface SignedIn {
  /** A person, or whoever gave the token. */
  readonly user: string;
  /** How it stands in alarms and in the audit: a program acts under its own name, not under a person's. */
  readonly actor: string;
  readonly role: Role;
  /** `null`: all sites. */
  readonly sites: SiteScope;
  /** The one report that this link opens, and nothing else; `null` for everybody else. */
  readonly reportId: string | null;
  readonly kind: "session" | TokenKind;
  /** When it ends at the latest. */
  readonly endsAtMs: number;
}

/** How a secret was given: in the dashboard's cookie, or as `Authorization: Bearer`. */
export type GivenAs = "cookie" | "bearer";

export interface Entered {
  /** What goes into the cookie. */
  readonly secret: string;
  readonly signedIn: SignedIn;
}

/** Who may come in, and who is in. A session is an opaque number of ours; nothing can be read from it. */
export interface Sessions {
  /** A link's secret that signs in once, as an administrator: for the person who started us. */
  newTicket(): Promise<string>;
  /** @throws OperationalError `sign-in-failed`, the same for every cause */
  signInByTicket(ticket: string): Promise<Entered>;
  /** @throws OperationalError `sign-in-failed` or `too-many-attempts` */
  signInByPassword(user: string, password: string, from: string): Promise<Entered>;
  /**
   * Somebody for whom another service has vouched.
   * @throws OperationalError `sign-in-failed`
   */
  signInVouched(user: string, how: string): Promise<Entered>;
  /**
   * A wallboard or a verifier comes in by its link.
   * @throws OperationalError `sign-in-failed`
   */
  signInByLink(secret: string): Promise<Entered>;
  /** @throws OperationalError `too-many-attempts` */
  isPassword(user: string, password: string, from: string): Promise<boolean>;
  /**
   * Who holds this secret, or `null`. Asked for a request, a session is used and lasts on; asked for an open socket
   * (`looking`), it is not.
   */
  of(secret: string | undefined, given: GivenAs, looking?: "looking"): Promise<SignedIn | null>;
  end(secret: string): Promise<void>;
  /** To be told after a change of users, sessions or tokens: nothing remembered counts any more. */
  forget(): void;
  onForget(listener: () => void): void;
}

const idleMs = 30 * 60_000;
const absoluteMs = 12 * 3_600_000;
const touchEveryMs = 60_000;
/** What another process changed in the records counts after so long. */
const rememberedMs = 2_000;
const mostRemembered = 10_000;

export function sessions(db: RecordsDb, world: World): Sessions {
  const { clock, random } = world;
  const tickets = new Map<string, string>();
  const delays = loginDelays(clock);
  const remembered = new Map<string, { readonly signedIn: SignedIn; readonly untilMs: number }>();
  const listeners: (() => void)[] = [];

  async function begin(user: string, how: string): Promise<Entered> {
    const secret = random.secretHex(32);
    const atMs = clock.nowMs();
    await db.transaction().execute(async (tx) => {
      await tx
        .deleteFrom("sessions")
        .where("createdAtMs", "<", atMs - absoluteMs)
        .execute();
      await tx
        .insertInto("sessions")
        .values({ tokenHash: secretHash(secret), user, createdAtMs: atMs, usedAtMs: atMs })
        .execute();
      const detail = { how };
      await audit.write(tx, {
        atMs,
        by: user,
        action: "session.begin",
        subject: `user:${user}`,
        siteId: null,
        detail,
      });
    });
    const signedIn = await ofSession(secret, null);
    if (signedIn === null) throw new OperationalError("sign-in-failed", "This user is no more");
    return { secret, signedIn };
  }

  async function isPassword(name: string, password: string, from: string): Promise<boolean> {
    const attempt = delays.begin(`${name} from ${from}`);
    const user = await userByPassword(db, name, password);
    if (user === null) {
      if (attempt.failures >= 5) world.log.warn({ user: name, from }, "sign-in fails again and again");
      return false;
    }
    attempt.succeeded();
    return true;
  }

  async function ofSession(secret: string, looking: "looking" | null): Promise<SignedIn | null> {
    const tokenHash = secretHash(secret);
    const row = await db
      .selectFrom("sessions")
      .selectAll()
      .where("tokenHash", "=", tokenHash)
      .executeTakeFirst();
    if (row === undefined) return null;
    const nowMs = clock.nowMs();
    const usedAtMs = Number(row.usedAtMs);
    const endsAtMs = Number(row.createdAtMs) + absoluteMs;
    if (nowMs > endsAtMs || nowMs - usedAtMs > idleMs) return null;
    const user = await userNamed(db, row.user);
    if (user === null) return null;
    if (looking === null && nowMs - usedAtMs > touchEveryMs)
      await db.updateTable("sessions").set({ usedAtMs: nowMs }).where("tokenHash", "=", tokenHash).execute();
    const { name, role, sites } = user;
    return { user: name, actor: name, role, sites, reportId: null, kind: "session", endsAtMs };
  }

  /** A token can do no more than its giver can now. */
  async function ofToken(secret: string): Promise<SignedIn | null> {
    const nowMs = clock.nowMs();
    const token = await tokenBySecret(db, secret, nowMs);
    const giver = token === null ? null : await userNamed(db, token.createdBy);
    if (token === null || giver === null) return null;
    if (nowMs - (token.usedAtMs ?? 0) > touchEveryMs) await markTokenUsed(db, token.id, nowMs);
    return {
      user: giver.name,
      actor: `token:${token.label}`.slice(0, 64),
      role: mayActAs(giver.role, token.role) ? token.role : giver.role,
      sites: commonScope(giver.sites, token.sites),
      reportId: token.reportId,
      kind: token.kind,
      endsAtMs: token.expiresAtMs,
    };
  }

  async function of(
    secret: string | undefined,
    given: GivenAs,
    looking: "looking" | null = null,
  ): Promise<SignedIn | null> {
    if (secret === undefined || secret.length > 128) return null;
    const key = `${given} ${looking ?? ""} ${secretHash(secret)}`;
    const known = remembered.get(key);
    const nowMs = clock.monotonicMs();
    if (known !== undefined && known.untilMs > nowMs && known.signedIn.endsAtMs > clock.nowMs())
      return known.signedIn;
    const byToken = await ofToken(secret);
    // A program's token is no wallboard's, and the other way round; a session is for a browser alone.
    const fitting = byToken !== null && (byToken.kind === "api") === (given === "bearer") ? byToken : null;
    const signedIn =
      fitting ?? (given === "cookie" && byToken === null ? await ofSession(secret, looking) : null);
    if (signedIn === null) remembered.delete(key);
    else {
      if (remembered.size >= mostRemembered) remembered.clear();
      remembered.set(key, { signedIn, untilMs: nowMs + rememberedMs });
    }
    return signedIn;
  }

  function forget(): void {
    remembered.clear();
    for (const listener of listeners) listener();
  }

  return {
    newTicket: async () => {
      const ticket = random.secretHex(32);
      tickets.set(secretHash(ticket), await chiefUser(db, { by: "console", atMs: clock.nowMs() }));
      return ticket;
    },
    signInByTicket: async (ticket) => {
      const key = secretHash(ticket);
      const user = tickets.get(key);
      tickets.delete(key);
      if (user === undefined)
        throw new OperationalError("sign-in-failed", "This link has been used or is not ours");
      return begin(user, "link");
    },
    signInByPassword: async (name, password, from) => {
      if (!(await isPassword(name, password, from)))
        throw new OperationalError("sign-in-failed", "User or password is wrong");
      return begin(name, "password");
    },
    isPassword,
    signInVouched: async (name, how) => {
      if ((await userNamed(db, name)) === null) {
        world.log.warn({ user: name, how }, "nobody here has this name");
        throw new OperationalError("sign-in-failed", "Nobody here has this name");
      }
      return begin(name, how);
    },
    signInByLink: async (secret) => {
      const signedIn = await of(secret, "cookie");
      if (signedIn === null || signedIn.kind === "session")
        throw new OperationalError("sign-in-failed", "This link is over, was taken back, or is not ours");
      return { secret, signedIn };
    },
    of,
    end: async (secret) => {
      const ended = await ofSession(secret, "looking");
      await db.transaction().execute(async (tx) => {
        await tx.deleteFrom("sessions").where("tokenHash", "=", secretHash(secret)).execute();
        if (ended === null) return;
        const { user: by } = ended;
        await audit.write(tx, {
          atMs: clock.nowMs(),
          by,
          action: "session.end",
          subject: `user:${by}`,
          siteId: null,
        });
      });
      forget();
    },
    forget,
    onForget: (listener) => {
      listeners.push(listener);
    },
  };
}
