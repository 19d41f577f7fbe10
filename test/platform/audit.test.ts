import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AuditRecord, audit, chainCheck } from "../../platform/records/audit.ts";
import { type Records, sqliteRecords } from "../../platform/records/records.ts";
import { temporaryFolder } from "../helpers/servers.ts";

let records: Records;
beforeEach(async () => {
  records = await sqliteRecords(temporaryFolder());
});
afterEach(() => records.stop());

const entry = (n: number) => ({
  atMs: 1_790_000_000_000 + n,
  by: n % 3 === 0 ? "mei" : "token:7",
  action: "alarm.acknowledge" as const,
  subject: `alarm:${n}` as const,
  siteId: n % 2 === 0 ? "north" : null,
  detail: { comment: `seen, "${n}"` },
});

async function written(count: number): Promise<readonly AuditRecord[]> {
  await records.db.transaction().execute(async (tx) => {
    for (let n = 1; n <= count; n += 1) await audit.write(tx, entry(n));
  });
  return (await records.db
    .selectFrom("audit")
    .selectAll()
    .orderBy("seq")
    .execute()) as readonly AuditRecord[];
}

/** What a chain check says of rows. */
function verdictOf(rows: readonly AuditRecord[], anchors: Parameters<typeof chainCheck>[0]) {
  const chain = chainCheck(anchors);
  for (const row of rows) {
    const fault = chain.see(row);
    if (fault !== null) return fault;
  }
  return chain.end();
}

describe("the audit trail", () => {
  test("is whole after it was written, and tells its head", async () => {
    const rows = await written(25);
    expect(await audit.verify(records.db)).toEqual({
      kind: "whole",
      entries: 25,
      head: { seq: 25, hash: rows.at(-1)?.hash },
    });
    expect(await audit.verify(records.db, [{ seq: 25, hash: rows[24]?.hash ?? "" }])).toMatchObject({
      kind: "whole",
    });
  });

  test("is written with what it tells of, or not at all", async () => {
    const failing = records.db.transaction().execute(async (tx) => {
      await audit.write(tx, entry(1));
      throw new Error("the action failed");
    });
    await expect(failing).rejects.toThrow("the action failed");
    expect(await audit.head(records.db)).toMatchObject({ seq: 0 });
    await Promise.all([1, 2, 3, 4].map((n) => audit.write(records.db, entry(n))));
    expect(await audit.verify(records.db)).toMatchObject({ kind: "whole", entries: 4 });
  });

  test("refuses to be changed or shortened by SQL", async () => {
    await written(3);
    const { db } = records;
    await expect(db.updateTable("audit").set({ by: "nobody" }).execute()).rejects.toThrow("never changed");
    await expect(db.deleteFrom("audit").where("seq", "=", 3).execute()).rejects.toThrow("never changed");
  });

  test("names the entry that was changed behind its back", async () => {
    await written(9);
    await sql`drop trigger "audit-no-update"`.execute(records.db);
    await records.db.updateTable("audit").set({ by: "nobody" }).where("seq", "=", 6).execute();
    expect(await audit.verify(records.db)).toMatchObject({ kind: "broken", seq: 6 });
  });

  test("gives pages, newest first, of one's own sites", async () => {
    await written(10);
    const page = (beforeSeq: number | null, sites: readonly string[] | null) =>
      audit.page(records.db, { beforeSeq, limit: 3, sites, action: null });
    expect((await page(null, null)).map(({ seq }) => seq)).toEqual([10, 9, 8]);
    expect((await page(8, null)).map(({ seq }) => seq)).toEqual([7, 6, 5]);
    expect((await page(8, ["north"])).map(({ seq }) => seq)).toEqual([6, 4, 2]);
    expect(await page(null, ["south"])).toEqual([]);
  });

  const tampered: Readonly<
    Record<
      string,
      (rows: readonly AuditRecord[], at: number) => { rows: readonly AuditRecord[]; bad: number }
    >
  > = {
    changed: (rows, at) => ({
      rows: rows.map((row, n) => (n === at ? { ...row, detail: '{"comment":"other"}' } : row)),
      bad: at + 1,
    }),
    "taken out": (rows, at) => ({ rows: rows.filter((_, n) => n !== at), bad: at + 1 }),
    "put in": (rows, at) => ({
      rows: rows.flatMap((row, n) =>
        n === at ? [{ ...row }, row] : [n > at ? { ...row, seq: row.seq + 1 } : row],
      ),
      bad: at + 2,
    }),
    reordered: (rows, at) => {
      const [a, b] = [at, (at + 1) % rows.length].sort((x, y) => x - y) as [number, number];
      const swapped = [...rows];
      const [first, second] = [rows[a] as AuditRecord, rows[b] as AuditRecord];
      swapped[a] = { ...second, seq: first.seq };
      swapped[b] = { ...first, seq: second.seq };
      return { rows: swapped, bad: a + 1 };
    },
    "cut off": (rows, at) => ({ rows: rows.slice(0, at), bad: at + 1 }),
  };

  test.each(Object.keys(tampered))("wherever an entry is %s, the first bad one is named", async (how) => {
    const rows = await written(200);
    const anchors = [{ seq: 200, hash: rows[199]?.hash ?? "" }];
    for (let at = 0; at < rows.length; at += 1) {
      const { rows: bad, bad: seq } = tampered[how]?.(rows, at) ?? { rows, bad: 0 };
      expect(verdictOf(bad, anchors)).toMatchObject({ kind: "broken", seq });
    }
  });
});

test("records that a newer version wrote are left alone, and that is said", async () => {
  const folder = temporaryFolder();
  const newer = await sqliteRecords(folder);
  await sql`insert into kysely_migration values ('999-later', '2030-01-01T00:00:00Z')`.execute(newer.db);
  await newer.stop();
  await expect(sqliteRecords(folder)).rejects.toThrow(/newer Fluewatch \(999-later.*start that version/);
});
