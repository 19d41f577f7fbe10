import { type LiveView, liveView } from "../live-view.ts";
import type { Plant } from "../plant.ts";
import type { Stage } from "../stage.ts";
import { derive } from "./derive.ts";
import { judge } from "./judge.ts";
import { raiseAlarms } from "./raise-alarms.ts";
import { screen } from "./screen.ts";
import { tellHours } from "./tell-hours.ts";

/** All that an entry of the journal runs through, in order; the live view comes last, since it only remembers. */
export function stagesOf(plant: Plant): { readonly stages: readonly Stage[]; readonly view: LiveView } {
  const view = liveView(plant.catalogue);
  const stages = [
    ...[screen(plant.catalogue), derive(plant), judge(plant)],
    ...[tellHours(plant), raiseAlarms(plant), view],
  ];
  return { stages, view };
}
