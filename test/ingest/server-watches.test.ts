import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openJournal } from "../../ingest/journal.ts";
import { type ConditionEvent, type PlantEvent, pipeline } from "../../ingest/stage.ts";
import { stagesOf } from "../../ingest/stages/stages.ts";
import { certificateDays, diskUsedPercent } from "../../platform/machine.ts";
import { certificateFiles } from "../../settings/certificates.ts";
import { sid, startMs, testPlant } from "../helpers/batches.ts";
import { frame } from "../helpers/frames.ts";
import { temporaryFolder } from "../helpers/servers.ts";
import { simulatedWorld } from "../helpers/simulated-world.ts";

const hour = 3_600;

function watched() {
  const told: ConditionEvent[] = [];
  const { stages } = stagesOf(testPlant());
  const through = pipeline(stages, (event) => {
    if (event.kind === "condition") told.push(event);
  });
  const origin = {
    siteId: "works",
    gatewayId: "gw-1",
    sid,
    seq: 1,
    timeSegment: 0,
    clockDoubtful: false,
    clockSetMs: 0,
  };
  return {
    told: () =>
      told.splice(0).map(({ ruleId, sourceId, turned, priority, evidence }) => {
        const value = evidence?.kind === "count" ? evidence.value : null;
        return { ruleId, sourceId, turned, priority, value };
      }),
    reading: (second: number, late = false) => {
      const values = { firing: 1, loadPercent: 80, o2DryPercent: 4 };
      const event: PlantEvent = {
        kind: "reading",
        origin: { ...origin, late },
        frame: frame(values, startMs + second * 1_000),
      };
      through(event);
    },
    tick: (
      second: number,
      state: {
        diskUsedPercent?: number;
        certificateDays?: number;
        savingsGoing?: Readonly<Record<string, string>>;
      } = {},
    ) =>
      through({
        kind: "tick",
        atMs: startMs + second * 1_000,
        monotonicMs: second * 1_000,
        telemetryLag: 0,
        ...state,
      }),
  };
}

describe("an hour of readings", () => {
  test("that lacks more than 5 % is told ten minutes after its end, more urgently from 10 % on, and filled by late ones", () => {
    const { reading, tick, told } = watched();
    const isMissing = (second: number) => second >= hour + 600 && second < hour + 600 + 400;
    for (let second = 0; second < 2 * hour + 700; second += 1) {
      tick(second);
      if (!isMissing(second)) reading(second);
      if (second === 2 * hour + 599)
        expect(told().filter(({ ruleId }) => ruleId === "hour-incomplete")).toEqual([]);
    }
    expect(told().filter(({ ruleId }) => ruleId === "hour-incomplete")).toEqual([
      {
        ruleId: "hour-incomplete",
        sourceId: "b-1",
        turned: "on",
        priority: 3,
        value: expect.closeTo(100 / 9, 9),
      },
    ]);
    for (let second = hour + 600; second < hour + 1_000; second += 1) reading(second, true);
    tick(2 * hour + 701);
    expect(told().filter(({ ruleId }) => ruleId === "hour-incomplete")).toMatchObject([{ turned: "off" }]);
  });

  test("of which only a part was seen, since nobody looked before, lacks nothing", () => {
    const { reading, tick, told } = watched();
    for (let second = hour / 2; second < hour + 700; second += 1) {
      tick(second);
      reading(second);
    }
    expect(told().filter(({ ruleId }) => ruleId === "hour-incomplete")).toEqual([]);
  });
});

