import type { PointCatalogue } from "../../domain/points.ts";
import { screenFor } from "../../domain/screening.ts";
import type { BoilerStage } from "../stage.ts";

/** Takes out of each frame what cannot be true, with the reason. */
export function screen(catalogue: PointCatalogue): BoilerStage {
  const { screen: screened } = screenFor(catalogue);
  return {
    name: "screen",
    step: (event, next) => {
      if (event.kind === "reading") screened(event.frame);
      next(event);
    },
    memory: () => null,
    recall: () => {},
    memoryOf: () => null,
    recallOf: () => {},
  };
}
