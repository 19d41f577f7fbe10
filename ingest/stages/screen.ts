import { doubt } from "../../domain/frame.ts";
import type { PointCatalogue } from "../../domain/points.ts";
import { screenFor } from "../../domain/screening.ts";
import type { Stage } from "../stage.ts";

/** Takes out of each frame what cannot be true, with the reason; doubts all of one whose time is not to be trusted. */
export function screen(catalogue: PointCatalogue): Stage {
  const { screen: screened } = screenFor(catalogue);
  return {
    name: "screen",
    step: (event, next) => {
      if (event.kind === "reading") {
        const { frame, origin } = event;
        screened(frame);
        if (origin.clockDoubtful) for (const slot of frame.measured) doubt(frame, slot, "clock-doubtful");
      }
      next(event);
    },
    memory: () => null,
    recall: () => {},
  };
}
