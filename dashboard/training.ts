import { type Accessor, createSignal } from "solid-js";
import type { TrainerBoiler, TrainerChange, TrainerText } from "../contracts/trainer.ts";
import { api, type Failure } from "./api.ts";

/** The simulated plant as it is set, where simulators run at all. */
export interface Training {
  /** `null` until the server has said it. */
  readonly state: Accessor<TrainerText | null>;
  /** Why the last question or change failed, or `null`; a success takes it away. */
  readonly failure: Accessor<Failure | null>;
  boiler(id: string): TrainerBoiler | null;
  load(): Promise<void>;
  /** @returns whether it was taken */
  change(boilerId: string, change: TrainerChange): Promise<boolean>;
}

export function openTraining(): Training {
  const [state, setState] = createSignal<TrainerText | null>(null);
  const [failure, setFailure] = createSignal<Failure | null>(null);
  let asked = 0;
  let answered = 0;

  /** An answer to an older question never stands over that to a newer one. */
  async function ask(question: () => ReturnType<typeof api.trainer>): Promise<boolean> {
    asked += 1;
    const mine = asked;
    const reply = await question();
    if (mine > answered) {
      answered = mine;
      setFailure(reply.ok ? null : reply.failure);
      if (reply.ok) setState(reply.value);
    }
    return reply.ok;
  }

  return {
    state,
    failure,
    boiler: (id) => state()?.boilers.find(({ boilerId }) => boilerId === id) ?? null,
    load: async () => {
      await ask(api.trainer);
    },
    change: (boilerId, change) => ask(() => api.changeTrainer(boilerId, change)),
  };
}
