import { type PointName, points } from "./points.ts";

/** A number of each point that Fluewatch knows, by its name; NaN: there is none. */
export type NamedValues = Record<PointName, number>;

/**
 * The numbers of a frame by the names of their points, to be read and written in place: no number is copied, and none
 * is boxed, since each name is known where it is written in the code.
 */
export interface NamedView extends NamedValues {
  /** By slot: of the frame that is looked at. */
  slots: number[];
}

interface Slots {
  slots: number[];
}

/** Shows one frame after the other. The known points have the first slots of every catalogue, in their own order. */
export function namedView(): NamedView {
  const byName = Object.keys(points).map((name, slot) => [
    name,
    {
      get(this: Slots): number {
        return this.slots[slot] as number;
      },
      set(this: Slots, value: number) {
        this.slots[slot] = value;
      },
    },
  ]);
  const names: object = Object.defineProperties({}, Object.fromEntries(byName));
  const nothing: number[] = [Number.NaN];
  return Object.create(names, { slots: { value: nothing, writable: true } }) as NamedView;
}
