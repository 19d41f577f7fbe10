import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { largestBatchBytes } from "../../contracts/batch.ts";
import { readBatch, refusalReasons } from "../../ingest/read-batch.ts";
import { batchBody, dataTopic, rowsOf, sealed, testPlant } from "../helpers/batches.ts";

const plant = testPlant();

function refusal(payload: Buffer, topic = dataTopic) {
  const read = readBatch(topic, payload, plant);
  return "refusal" in read ? read.refusal : null;
}

/** The same point twice, with two values. */
const twice = (rows: ReturnType<typeof rowsOf>) => ({
  ...rows,
  points: [...rows.points, ...rows.points],
  rows: [[0, 3, 4]],
});

describe("a message from the bus", () => {
  test("that is a batch of this plant is read, and its bytes stay as they were", () => {
    const payload = sealed(batchBody(1));
    const before = Buffer.from(payload);
    expect(readBatch(dataTopic, payload, plant)).toMatchObject({ batch: { seq: 1, n: 1 } });
    expect(payload.equals(before)).toBe(true);
  });

  test.each([
    ["topic-unknown", "fluewatch/v1/works/gw-1/other", sealed(batchBody(1))],
    ["too-large", dataTopic, Buffer.alloc(largestBatchBytes + 1, "x")],
    ["not-json", dataTopic, Buffer.from("{")],
    ["hash-wrong", dataTopic, Buffer.from(JSON.stringify({ ...batchBody(1), h: "0".repeat(64) }))],
    ["version-unknown", dataTopic, sealed({ ...batchBody(1), v: 2 })],
    ["shape-wrong", dataTopic, sealed({ ...batchBody(1), boot: "one" })],
    ["identity-wrong", dataTopic, sealed(batchBody(1, { gw: "gw-2" }))],
    ["gateway-unknown", "fluewatch/v1/works/gw-9/data", sealed(batchBody(1, { gw: "gw-9" }))],
    ["boiler-foreign", dataTopic, sealed(batchBody(1, { b: [rowsOf({ o2DryPercent: 3 }, "b-9")] }))],
    ["point-unknown", dataTopic, sealed(batchBody(1, { b: [rowsOf({ o3Percent: 3 })] }))],
    ["shape-wrong", dataTopic, sealed(batchBody(1, { b: [twice(rowsOf({ o2DryPercent: 3 }))] }))],
    ["rows-uneven", dataTopic, sealed(batchBody(1, { n: 4 }))],
  ] as const)("%s is said, with what is wrong", (reason, topic, payload) => {
    expect(refusal(payload, topic)).toMatchObject({ reason, detail: expect.stringMatching(/./) });
  });

  test("a null without a flaw, a short row and a flaw outside of the rows are uneven", () => {
    const rows = rowsOf({ o2DryPercent: null, exhaustTempC: 150 });
    expect(refusal(sealed(batchBody(1, { b: [{ ...rows, flaws: [] }] })))?.detail).toContain(
      "null without a flaw",
    );
    expect(refusal(sealed(batchBody(1, { b: [{ ...rows, rows: [[0, 3]] }] })))?.reason).toBe("rows-uneven");
    expect(
      refusal(sealed(batchBody(1, { b: [{ ...rows, flaws: [...rows.flaws, [7, 0, "no-answer"]] }] })))
        ?.reason,
    ).toBe("rows-uneven");
  });

  test("only what carries its own hash may claim a number", () => {
    const payload = sealed(batchBody(5, { n: 4 }));
    expect(refusal(payload)?.batch).toMatchObject({ seq: 5 });
    const altered = Buffer.from(payload.toString().replace('"seq":5', '"seq":6'));
    expect(refusal(altered)).toMatchObject({ reason: "hash-wrong", batch: null });
  });

  test("a batch with fields of a later version is taken as far as it is known", () => {
    expect(refusal(sealed({ ...batchBody(1), colour: "red" }))).toBeNull();
  });

  test("whatever comes, it is read or refused, and nothing is thrown", () => {
    const hostile = fc.oneof(
      fc.json().map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.jsonValue().map((value) => sealed({ ...batchBody(1), b: value })),
      fc.jsonValue().map((value) => sealed({ ...batchBody(1), seq: value, t0: value, gap: value })),
      fc
        .constantFrom(
          '{"__proto__":{"v":1}}',
          "[".repeat(5_000),
          '"\\ud800"',
          "1e308",
          '{"v":1,"seq":9007199254740993}',
        )
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(hostile, (payload) => {
        const read = readBatch(dataTopic, payload, plant);
        if ("refusal" in read) expect(refusalReasons).toContain(read.refusal.reason);
      }),
      { numRuns: 3_000 },
    );
  });
});
