import { join } from "node:path";
import type { Batch } from "../contracts/batch.ts";
import { OperationalError } from "../platform/errors.ts";
import { folderFiles } from "../platform/log/files.ts";
import type { LogRecord } from "../platform/log/record.ts";
import type { LogReader } from "../platform/log/segment.ts";
import { openSegmentLog, type SegmentLog } from "../platform/log/segment-log.ts";
import type { World } from "../platform/world.ts";
import type { JournalConfig } from "./config.ts";
import type { AcceptedConfig } from "./plant.ts";

export type BatchIdentity = Pick<Batch, "site" | "gw" | "sid" | "seq">;

/**
 * One entry of the journal. Everything else is a function of these and of dated data.
 *
 * `batch`: the bytes as the gateway sealed them. `quarantine`: a message that could not be accepted, whole, with
 * the reason. `requeue`: such a message, taken in after all. `command`: what a person wants. `config`: from here on another version of
 * the configuration counts; the version itself is in the records. `tick`: a second has passed, so that silence is noticed.
 */
export type Entry =
  | { readonly kind: "batch"; readonly bytes: Buffer }
  | ({ readonly kind: "quarantine"; readonly bytes: Buffer } & Quarantine)
  | { readonly kind: "requeue"; readonly deadOffset: number; readonly bytes: Buffer }
  | { readonly kind: "command"; readonly bytes: Buffer }
  | ({ readonly kind: "config" } & AcceptedConfig)
  | ({ readonly kind: "tick"; readonly monotonicMs: number } & ServerState);

/** How the machine does that keeps the data; `null` or absent: nobody said. */
export interface ServerState {
  readonly telemetryLag: number | null;
  readonly diskUsedPercent?: number | null;
  readonly certificateDays?: number | null;
  /** Boilers whose proven saving is going, each with its retrofit. */
  readonly savingsGoing?: Readonly<Record<string, string>> | null;
}

/** Why a message was set aside, and which batch it claims to be, where that could be read. */
export interface Quarantine {
  readonly topic: string;
  readonly reason: string;
  readonly detail: string;
  readonly batch: BatchIdentity | null;
  /** Who sent it, where the topic does not say so. */
  readonly gatewayId?: string;
}

export type JournalEntry = Entry & { readonly offset: number; readonly arrivedAtMs: number };

/** What has been written down, in order, and can be read again from any place. */
export interface Journal {
  readonly log: SegmentLog;
  /** Resolves with the entry's offset once it is durable. */
  append(entry: Entry): Promise<number>;
  reader(fromOffset: number): { read(): Promise<readonly JournalEntry[]> };
  /** The entry at an offset; `null`: it is not kept any more, or never was. */
  at(offset: number): Promise<JournalEntry | null>;
  /** It holds more than it should: segments that every sink has passed may go at once. */
  readonly isOverQuota: boolean;
  /** Why it takes no batches now: the disk refuses, or it is at its quota and the stores have not passed it. */
  readonly trouble: OperationalError | null;
  close(): Promise<void>;
}

const mib = 1024 * 1024;
const gib = 1024 * mib;
/** Between two savings of what the pass remembers, a journal that is kept at its quota grows beyond it. */
const graceSegments = 1;
const marks = { batch: "B", quarantine: "Q", requeue: "R", command: "C", config: "S", tick: "T" } as const;

export async function openJournal(
  folder: string,
  config: JournalConfig,
  confirmedAtLeast: number,
  world: World,
): Promise<Journal> {
  const log = await openSegmentLog(
    await folderFiles(segmentsFolder(folder)),
    {
      name: "the journal",
      segmentBytes: config.segmentMib * mib,
      pendingBytes: 64 * mib,
      gatherMs: 5,
      confirmedAtLeast,
    },
    world,
  );
  const quotaBytes = config.keepGib * gib;
  return {
    log,
    get isOverQuota() {
      return log.bytes > quotaBytes;
    },
    get trouble() {
      if (log.trouble !== null || log.bytes <= quotaBytes + graceSegments * config.segmentMib * mib)
        return log.trouble;
      return new OperationalError(
        "disk-full",
        `The journal holds its quota of ${config.keepGib} GiB (ingest.journal.keepGib), and a store has not passed it yet; gateways keep what they read until there is room`,
      );
    },
    append: (entry) => log.append(encoded(entry)),
    reader: (fromOffset) => entryReader(log.reader(fromOffset), world),
    at: async (offset) => {
      if (offset < log.firstOffset || offset > log.durableOffset) return null;
      const [entry] = await entryReader(log.reader(offset), world).read();
      return entry?.offset === offset ? entry : null;
    },
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
      return records.map(entryOf);
    },
  };
}

