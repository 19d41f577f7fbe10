import { createHash } from "node:crypto";
import { OperationalError } from "../platform/errors.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import { type Role, roleOfUser, roles } from "../platform/records/user-records.ts";
import type { World } from "../platform/world.ts";

export interface SignedIn {
  readonly user: string;
  readonly role: Role;
}

/** Who may come in, and who is in. A session is an opaque number of ours; nothing can be read from it. */
export interface Sessions {
  /** A link's secret that signs in once. */
  newTicket(as: SignedIn): string;
  /** @throws OperationalError `sign-in-failed`, the same for every cause */
  signInByTicket(ticket: string): Promise<{ readonly token: string; readonly signedIn: SignedIn }>;
  /** @throws OperationalError `sign-in-failed` or `too-many-attempts` */
  signInByPassword(
    user: string,
    password: string,
    from: string,
  ): Promise<{ readonly token: string; readonly signedIn: SignedIn }>;
  /** Who holds this token, or `null`. */
  of(token: string | undefined): Promise<SignedIn | null>;
  end(token: string): Promise<void>;
}

const idleMs = 30 * 60_000;
const absoluteMs = 12 * 3_600_000;
const freeFailures = 5;
const longestDelayMs = 15 * 60_000;
const touchEveryMs = 60_000;

export function sessions(db: RecordsDb, world: World): Sessions {
  const tickets = new Map<string, SignedIn>();
  const failures = new Map<string, { readonly count: number; readonly untilMs: number }>();

  async function begin(signedIn: SignedIn): Promise<{ token: string; signedIn: SignedIn }> {
    const token = world.random.secretHex(32);
    const atMs = world.clock.nowMs();
    await db
      .deleteFrom("sessions")
      .where("createdAtMs", "<", atMs - absoluteMs)
      .execute();
    await db
      .insertInto("sessions")
      .values({
        tokenHash: hashOf(token),
        user: signedIn.user,
        role: signedIn.role,
        createdAtMs: atMs,
        usedAtMs: atMs,
      })
      .execute();
    return { token, signedIn };
  }

  return {
    newTicket: (as) => {
      const ticket = world.random.secretHex(32);
      tickets.set(hashOf(ticket), as);
      return ticket;
    },
    signInByTicket: async (ticket) => {
      const key = hashOf(ticket);
      const as = tickets.get(key);
      tickets.delete(key);
      if (as === undefined)
        throw new OperationalError("sign-in-failed", "This link has been used or is not ours");
      return begin(as);
    },
    signInByPassword: async (user, password, from) => {
      const key = `${user} from ${from}`;
      const before = failures.get(key);
      const nowMs = world.clock.monotonicMs();
      if (before !== undefined && before.untilMs > nowMs) {
        const seconds = Math.ceil((before.untilMs - nowMs) / 1_000);
        throw new OperationalError(
          "too-many-attempts",
          `Too many failed attempts; try again in ${seconds} s`,
        );
      }
      const role = await roleOfUser(db, user, password);
      if (role === null) {
        const count = (before?.count ?? 0) + 1;
        const delayMs =
          count < freeFailures ? 0 : Math.min(longestDelayMs, 1_000 * 2 ** (count - freeFailures));
        if (failures.size > 10_000) failures.clear();
        failures.set(key, { count, untilMs: nowMs + delayMs });
        throw new OperationalError("sign-in-failed", "User or password is wrong");
      }
      failures.delete(key);
      return begin({ user, role });
    },
    of: async (token) => {
      if (token === undefined) return null;
      const tokenHash = hashOf(token);
      const row = await db
        .selectFrom("sessions")
        .selectAll()
        .where("tokenHash", "=", tokenHash)
        .executeTakeFirst();
      const nowMs = world.clock.nowMs();
      if (row === undefined) return null;
      const createdAtMs = Number(row.createdAtMs);
      const usedAtMs = Number(row.usedAtMs);
      if (nowMs - createdAtMs > absoluteMs || nowMs - usedAtMs > idleMs) return null;
      if (nowMs - usedAtMs > touchEveryMs) {
        await db
          .updateTable("sessions")
          .set({ usedAtMs: nowMs })
          .where("tokenHash", "=", tokenHash)
          .execute();
      }
      const role = roles.find((each) => each === row.role);
      return role === undefined ? null : { user: row.user, role };
    },
    end: async (token) => {
      await db.deleteFrom("sessions").where("tokenHash", "=", hashOf(token)).execute();
    },
  };
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
