import { describe, expect, test } from "vitest";
import type { CommandReply } from "../../contracts/live.ts";
import { pointCatalogue } from "../../domain/points.ts";
import { alarmsSince } from "../../platform/records/alarm-records.ts";
import { deadLetters, integrityHours } from "../../platform/records/integrity-records.ts";
import { batchBody, rowsOf, sealed, sid, startMs, testPlant } from "../helpers/batches.ts";
import { memoryBroker } from "../helpers/memory-bus.ts";
import { startedIngest, steady } from "../helpers/running-ingest.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { until } from "../helpers/until.ts";

describe("ingest", () => {
  test("acknowledges what is durable, stores each reading once however often it comes", async () => {
    const ingest = await startedIngest(temporaryFolder());
    const batches = Array.from({ length: 30 }, (_, index) => sealed(batchBody(index + 1)));
    for (const payload of batches) await ingest.send(payload);
    for (const payload of batches) await ingest.send(payload);
    await ingest.ackedUpto(30);
    for (const payload of batches.slice(10, 20)) await ingest.send(payload);
    await ingest.storedCount(30);
    const rows = await ingest.stored();
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(rows[0]).toMatchObject({
      sid,
      gatewayId: "gw-1",
      takenAtMs: startMs + 1_000,
      values: { airRatio: 1.17 },
    });
    await ingest.stop();
  });

  test("goes on after a stop as if nothing had been: nothing twice, nothing forgotten", async () => {
    const folder = temporaryFolder();
    for (let start = 0; start < 3; start += 1) {
      const ingest = await startedIngest(folder);
      for (let seq = 1; seq <= 10 * (start + 1); seq += 1) await ingest.send(sealed(batchBody(seq)));
      await ingest.ackedUpto(10 * (start + 1));
      if (start === 2) {
        await ingest.storedCount(30);
        expect((await ingest.stored()).map(({ seq }) => seq)).toEqual(
          Array.from({ length: 30 }, (_, index) => index + 1),
        );
      }
      await ingest.stop();
    }
  });

  test("greets the gateways at its start with what it has, so that they need not wait", async () => {
    const folder = temporaryFolder();
    const first = await startedIngest(folder);
    await first.send(sealed(batchBody(1)));
    await first.ackedUpto(1);
    await first.stop();
    const second = await startedIngest(folder);
    await second.ackedUpto(1);
    expect(second.acks()[0]).toMatchObject({ sid, upto: 1 });
    expect(second.acks()[0]?.by).not.toBe(first.acks()[0]?.by);
    await second.stop();
  });

  test("sets aside what it cannot take, whole, with its reason, and lets the next batch pass", async () => {
    const ingest = await startedIngest(temporaryFolder());
    await ingest.send(sealed(batchBody(1)));
    await ingest.send(Buffer.from("not a batch"));
    await ingest.send(sealed(batchBody(2, { b: [rowsOf({ o3Percent: 1 })] })));
    await ingest.send(sealed(batchBody(1, { boot: 9 })));
    await ingest.send(sealed(batchBody(3)));
    await ingest.send(sealed(batchBody(4, { t0: startMs - 5_000 })));
    const twice = [rowsOf({ o2DryPercent: 3 }), rowsOf({ exhaustTempC: 150 })];
    await ingest.send(sealed(batchBody(5, { b: twice })));
    await ingest.ackedUpto(5);
    await until("the dead letters", async () => (await deadLetters(ingest.records, 10)).total === 5);
    const { byReason, letters } = await deadLetters(ingest.records, 10);
    expect(byReason).toEqual({ "not-json": 1, "point-unknown": 1, "seq-conflict": 1, "time-order": 2 });
    expect(letters.every(({ detail, bytes }) => detail !== "" && bytes > 0)).toBe(true);
    expect(ingest.acks().flatMap(({ dead }) => dead)).toContainEqual({ seq: 2, code: "point-unknown" });
    await ingest.storedCount(2);
    expect((await ingest.stored()).map(({ seq }) => seq)).toEqual([1, 3]);
    await ingest.stop();
  });

  test("a message set aside is taken in once the configuration knows it: stored once, and the books agree", async () => {
    const folder = temporaryFolder();
    const first = await startedIngest(folder);
    await first.send(sealed(batchBody(1)));
    await first.send(sealed(batchBody(2, { b: [rowsOf({ fanCurrentA: 12 })] })));
    await first.send(sealed(batchBody(3)));
    await first.send(Buffer.from("never a batch"));
    await until("two dead letters", async () => (await deadLetters(first.records, 10)).total === 2);
    await first.stop();

    const fanCurrentA = { unit: "A", decimals: 1, range: [0, 200], from: "sensor" } as const;
    const plant = { ...testPlant(steady), catalogue: pointCatalogue({ fanCurrentA }) };
    const second = await startedIngest(folder, memoryBroker(), { plant });
    const replies: CommandReply[] = [];
    second.broker.connect().subscribe("fluewatch/v1/works/live/reply", (_topic, payload) => {
      replies.push(JSON.parse(payload.toString()) as CommandReply);
      return "taken";
    });
    const { letters } = await deadLetters(second.records, 10);
    const offsetOf = (reason: string) => letters.find((each) => each.reason === reason)?.journalOffset;
    const ask = async (id: string, reason: string) => {
      const asked = {
        v: 1,
        id,
        site: "works",
        kind: "requeue",
        journalOffset: offsetOf(reason),
        by: "lin",
        key: id,
      };
      await second.send(Buffer.from(JSON.stringify(asked)), "fluewatch/v1/works/live/cmd");
      await until(`the answer to ${id}`, () => replies.some((reply) => reply.id === id));
    };
    await ask("a", "point-unknown");
    await ask("b", "point-unknown");
    await ask("c", "not-json");
    expect(replies.map(({ id, failure }) => `${id} ${failure}`)).toEqual([
      "a null",
      "b dead-letter-requeued",
      "c dead-letter-refused",
    ]);
    await second.storedCount(3);
    expect((await second.stored()).map(({ seq, values }) => [seq, values["fanCurrentA"]])).toContainEqual([
      2, 12,
    ]);
    const books = async () => integrityHours(second.records, 0, 9e12);
    await until("the books agree", async () => (await books())[0]?.quarantined === 0);
    expect(await books()).toMatchObject([{ accepted: 3, quarantined: 0 }]);
    const after = await deadLetters(second.records, 10);
    expect(after.letters.filter(({ requeuedAtMs }) => requeuedAtMs !== null)).toHaveLength(1);
    await second.stop();

    const third = await startedIngest(folder, memoryBroker(), { plant });
    expect((await third.stored()).map(({ seq }) => seq).sort()).toEqual([1, 2, 3]);
    await third.stop();
  });

  test("a batch that its neighbours do not vouch for is set aside, whichever of them came first", async () => {
    const ingest = await startedIngest(temporaryFolder());
    const one = sealed(batchBody(1));
    const two = sealed(batchBody(2, { prev: (JSON.parse(one.toString()) as { h: string }).h }));
    const four = sealed(batchBody(4, { prev: "a".repeat(64) }));
    for (const payload of [one, two, four]) await ingest.send(payload);
    // It follows 2 and not 1; and 4 says that another one came before it.
    await ingest.send(sealed(batchBody(3, { prev: (JSON.parse(one.toString()) as { h: string }).h })));
    await ingest.ackedUpto(4);
    await until("the dead letter", async () => (await deadLetters(ingest.records, 10)).total === 1);
    expect((await deadLetters(ingest.records, 10)).byReason).toEqual({ "chain-broken": 1 });
    await ingest.storedCount(3);
    await ingest.stop();
  });

  test("messages that were set aside are counted, and told of, beyond a restart", async () => {
    const folder = temporaryFolder();
    const first = await startedIngest(folder);
    for (const text of ["not a batch", "nor is this"]) await first.send(Buffer.from(text));
    const alarms = async (ingest: typeof first) =>
      (await alarmsSince(ingest.records, null)).filter(({ ruleId }) => ruleId === "messages-set-aside");
    await until("the alarm", async () => (await alarms(first)).length === 1);
    const [raised] = await alarms(first);
    expect(raised).toMatchObject({ sourceId: "gw-1", state: "unacknowledged" });
    await first.stop();

    const second = await startedIngest(folder);
    await second.send(Buffer.from("and a third"));
    await until(
      "the letters of both starts",
      async () => (await deadLetters(second.records, 10)).total === 3,
    );
    // Neither ended by the restart nor raised anew: the ten minutes go on.
    expect(await alarms(second)).toEqual([raised]);
    await second.stop();
  });

  test("keeps the books: accepted, quarantined, and scans that were declared missing", async () => {
    const ingest = await startedIngest(temporaryFolder());
    await ingest.send(sealed(batchBody(1, { gap: [["*", startMs, startMs + 5_000, 5, "restart"]] })));
    await ingest.send(sealed(batchBody(2, { b: [rowsOf({ o3Percent: 1 })] })));
    const hour = Math.floor(startMs / 3_600_000) * 3_600_000;
    const books = () => integrityHours(ingest.records, hour, hour + 1);
    await until("the books", async () => (await books())[0]?.accepted === 1);
    expect(await books()).toMatchObject([
      { gatewayId: "gw-1", accepted: 1, quarantined: 1, missedScans: 5, droppedBatches: 0 },
    ]);
    await ingest.stop();
  });

  test("an alarm is raised once, obeys a command once, and survives a restart", async () => {
    const folder = temporaryFolder();
    const first = await startedIngest(folder);
    const high = { firing: 1, loadPercent: 80, o2DryPercent: 5.4, exhaustTempC: 150 };
    for (let seq = 1; seq <= 120; seq += 1) await first.send(sealed(batchBody(seq, { b: [rowsOf(high)] })));
    await until("the alarm", async () => (await alarmsSince(first.records, null)).length === 1);
    const [alarm] = await alarmsSince(first.records, null);
    expect(alarm).toMatchObject({
      ruleId: "air-ratio-above-table",
      sourceId: "b-1",
      state: "unacknowledged",
      evidence: { limit: 1.3 },
    });
    await first.stop();

    const second = await startedIngest(folder);
    expect(await alarmsSince(second.records, null)).toEqual([alarm]);
    const replies: CommandReply[] = [];
    second.broker.connect().subscribe("fluewatch/v1/works/live/reply", (_topic, payload) => {
      replies.push(JSON.parse(payload.toString()) as CommandReply);
      return "taken";
    });
    const command = {
      v: 1,
      site: "works",
      kind: "acknowledge",
      alarmId: alarm?.id,
      rev: 1,
      by: "lin",
      comment: "damper",
      key: "k-1",
    };
    const give = (id: string, changes = {}) =>
      second.send(Buffer.from(JSON.stringify({ ...command, id, ...changes })), "fluewatch/v1/works/live/cmd");
    await give("a");
    await give("b");
    await give("c", { key: "k-2" });
    await give("d", { key: "k-3", rev: 2 });
    await give("e", { key: "k-4", alarmId: "nobody" });
    await until("five replies", () => replies.length === 5);
    expect(replies.map(({ id, failure }) => `${id} ${failure}`)).toEqual([
      "a null",
      "b null",
      "c rev-stale",
      "d state-conflict",
      "e alarm-unknown",
    ]);
    expect(await alarmsSince(second.records, null)).toMatchObject([
      { state: "acknowledged", rev: 2, acknowledgement: { by: "lin", comment: "damper" } },
    ]);
    await second.stop();
  });

  test("publishes a frame a second with the newest reading, and complete for a late joiner", async () => {
    const ingest = await startedIngest(temporaryFolder());
    await ingest.send(sealed(batchBody(1)));
    const frames = () =>
      ingest.broker.published
        .filter(({ topic }) => topic === "fluewatch/v1/works/live/frame")
        .map(
          ({ payload }) => JSON.parse(payload.toString()) as { boilers: { boilerId: string; n: number }[] },
        );
    await until("the reading in a frame", () => frames().some(({ boilers }) => boilers[0]?.n === 1));
    await ingest.stop();
  });
});
