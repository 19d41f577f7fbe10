import { Compile } from "typebox/compile";
import { type AlarmCommand, CommandReply, type RequeueCommand } from "../contracts/live.ts";
import { everyLiveTopic, liveTopic } from "../contracts/topics.ts";
import type { Bus } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import { parsedJson } from "../platform/json.ts";
import type { World } from "../platform/world.ts";

export interface Commands {
  /**
   * Sends what a person wants to ingest and waits until it is done.
   * @throws OperationalError `alarm-unknown`, `rev-stale`, `state-conflict`, `role-insufficient`, `time-invalid`;
   * `ingest-silent` after two seconds; `bus-down`
   */
  send(command: WantedCommand | Wanted<RequeueCommand>): Promise<void>;
}

type Wanted<C> = C extends unknown ? Omit<C, "v" | "id"> : never;
/** A command without what the bus needs of it. */
export type WantedCommand = Wanted<AlarmCommand>;

const answerWithinMs = 2_000;
const checkReply = Compile(CommandReply);

const sentences = {
  "alarm-unknown": "There is no such alarm",
  "rev-stale": "The alarm has changed since you saw it; look again",
  "state-conflict": "The alarm is in a state in which that means nothing; look again",
  "role-insufficient": "This needs the role engineer",
  "dead-letter-unknown": "The journal does not hold this message any more",
  "dead-letter-requeued": "It was taken in before",
  "dead-letter-refused": "It still cannot be taken in",
  "time-invalid": "That time is over already, or further away than is allowed",
} as const;

export function commands(bus: Bus, world: World): Commands {
  const waiting = new Map<string, (reply: CommandReply) => void>();

  bus.subscribe(everyLiveTopic("reply"), (_topic, payload) => {
    const reply = parsedJson(payload);
    if (checkReply.Check(reply)) waiting.get(reply.id)?.(reply);
    return "taken";
  });

  return {
    send: async (wanted) => {
      const id = world.random.uuid();
      const command: AlarmCommand | RequeueCommand = { v: 1, id, ...wanted };
      const over = new AbortController();
      const answered = new Promise<CommandReply>((resolve) => waiting.set(id, resolve));
      try {
        await bus.publish(liveTopic(wanted.site, "cmd"), JSON.stringify(command), { qos: 1 });
        const reply = await Promise.race([
          answered,
          world.clock.sleep(answerWithinMs, over.signal).then(() => null),
        ]);
        if (reply === null) {
          throw new OperationalError(
            "ingest-silent",
            "It was sent, but nothing has confirmed it; look again in a moment",
          );
        }
        const { failure, detail } = reply;
        if (failure !== null)
          throw new OperationalError(
            failure,
            detail === undefined ? sentences[failure] : `${sentences[failure]}: ${detail}`,
          );
      } finally {
        over.abort();
        waiting.delete(id);
      }
    },
  };
}
