import {
  type Accessor,
  createContext,
  createEffect,
  createSignal,
  on,
  onCleanup,
  useContext,
} from "solid-js";
import type { AlarmText } from "../contracts/http/alarms.ts";
import { assert } from "../domain/assert.ts";
import { type AirRatioHours, airRatioHours } from "./air-ratio-hours.ts";
import { type AlarmList, alarmList } from "./alarms.ts";
import { type Attention, attention } from "./attention.ts";
import { type BoilerList, boilerList } from "./boilers.ts";
import { type Conditions, conditionsOf } from "./conditions.ts";
import { evidenceText } from "./evidence.ts";
import { type Feed, openFeed } from "./feed.ts";
import { nothingMissed } from "./missed.ts";
import { endSession } from "./session.ts";
import { ringForNewAlarms } from "./sound.ts";
import { sourceOf } from "./sources.ts";
import { labelOf } from "./texts/texts.ts";
import { openTraining, type Training } from "./training.ts";

/** What every page works with while somebody is signed in. */
export interface Desk {
  readonly feed: Feed;
  readonly list: BoilerList;
  readonly alarms: AlarmList;
  readonly hours: AirRatioHours;
  readonly conditions: Conditions;
  readonly attention: Attention;
  readonly training: Training;
  /** The alarm that the key for acknowledging means on this page, instead of the banner's. */
  readonly chosen: Accessor<AlarmText | null>;
  choose(alarm: AlarmText | null): void;
}

const DeskContext = createContext<Desk>();
export const DeskProvider = DeskContext.Provider;

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  assert(desk !== undefined, "pages are shown to whom is signed in");
  return desk;
}

/** Sets the desk up; all of it ends with the owner that called. */
export function openDesk(): Desk {
  const alarms = alarmList();
  const list = boilerList();
  const feed = openFeed({
    alarmsRev: (rev) => void alarms.pull(rev),
    configuration: () => void list.load(),
    signInNeeded: endSession,
  });
  const hours = airRatioHours(feed);
  const training = openTraining();
  void training.load();
  const stopRinging = ringForNewAlarms(alarms, (alarm) => ({
    title: labelOf(alarm.title),
    body: [sourceOf(alarm, list).name, evidenceText(alarm)].filter(Boolean).join(" · "),
  }));
  const stopRefilling = feed.onGap(async (sinceMs) => {
    await Promise.all([list.load(), alarms.pull(), training.load()]);
    return nothingMissed(list.boilers(), sinceMs, feed.nowMs());
  });
  onCleanup(() => {
    stopRefilling();
    stopRinging();
    hours.close();
    feed.close();
    list.close();
  });

  const conditions = conditionsOf(feed, list, alarms);

  createEffect(
    on(feed.frameMs, () => {
      for (const { id } of list.boilers()) {
        const reading = feed.newest(id);
        if (reading !== null) hours.add(reading);
      }
    }),
  );

  const [chosen, setChosen] = createSignal<AlarmText | null>(null);
  return {
    feed,
    list,
    alarms,
    hours,
    conditions,
    attention: attention(conditions.all, feed.frameMs),
    training,
    chosen,
    choose: (alarm) => setChosen(alarm),
  };
}
