import { join } from "node:path";
import type { Batch } from "../contracts/batch.ts";
import { folderFiles } from "../platform/log/files.ts";
import type { LogReader } from "../platform/log/segment.ts";
import { openSegmentLog, type SegmentLog } from "../platform/log/segment-log.ts";
import type { World } from "../platform/world.ts";
import type { JournalConfig } from "./config.ts";

export type BatchIdentity = Pick<Batch, "site" | "gw" | "sid" | "seq">;

/**
 * One entry of the journal. Everything else is a function of these and of dated data.
 *
 * `batch`: the bytes as the gateway sealed them. `quarantine`: a message that could not be accepted, whole, with
 * the reason. `command`: what a person wants. `tick`: a second has passed, so that silence is noticed.
 */
export type Entry =
  | { readonly kind: "batch"; readonly bytes: Buffer }
  | ({ readonly kind: "quarantine"; readonly bytes: Buffer } & Quarantine)
  | { readonly kind: "command"; readonly bytes: Buffer }
  | ({ readonly kind: "tick"; readonly monotonicMs: number } & ServerState);

/** How the machine does that keeps the data; `null` or absent: nobody said. */
export interface ServerState {
  readonly telemetryLag: number | null;
  readonly diskUsedPercent?: number | null;
  readonly certificateDays?: number | null;
}

/** Why a message was set aside, and which batch it claims to be, where that could be read. */
export interface Quarantine {
  readonly topic: string;
  readonly reason: string;
  readonly detail: string;
  readonly batch: BatchIdentity | null;
}

export type JournalEntry = Entry & { readonly offset: number; readonly arrivedAtMs: number };

/** What has been written down, in order, and can be read again from any place. */
export interface Journal {
  readonly log: SegmentLog;
  /** Resolves with the entry's offset once it is durable. */
  append(entry: Entry): Promise<number>;
  reader(fromOffset: number): { read(): Promise<readonly JournalEntry[]> };
  close(): Promise<void>;
}

const mib = 1024 * 1024;
const marks = { batch: "B", quarantine: "Q", command: "C", tick: "T" } as const;

export async function openJournal(
  folder: string,
  config: JournalConfig,
  confirmedAtLeast: number,
  world: World,
): Promise<Journal> {
  const log = await openSegmentLog(
    await folderFiles(join(folder, "segments")),
    {
      name: "the journal",
      segmentBytes: config.segmentMib * mib,
      pendingBytes: 64 * mib,
      gatherMs: 5,
      confirmedAtLeast,
    },
    world,
  );
  return {
    log,
    append: (entry) => log.append(encoded(entry)),
    reader: (fromOffset) => entryReader(log.reader(fromOffset), world),
    close: () => log.close(),
  };
}

function entryReader(reader: LogReader, world: World) {
  return {
    read: async (): Promise<readonly JournalEntry[]> => {
      const { records, damaged } = await reader.read();
      for (const { from, to } of damaged) {
        world.log.error({ from, to, code: "journal-damaged" }, "part of the journal cannot be read");
      }
      return records.map(({ offset, appendedAtMs, body }) => ({
        ...decoded(body),
        offset,
        arrivedAtMs: appendedAtMs,
      }));
    },
  };
}

/** One letter for the kind; a quarantined message has its length-prefixed reason before its bytes. */
function encoded(entry: Entry): Buffer {
  const mark = Buffer.from(marks[entry.kind], "latin1");
  switch (entry.kind) {
    case "batch":
    case "command":
      return Buffer.concat([mark, entry.bytes]);
    case "tick":
      return Buffer.concat([mark, Buffer.from(tickText(entry))]);
    case "quarantine": {
      const { topic, reason, detail, batch } = entry;
      const head = Buffer.from(JSON.stringify({ topic, reason, detail, batch }));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(head.length);
      return Buffer.concat([mark, length, head, entry.bytes]);
    }
  }
}

function tickText({
  monotonicMs,
  telemetryLag,
  diskUsedPercent,
  certificateDays,
}: Extract<Entry, { kind: "tick" }>) {
  return `${monotonicMs} ${telemetryLag ?? ""} ${diskUsedPercent ?? ""} ${certificateDays ?? ""}`;
}

function decoded(body: Buffer): Entry {
  const rest = body.subarray(1);
  switch (String.fromCharCode(body.readUInt8(0))) {
    case marks.batch:
      return { kind: "batch", bytes: rest };
    case marks.command:
      return { kind: "command", bytes: rest };
    case marks.tick: {
      const [monotonicMs = "", lag = "", disk = "", days = ""] = rest.toString().split(" ");
      const numberIn = (text: string) => (text === "" ? null : Number(text));
      return {
        kind: "tick",
        monotonicMs: Number(monotonicMs),
        telemetryLag: numberIn(lag),
        diskUsedPercent: numberIn(disk),
        certificateDays: numberIn(days),
      };
    }
    default: {
      const length = rest.readUInt32BE(0);
      const head = JSON.parse(rest.subarray(4, 4 + length).toString()) as Quarantine;
      return { kind: "quarantine", ...head, bytes: rest.subarray(4 + length) };
    }
  }
}