/** What a record of the journal says. */
export function entryOf({ offset, appendedAtMs, body }: LogRecord): JournalEntry {
  return { ...decoded(body), offset, arrivedAtMs: appendedAtMs };
}

/** Where the journal's segments are, in ingest's folder. */
export function segmentsFolder(folder: string): string {
  return join(folder, "segments");
}

/** One letter for the kind; a quarantined message has its length-prefixed reason before its bytes. */
function encoded(entry: Entry): Buffer {
  const mark = Buffer.from(marks[entry.kind], "latin1");
  switch (entry.kind) {
    case "batch":
    case "command":
      return Buffer.concat([mark, entry.bytes]);
    case "config": {
      const { kind: _kind, ...accepted } = entry;
      return Buffer.concat([mark, Buffer.from(JSON.stringify(accepted))]);
    }
    case "tick":
      return Buffer.concat([mark, Buffer.from(tickText(entry))]);
    case "requeue": {
      const dead = Buffer.alloc(8);
      dead.writeBigUInt64BE(BigInt(entry.deadOffset));
      return Buffer.concat([mark, dead, entry.bytes]);
    }
    case "quarantine": {
      const { topic, reason, detail, batch, gatewayId } = entry;
      const head = Buffer.from(JSON.stringify({ topic, reason, detail, batch, gatewayId }));
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
  savingsGoing,
}: Extract<Entry, { kind: "tick" }>) {
  return `${monotonicMs} ${telemetryLag ?? ""} ${diskUsedPercent ?? ""} ${certificateDays ?? ""} ${savingsText(savingsGoing ?? null)}`;
}

/** Ids have no such signs in them; a dash alone: none is going. */
function savingsText(going: Readonly<Record<string, string>> | null): string {
  if (going === null) return "";
  const pairs = Object.entries(going).map(([boilerId, retrofitId]) => `${boilerId}=${retrofitId}`);
  return pairs.length === 0 ? "-" : pairs.join(",");
}

function savingsIn(text: string): Readonly<Record<string, string>> | null {
  if (text === "") return null;
  return Object.fromEntries(text === "-" ? [] : text.split(",").map((pair) => pair.split("=")));
}

function decoded(body: Buffer): Entry {
  const rest = body.subarray(1);
  switch (String.fromCharCode(body.readUInt8(0))) {
    case marks.batch:
      return { kind: "batch", bytes: rest };
    case marks.command:
      return { kind: "command", bytes: rest };
    case marks.config:
      return { kind: "config", ...(JSON.parse(rest.toString()) as AcceptedConfig) };
    case marks.requeue:
      return { kind: "requeue", deadOffset: Number(rest.readBigUInt64BE(0)), bytes: rest.subarray(8) };
    case marks.tick: {
      const [monotonicMs = "", lag = "", disk = "", days = "", savings = ""] = rest.toString().split(" ");
      const numberIn = (text: string) => (text === "" ? null : Number(text));
      return {
        kind: "tick",
        monotonicMs: Number(monotonicMs),
        telemetryLag: numberIn(lag),
        diskUsedPercent: numberIn(disk),
        certificateDays: numberIn(days),
        savingsGoing: savingsIn(savings),
      };
    }
    default: {
      const length = rest.readUInt32BE(0);
      const head = JSON.parse(rest.subarray(4, 4 + length).toString()) as Quarantine;
      return { kind: "quarantine", ...head, bytes: rest.subarray(4 + length) };
    }
  }
}
