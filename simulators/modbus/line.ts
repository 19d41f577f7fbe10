import { assert } from "../../domain/assert.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { Clock } from "../../platform/world.ts";
import { seededRandom } from "../seeded-random.ts";
import { type BusFault, faultMisfit } from "./fault.ts";
import type { BusRequest, Framing } from "./framing.ts";
import type { Ledger, LedgerLine } from "./ledger.ts";
import type { ModbusUnit } from "./modbus-unit.ts";
import { answerPdu, exceptionPdu, exceptions, readRequest } from "./pdu.ts";

export interface LineSettings {
  readonly name: string;
  readonly port: number | null;
  readonly framing: Framing;
  readonly seed: number;
  /** From the request's last byte to the answer's first. */
  readonly turnaroundMs: number;
  /** What the way adds, and up to how much more, evenly spread. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** Bits a second, ten a byte, where bytes take their time; otherwise they take none. */
  readonly baudRate: number | null;
}

/** Hands a packet to the wire; `false` when there is nobody any more to take it. */
export type Send = (bytes: Buffer) => boolean;

/** A line of the field bus, whatever its frames look like: units, and what goes wrong with them. */
export interface ModbusLine {
  /**
   * Takes a request; its answer goes to `send`, in one packet or several, when it is due. One request at a time is
   * worked on; others wait.
   */
  take(request: BusRequest, send: Send): void;
  /** Writes down a request that came by a connection which is dead for `fault`. */
  lose(request: BusRequest, fault: BusFault): void;
  /**
   * Makes a unit, or the whole line (`null`), fail in one way until told otherwise; `null` is no fault. A unit's
   * own fault goes before the line's.
   * @throws OperationalError `unit-unknown`, `fault-misfit`
   */
  setFault(unitId: number | null, fault: BusFault | null): void;
  fault(unitId: number | null): BusFault | null;
  stop(): Promise<void>;
}

interface Packet {
  readonly afterMs: number;
  readonly bytes: Buffer;
}

interface Answer {
  readonly entry: Omit<LedgerLine, "answeredAtMs" | "delivered">;
  /** `null`: silence. */
  readonly pdu: Buffer | null;
}

/** Of each unit, so that the polls of one do not change the luck of another. */
interface UnitLuck {
  readonly delay: () => number;
  readonly fault: () => number;
  frameBefore: Buffer | null;
}

const mostWaiting = 100;
/** Silence of 3.5 characters before and after a request. */
const silentCharacters = 7;

