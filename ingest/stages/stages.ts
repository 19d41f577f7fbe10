import { type LiveView, liveView } from "../live-view.ts";
import type { Plant } from "../plant.ts";
import type { Stage } from "../stage.ts";
import { derive } from "./derive.ts";
import { judge } from "./judge.ts";
import { raiseAlarms } from "./raise-alarms.ts";
import { screen } from "./screen.ts";

/** All that an entry of the journal runs through, in order; the live view comes last, since it only remembers. */
export function stagesOf(plant: Plant): { readonly stages: readonly Stage[]; readonly view: LiveView } {
  const view = liveView(plant.catalogue);
  return { stages: [screen(plant.catalogue), derive(plant), judge(plant), raiseAlarms(plant), view], view };
}
