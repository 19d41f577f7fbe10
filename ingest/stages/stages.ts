import { lateLane } from "../late-lane.ts";
import { type LiveView, liveView } from "../live-view.ts";
import type { Plant } from "../plant.ts";
import type { Stage } from "../stage.ts";
import { derive } from "./derive.ts";
import { judge } from "./judge.ts";
import { raiseAlarms } from "./raise-alarms.ts";
import { screen } from "./screen.ts";
import { tellHours } from "./tell-hours.ts";

/**
 * All that an entry of the journal runs through, in order: what comes late through a lane of its own; the live view
 * comes last, since it only remembers.
 */
export function stagesOf(plant: Plant): { readonly stages: readonly Stage[]; readonly view: LiveView } {
  const view = liveView(plant.catalogue);
  const judging = () => [screen(plant.catalogue), derive(plant), judge(plant)] as const;
  const judged = judging();
  const alarms = raiseAlarms(plant);
  const late = lateLane(plant, [...judged, alarms], [...judging(), raiseAlarms(plant)], alarms);
  return { stages: [late, ...judged, tellHours(plant), alarms, view], view };
}
