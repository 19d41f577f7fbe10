import { boilerDerivation } from "../../domain/derivation.ts";
import { type Frame, flawCode, flawOfCode } from "../../domain/frame.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import type { FlawReason } from "../../domain/reading.ts";
import { moveSignals, type SignalMemory, signalMemory, signalWatch } from "../../domain/screening.ts";
import { forEachEdition, type Plant } from "../plant.ts";
import type { BoilerStage } from "../stage.ts";

/** Adds to each frame what follows from it, and doubts the signals that contradict each other or their own past. */
export function derive(plant: Plant): BoilerStage {
  const { catalogue } = plant;
  const prepared = forEachEdition(plant, ({ boiler, plausibility }) => ({
    derivation: boilerDerivation(boiler, catalogue),
    signals: signalWatch(catalogue, boiler, plausibility),
  }));
  const images = boilerImages(catalogue);
  let memories = new Map<string, SignalMemory>();

  function memoryOf(boilerId: string): SignalMemory {
    const known = memories.get(boilerId);
    if (known !== undefined) return known;
    const memory = signalMemory();
    memories.set(boilerId, memory);
    return memory;
  }

  return {
    name: "derive",
    step: (event, next) => {
      if (event.kind !== "reading") {
        next(event);
        return;
      }
      const { frame, origin } = event;
      const ofBoiler = prepared(frame.boilerId, frame.takenAtMs);
      if (ofBoiler === null) return; // not in the configuration any more
      const { derivation, signals } = ofBoiler;
      if (origin.late) {
        derivation.finish(frame, derivation.begin(frame));
        next(event);
        return;
      }
      const memory = memoryOf(frame.boilerId);
      if (origin.clockSetMs !== 0) {
        moveSignals(memory, origin.clockSetMs);
        images.move(frame.boilerId, origin.clockSetMs);
      }
      const lent = images.lend(frame);
      const burning = derivation.begin(frame);
      signals.see(memory, frame, burning);
      derivation.finish(frame, burning);
      images.takeBack(frame, lent);
      next(event);
    },
    memory: () => ({ signals: Object.fromEntries(memories), images: images.memory() }),
    recall: (memory) => {
      const recalled = (memory ?? {}) as {
        readonly signals?: Record<string, SignalMemory>;
        readonly images?: SavedImages;
      };
      memories = new Map(Object.entries(recalled.signals ?? {}));
      images.recall(recalled.images ?? {});
    },
    memoryOf: (boilerId) => ({ signals: memories.get(boilerId) ?? null, image: images.memoryOf(boilerId) }),
    recallOf: (boilerId, memory) => {
      const { signals = null, image = {} } = (memory ?? {}) as {
        readonly signals?: SignalMemory | null;
        readonly image?: SavedImages[string];
      };
      if (signals === null) memories.delete(boilerId);
      else memories.set(boilerId, signals);
      images.recallOf(boilerId, image);
    },
  };
}

/** The newest known values of one boiler, for frames of faster scans that do not bring them; by slot. */
interface Image {
  /** Slots that were ever read. */
  known: number[];
  readonly values: Float64Array;
  readonly flaws: Uint8Array;
  readonly atMs: Float64Array;
  /** Time between the last two; 0 before the second: how often a point is read. */
  readonly periodMs: Float64Array;
}

/** An image as it is saved: by name, since slots are another run's own. */
type SavedImages = Readonly<
  Record<
    string,
    Readonly<
      Record<
        string,
        {
          readonly value: number | null;
          readonly flaw: FlawReason | null;
          readonly atMs: number;
          readonly periodMs: number;
        }
      >
    >
  >
>;

/** A point scanned less often serves the formulas while it is younger than so many of its periods. */
const freshPeriods = 3;
const nothingLent: readonly number[] = [];

function boilerImages(catalogue: PointCatalogue) {
  let images = new Map<string, Image>();
  const slots = catalogue.names.length;

  function imageOf(boilerId: string): Image {
    const known = images.get(boilerId);
    if (known !== undefined) return known;
    const image: Image = {
      known: [],
      values: new Float64Array(slots),
      flaws: new Uint8Array(slots),
      atMs: new Float64Array(slots),
      periodMs: new Float64Array(slots),
    };
    images.set(boilerId, image);
    return image;
  }

  function see(image: Image, slot: number, value: number, flaw: number, atMs: number): void {
    const beforeMs = image.atMs[slot] ?? 0;
    if (beforeMs === 0) image.known = [...image.known, slot].sort((a, b) => a - b);
    image.values[slot] = value;
    image.flaws[slot] = flaw;
    image.atMs[slot] = atMs;
    image.periodMs[slot] = beforeMs === 0 ? 0 : atMs - beforeMs;
  }

  return {
    /** Remembers what the frame measured and fills in what it did not, where that is fresh; gives the slots filled. */
    lend: (frame: Frame): readonly number[] => {
      const { values, flaws, takenAtMs, measured, boilerId } = frame;
      const image = imageOf(boilerId);
      for (let index = 0; index < measured.length; index += 1) {
        const slot = measured[index] as number;
        see(image, slot, values[slot] as number, flaws[slot] as number, takenAtMs);
      }
      if (image.known.length === measured.length) return nothingLent;
      const lent: number[] = [];
      for (const slot of image.known) {
        const ageMs = takenAtMs - (image.atMs[slot] ?? 0);
        if (ageMs === 0 || ageMs > freshPeriods * (image.periodMs[slot] ?? 0)) continue;
        values[slot] = image.values[slot] as number;
        flaws[slot] = image.flaws[slot] as number;
        lent.push(slot);
      }
      return lent;
    },
    takeBack: ({ values, flaws }: Frame, lent: readonly number[]): void => {
      for (const slot of lent) {
        values[slot] = Number.NaN;
        flaws[slot] = 0;
      }
    },
    /** The clock was set: what was seen before it was seen so much later, or earlier, by it. */
    move: (boilerId: string, byMs: number): void => {
      const { known, atMs } = imageOf(boilerId);
      for (const slot of known) atMs[slot] = (atMs[slot] ?? 0) + byMs;
    },
    memory: (): SavedImages =>
      Object.fromEntries([...images.keys()].map((boilerId) => [boilerId, savedOf(boilerId)])),
    memoryOf: savedOf,
    recallOf,
    recall: (saved: SavedImages): void => {
      images = new Map();
      for (const [boilerId, image] of Object.entries(saved)) recallOf(boilerId, image);
    },
  };

  function savedOf(boilerId: string): SavedImages[string] {
    const image = images.get(boilerId);
    if (image === undefined) return {};
    const { known, values, flaws, atMs, periodMs } = image;
    return Object.fromEntries(
      known.map((slot) => {
        const value = values[slot] as number;
        const saved = {
          value: Number.isNaN(value) ? null : value,
          flaw: flawOfCode(flaws[slot] ?? 0),
          atMs: atMs[slot] ?? 0,
          periodMs: periodMs[slot] ?? 0,
        };
        return [catalogue.names[slot] ?? "", saved];
      }),
    );
  }

  function recallOf(boilerId: string, saved: SavedImages[string]): void {
    images.delete(boilerId);
    const image = imageOf(boilerId);
    for (const [name, { value, flaw, atMs, periodMs }] of Object.entries(saved)) {
      const slot = catalogue.slotOf(name);
      if (slot < 0) continue;
      see(image, slot, value ?? Number.NaN, flaw === null ? 0 : flawCode(flaw), atMs);
      image.periodMs[slot] = periodMs;
    }
  }
}
