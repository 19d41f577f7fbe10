import { type Accessor, createSignal } from "solid-js";
import type { TrainerBoiler, TrainerChange, TrainerText } from "../contracts/trainer.ts";
import { api, type Failure, type Reply } from "./api.ts";

/** The simulated plant as it is set, where simulators run at all. */
export interface Training {
  /** `null` until the server has said it. */
  readonly state: Accessor<TrainerText | null>;
  /** Why the state is not known anew, or `null`. */
  readonly failure: Accessor<Failure | null>;
  /** Why the last change was not taken, or `null`; it stands until one is. */
  readonly refusal: Accessor<Failure | null>;
  boiler(id: string): TrainerBoiler | null;
  load(): Promise<void>;
  /** @returns whether it was taken */
  change(boilerId: string, change: TrainerChange): Promise<boolean>;
}

export function openTraining(): Training {
  const [state, setState] = createSignal<TrainerText | null>(null);
  const [failure, setFailure] = createSignal<Failure | null>(null);
  const [refusal, setRefusal] = createSignal<Failure | null>(null);
  let asked = 0;
  let answered = 0;

  /** An answer to an older question never stands over that to a newer one. */
  async function told(question: Promise<Reply<TrainerText>>): Promise<Reply<TrainerText>> {
    asked += 1;
    const mine = asked;
    const reply = await question;
    if (reply.ok && mine > answered) {
      answered = mine;
      setState(reply.value);
    }
    return reply;
  }

  return {
    state,
    failure,
    refusal,
    boiler: (id) => state()?.boilers.find(({ boilerId }) => boilerId === id) ?? null,
    load: async () => {
      const reply = await told(api.trainer());
      setFailure(reply.ok ? null : reply.failure);
    },
    change: async (boilerId, change) => {
      const reply = await told(api.changeTrainer(boilerId, change));
      setRefusal(reply.ok ? null : reply.failure);
      return reply.ok;
    },
  };
}