export function modbusLine(
  settings: LineSettings,
  units: ReadonlyMap<number, ModbusUnit>,
  clock: Clock,
  ledger: Ledger,
): ModbusLine {
  const { framing } = settings;
  const faults = new Map<number | null, BusFault>();
  const lucks = new Map<number, UnitLuck>();
  const waiting: { readonly request: BusRequest; readonly send: Send }[] = [];
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();
  let isBusy = false;

  function luckOf(unitId: number): UnitLuck {
    const known = lucks.get(unitId);
    if (known !== undefined) return known;
    const seed = Math.imul(settings.seed, 1_021) + 2 * unitId;
    const luck = { delay: seededRandom(seed), fault: seededRandom(seed + 1), frameBefore: null };
    lucks.set(unitId, luck);
    return luck;
  }

  /** The fault that strikes this poll; it draws only where a fault is set. */
  function strikingFault(unitId: number): BusFault | null {
    const fault = faults.get(unitId) ?? faults.get(null) ?? null;
    if (fault === null || !("share" in fault) || fault.share === undefined) return fault;
    return luckOf(unitId).fault() < fault.share ? fault : null;
  }

  function answered({ unitId, pdu }: BusRequest, fault: BusFault | null): Answer {
    const asked = readRequest(pdu);
    const isRead = "table" in asked;
    const entry = {
      atMs: clock.nowMs(),
      line: settings.name,
      port: settings.port,
      unitId,
      table: isRead ? asked.table : null,
      address: isRead ? asked.address : null,
      count: isRead ? asked.count : null,
      registers: null,
      values: null,
      servedPolls: null,
      exception: null,
      fault,
    };
    const refused = (exception: number) => ({
      entry: { ...entry, exception },
      pdu: exceptionPdu(pdu, exception),
    });
    const silent = { entry, pdu: null };

    if (fault?.kind === "dead" || fault?.kind === "half-open" || fault?.kind === "refuse") return silent;
    const unit = units.get(unitId);
    if (unit === undefined) return framing.kind === "tcp" ? refused(exceptions.targetSilent) : silent;
    if (fault?.kind === "exception") return refused(fault.code);
    if (fault?.kind === "busy") return refused(exceptions.busy);
    if (!isRead) return refused(asked.exception);
    const given = unit.read(asked.table, asked.address, asked.count);
    if ("exception" in given) return refused(given.exception);
    return { entry: { ...entry, ...given }, pdu: answerPdu(pdu, asked.table, given.registers) };
  }

  /** What goes on the wire, and how long after each other. */
  function packets(request: BusRequest, pdu: Buffer, fault: BusFault | null): readonly Packet[] {
    const luck = luckOf(request.unitId);
    const frame = framing.framed({ ...request, pdu });
    const before = luck.frameBefore;
    luck.frameBefore = frame;
    const whole = (bytes: Buffer) => [{ afterMs: 0, bytes }];
    const drawn = (below: number) => Math.floor(luck.fault() * below);
    switch (fault?.kind) {
      case "wrong-unit":
        return whole(framing.framed({ ...request, unitId: (request.unitId + 1) & 0xff, pdu }));
      case "wrong-transaction":
        return whole(
          framing.framed({ ...request, transactionId: (request.transactionId - 1) & 0xffff, pdu }),
        );
      case "truncated":
        return whole(frame.subarray(0, 1 + drawn(frame.length - 1)));
      case "glued": {
        const noise = () => Buffer.from(Array.from({ length: 1 + drawn(8) }, () => drawn(256)));
        return whole(
          fault.to === "noise" ? Buffer.concat([frame, noise()]) : Buffer.concat([before ?? frame, frame]),
        );
      }
      case "split": {
        const at = 1 + drawn(frame.length - 1);
        return [...whole(frame.subarray(0, at)), { afterMs: fault.gapMs, bytes: frame.subarray(at) }];
      }
      case "bit-flip":
        return whole(flipped(frame, fault.bits ?? 1, drawn));
      case "duplicate":
        return [...whole(frame), { afterMs: fault.gapMs, bytes: frame }];
      default:
        return whole(frame);
    }
  }

  function flipped(frame: Buffer, bits: number, drawn: (below: number) => number): Buffer {
    // TCP's own checksum lets no flipped header through; what changes a value is changed before it is sent.
    const from = framing.kind === "tcp" ? Math.min(framing.headBytes, frame.length - 1) : 0;
    const places = 8 * (frame.length - from);
    const chosen = new Set<number>();
    while (chosen.size < Math.min(bits, places)) chosen.add(drawn(places));
    const changed = Buffer.from(frame);
    for (const place of chosen) {
      const at = from + (place >> 3);
      changed[at] = (changed[at] ?? 0) ^ (1 << (place & 7));
    }
    return changed;
  }

  function holdMs({ unitId, pdu }: BusRequest, answer: readonly Packet[], fault: BusFault | null): number {
    const { turnaroundMs, latencyMs, jitterMs, baudRate } = settings;
    const jitter = jitterMs === 0 ? 0 : jitterMs * luckOf(unitId).delay();
    const characters =
      3 + pdu.length + answer.reduce((sum, { bytes }) => sum + bytes.length, silentCharacters);
    const wireMs = baudRate === null ? 0 : (characters * 10_000) / baudRate;
    const faultMs = fault?.kind === "exception" ? (fault.holdsMs ?? 0) : 0;
    return turnaroundMs + latencyMs + jitter + wireMs + faultMs;
  }

  async function serve(): Promise<void> {
    isBusy = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { request, send } = next;
      const fault = strikingFault(request.unitId);
      const { entry, pdu } = answered(request, fault);
      if (pdu === null) {
        ledger({ ...entry, answeredAtMs: null, delivered: null });
        continue;
      }
      const toSend = packets(request, pdu, fault);
      const heldMs = holdMs(request, toSend, fault);
      if (heldMs > 0) await clock.sleep(heldMs, stopping.signal);
      if (fault?.kind === "late") {
        // The line is free meanwhile: the answer may meet another one's time.
        track(
          delivered(
            [{ afterMs: fault.byMs, bytes: Buffer.concat(toSend.map(({ bytes }) => bytes)) }],
            send,
            entry,
          ),
        );
      } else await delivered(toSend, send, entry);
    }
    isBusy = false;
  }

  async function delivered(toSend: readonly Packet[], send: Send, entry: Answer["entry"]): Promise<void> {
    const sent: Buffer[] = [];
    let answeredAtMs: number | null = null;
    for (const { afterMs, bytes } of toSend) {
      if (afterMs > 0) await clock.sleep(afterMs, stopping.signal);
      if (stopping.signal.aborted || !send(bytes)) break;
      sent.push(bytes);
      answeredAtMs = clock.nowMs();
    }
    const bytes = sent.length === 0 ? null : Buffer.concat(sent).toString("hex");
    ledger({ ...entry, answeredAtMs, delivered: bytes });
  }

  function track(work: Promise<void>): void {
    underWay.add(work);
    void work.then(() => underWay.delete(work));
  }

  function lose(request: BusRequest, fault: BusFault | null): void {
    const { entry } = answered(request, fault ?? { kind: "dead" });
    ledger({ ...entry, fault, answeredAtMs: null, delivered: null });
  }

  return {
    take: (request, send) => {
      // Who asks faster than a line can answer is not heard, as by a device with a full buffer.
      if (waiting.length >= mostWaiting) {
        lose(request, null);
        return;
      }
      waiting.push({ request, send });
      if (!isBusy) track(serve());
    },
    lose,
    setFault: (unitId, fault) => {
      if (unitId !== null && !units.has(unitId)) {
        const known = [...units.keys()].join(", ");
        throw new OperationalError(
          "unit-unknown",
          `${settings.name} has no unit ${unitId}; its units are ${known}`,
        );
      }
      if (fault === null) {
        faults.delete(unitId);
        return;
      }
      const at = { framing: framing.kind, hasSockets: settings.port !== null, wholeLine: unitId === null };
      const misfit = faultMisfit(fault, at);
      if (misfit !== null) throw new OperationalError("fault-misfit", `${settings.name}: ${misfit}`);
      faults.set(unitId, fault);
    },
    fault: (unitId) => faults.get(unitId) ?? null,
    stop: async () => {
      stopping.abort();
      for (const { request } of waiting.splice(0)) lose(request, null);
      await Promise.all(underWay);
      assert(!isBusy, "a stopped line has nothing to do");
    },
  };
}
