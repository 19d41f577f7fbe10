import { lateLane } from "./late-lane.ts";
import type { Plant } from "./plant.ts";
import type { Stage } from "./stage.ts";
import { derive } from "./stages/derive.ts";
import { judge } from "./stages/judge.ts";
import { raiseAlarms } from "./stages/raise-alarms.ts";
import { screen } from "./stages/screen.ts";

/** All that makes verdicts and alarms of readings, in its order: live, and for what comes late. */
export function judging(plant: Plant): readonly Stage[] {
  const alarms = raiseAlarms(plant);
  const lane = () => [screen(plant.catalogue), derive(plant), judge(plant)] as const;
  const live = [...lane(), alarms];
  return [lateLane(plant, live, [...lane(), raiseAlarms(plant)], alarms), ...live];
}