describe("the server", () => {
  test("tells of a disk that fills up, more urgently near its end, and of a certificate that ends", () => {
    const { tick, told } = watched();
    const through = (from: number, to: number, state: Parameters<typeof tick>[1]) => {
      for (let second = from; second < to; second += 1) tick(second, state);
      return told();
    };
    expect(through(0, 70, { diskUsedPercent: 85, certificateDays: 30 })).toEqual([]);
    expect(through(70, 140, { diskUsedPercent: 91, certificateDays: 29 })).toEqual([
      { ruleId: "certificate-ending", sourceId: "works", turned: "on", priority: 3, value: 29 },
      { ruleId: "disk-filling", sourceId: "works", turned: "on", priority: 3, value: 91 },
    ]);
    expect(through(140, 210, { diskUsedPercent: 96, certificateDays: 6 })).toMatchObject([
      { ruleId: "certificate-ending", turned: "raised", priority: 2, value: 6 },
      { ruleId: "disk-filling", turned: "raised", priority: 2, value: 96 },
    ]);
    expect(through(210, 280, {})).toEqual([]); // nobody says anything: nothing ends
    expect(through(280, 420, { diskUsedPercent: 60, certificateDays: 365 })).toMatchObject([
      { ruleId: "certificate-ending", turned: "off" },
      { ruleId: "disk-filling", turned: "off" },
    ]);
  });

  test("tells of a proven saving that is going at its boiler, once, and when it is back or nobody counts on it", () => {
    const { tick, told } = watched();
    tick(0, { savingsGoing: {} });
    expect(told()).toEqual([]);
    tick(60, { savingsGoing: { "b-1": "burners" } });
    tick(61); // said once a minute: the seconds between say nothing, and nothing ends
    tick(120, { savingsGoing: { "b-1": "burners" } });
    expect(told()).toEqual([
      { ruleId: "saving-going", sourceId: "b-1", turned: "on", priority: 3, value: 1 },
    ]);
    tick(180, { savingsGoing: {} });
    expect(told()).toMatchObject([{ ruleId: "saving-going", turned: "off" }]);
  });

  test("knows its disk, and the certificate of its configuration that ends first", async () => {
    const folder = temporaryFolder();
    const used = await diskUsedPercent(folder);
    expect(used).toBeGreaterThan(0);
    expect(used).toBeLessThanOrEqual(100);
    expect(await diskUsedPercent(join(folder, "nowhere"))).toBeNull();

    const file = join(folder, "server.pem");
    writeFileSync(file, certificate);
    const fileAt = (name: string) => join(folder, name);
    const config = {
      api: { tls: { certificateFile: "server.pem" } },
      mqtt: { certificateFile: "nowhere.pem" },
    };
    const files = certificateFiles({ config: config as never, fileAt });
    expect(files).toEqual([file, fileAt("nowhere.pem")]);
    const ends = Date.parse("Nov 19 01:19:07 2036 GMT");
    expect(certificateDays(files, ends - 29.5 * 86_400_000)).toBe(29);
    expect(certificateDays(files, ends + 1)).toBe(-1);
    expect(certificateDays([], ends)).toBeNull();
  });

  test("writes what it knows of itself into the journal, where older ticks say nothing of it", async () => {
    const world = simulatedWorld();
    const config = { segmentMib: 1, keepDays: 1, keepGib: 1 };
    const journal = await openJournal(temporaryFolder(), config, 0, world);
    const append = journal.append({
      kind: "tick",
      monotonicMs: 5,
      telemetryLag: 7,
      diskUsedPercent: 61.5,
      certificateDays: null,
      savingsGoing: { "b-1": "burners", "b-2": "burners" },
    });
    const none = journal.append({ kind: "tick", monotonicMs: 6, telemetryLag: null, savingsGoing: {} });
    const old = journal.log.append(Buffer.from("T5 7"));
    await world.advance(100);
    await Promise.all([append, none, old]);
    const [whole, empty, older] = await journal.reader(1).read();
    expect(whole).toMatchObject({
      telemetryLag: 7,
      diskUsedPercent: 61.5,
      certificateDays: null,
      savingsGoing: { "b-1": "burners", "b-2": "burners" },
    });
    expect(empty).toMatchObject({ telemetryLag: null, savingsGoing: {} });
    expect(older).toMatchObject({
      monotonicMs: 5,
      telemetryLag: 7,
      diskUsedPercent: null,
      certificateDays: null,
      savingsGoing: null,
    });
    const closing = journal.close();
    await world.advance(100);
    await closing;
  });
});

/** Self-signed, with a key that nobody kept. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBczCCARmgAwIBAgIUZ5UVAU2W10cS8z8qbGxf5XDmjeUwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjIwMTE5MDdaFw0zNjExMTkwMTE5MDda
MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ/CND9
jCecc3YPk8LNmBfhvaNJiMVOM1sPIWFpTJA4e3j09Dg4SC8rsdhlgBXbAkrFHoFH
jE3sk8QhLtXonHuco1MwUTAdBgNVHQ4EFgQU2ePFTuwFtBx7LICHKbwhe71SuWsw
HwYDVR0jBBgwFoAU2ePFTuwFtBx7LICHKbwhe71SuWswDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNIADBFAiEArLh8BIq0/uFKrEmOqnPix+SKYCXwesnBQX4E
10jOtq4CIECrEPhYf8p8It+jWCIQWv6quPjIJENo3bXHM0EM1Pwv
-----END CERTIFICATE-----
`;
