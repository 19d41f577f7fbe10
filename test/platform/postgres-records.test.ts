import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alarmsSince } from "../../platform/records/alarm-records.ts";
import { audit } from "../../platform/records/audit.ts";
import { postgresRecords } from "../../platform/records/postgres-records.ts";
import { recordsFingerprint } from "../../platform/records/projected-records.ts";
import type { Records, RecordsDb } from "../../platform/records/records.ts";
import { addUser, allUsers, removeUser, userByPassword } from "../../platform/records/user-records.ts";
import { batchBody, rowsOf, sealed, sid } from "../helpers/batches.ts";
import { memoryBroker } from "../helpers/memory-bus.ts";
import { postgresPrograms, startPostgres } from "../helpers/postgres.ts";
import { startedIngest } from "../helpers/running-ingest.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

const bin = postgresPrograms();
if (bin !== null) {
  describe("records in PostgreSQL", () => {
    let server: Awaited<ReturnType<typeof startPostgres>>;
    let records: Records;
    const settings = (changes: object = {}) => ({
      ...{ host: "127.0.0.1", port: server.port, database: "fluewatch", user: "fluewatch" },
      ...changes,
    });
    beforeAll(async () => {
      server = await startPostgres(bin);
      records = await postgresRecords(settings());
    });
    afterAll(async () => {
      await records.stop();
      await server.stop();
    });

    test("people and the audit are kept by the same queries; the database refuses to change the audit", async () => {
      const { db } = records;
      const doing = { by: "console", atMs: 1_790_000_000_123 };
      await addUser(db, { name: "mei", role: "admin", sites: null, password: "steam and fire 7" }, doing);
      await addUser(db, { name: "bo", role: "viewer", sites: ["works"], password: null }, doing);
      expect((await userByPassword(db, "mei", "steam and fire 7"))?.role).toBe("admin");
      expect(await allUsers(db)).toMatchObject([
        { name: "bo", sites: ["works"], changedAtMs: doing.atMs },
        { name: "mei", sites: null },
      ]);
      await expect(removeUser(db, "mei", doing)).rejects.toMatchObject({ code: "last-admin" });
      expect(await audit.verify(db)).toMatchObject({ kind: "whole", entries: 2 });
      await expect(sql`update audit set "by" = 'x'`.execute(db)).rejects.toThrow(/never changed or removed/);
      await expect(sql`delete from audit`.execute(db)).rejects.toThrow(/never changed or removed/);
    });

    test("the same messages leave the same alarms and books as in SQLite", async () => {
      const high = { firing: 1, loadPercent: 80, o2DryPercent: 5.4, exhaustTempC: 150 };
      const lived = async (otherRecords?: RecordsDb) => {
        const ingest = await startedIngest(temporaryFolder(), memoryBroker(), {
          ...(otherRecords !== undefined && { otherRecords }),
        });
        for (let seq = 1; seq <= 120; seq += 1)
          await ingest.send(sealed(batchBody(seq, { b: [rowsOf(high)] })));
        await ingest.send(Buffer.from("not a batch"));
        await until("both alarms", async () => (await alarmsSince(ingest.records, null)).length === 2);
        const [alarms, print] = [
          await alarmsSince(ingest.records, null),
          await recordsFingerprint(ingest.records),
        ];
        await ingest.stop();
        return { alarms, print };
      };
      const [there, here] = [await lived(records.db), await lived()];
      const what = ({ alarms }: typeof here) =>
        alarms.map(({ ruleId, sourceId, state, sinceMs, priority }) => ({
          ...{ ruleId, sourceId, state, priority },
          // What the server notices has the time of this run.
          sinceMs: sourceId === "b-1" ? sinceMs : null,
        }));
      expect(what(there)).toEqual(what(here));
      expect(there.print.integrityHours.count).toBe(here.print.integrityHours.count);
      expect(there.print.deadLetters.count).toBe(here.print.deadLetters.count);
      expect(sid).toMatch(/^0/);
    });

    test("away in the middle: acknowledging and history go on, and what waited is written when it is back", async () => {
      const letters = async () =>
        (
          await records.db
            .selectFrom("deadLetters")
            .select("id")
            .execute()
            .catch(() => [])
        ).length;
      const before = await letters();
      const ingest = await startedIngest(temporaryFolder(), memoryBroker(), { otherRecords: records.db });
      await server.stop();
      const bad = async (count: number) => {
        for (let n = 0; n < count; n += 1) await ingest.send(Buffer.from(`bad ${n}`));
      };
      await bad(5);
      for (let seq = 1; seq <= 30; seq += 1) await ingest.send(sealed(batchBody(seq)));
      await ingest.storedCount(30);
      await server.start();
      await until("they are written", async () => (await letters()) === before + 5, 20_000);
      await ingest.stop();
    });

    test.each([
      ["no database of that name", { database: "other" }, /make the database, or name another one/],
      ["no such user", { user: "nobody" }, /check user and password/],
      ["nobody there", { port: 9 }, /ECONNREFUSED.*is it running/],
    ])("%s is told with what to do", async (_what, changes, said) => {
      await expect(postgresRecords(settings(changes))).rejects.toThrow(said);
    });
  });
}
