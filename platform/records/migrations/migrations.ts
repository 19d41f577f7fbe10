import type { Migration } from "kysely";
import { first } from "./001-first.ts";
import { alarmLife } from "./002-alarm-life.ts";
import { people } from "./003-people.ts";
import { notifications } from "./004-notifications.ts";
import { retrofits } from "./005-retrofits.ts";
import { declaredLosses } from "./006-declared-losses.ts";
import { configurations } from "./007-configurations.ts";
import { boilerNotes } from "./008-boiler-notes.ts";

/** In the order of their names; one that was released is never changed. */
export const migrations: Readonly<Record<string, Migration>> = {
  "001-first": first,
  "002-alarm-life": alarmLife,
  "003-people": people,
  "004-notifications": notifications,
  "005-retrofits": retrofits,
  "006-declared-losses": declaredLosses,
  "007-configurations": configurations,
  "008-boiler-notes": boilerNotes,
};
