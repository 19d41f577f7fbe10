import { messageOf } from "./errors.ts";
import type { World } from "./world.ts";

/** Something that runs until it is told to stop; `stop` returns when its work is durable or handed on. */
export interface Service {
  readonly name: string;
  stop(): Promise<void>;
}

/** Services in the order of their start; stopping runs backwards, so that speakers fall silent before listeners. */
export interface ServiceStack {
  add<S extends Service>(service: S): S;
  stop(): Promise<void>;
}

export function serviceStack(world: World): ServiceStack {
  const services: Service[] = [];
  let stopping: Promise<void> | null = null;

  async function stopAll(): Promise<void> {
    for (let service = services.pop(); service !== undefined; service = services.pop()) {
      try {
        await service.stop();
        world.log.debug({ service: service.name }, "stopped");
      } catch (error) {
        // The rest must still be stopped in order; what failed is said.
        world.log.error({ service: service.name, error: messageOf(error) }, "did not stop cleanly");
      }
    }
  }

  return {
    add: (service) => {
      services.push(service);
      return service;
    },
    // Whoever asks first begins it; all wait for the same end.
    stop: () => {
      stopping ??= stopAll();
      return stopping;
    },
  };
}

/** A loop of a service: runs `body` until it is stopped; stopping waits for the turn under way. */
export function backgroundLoop(
  name: string,
  body: (signal: AbortSignal) => Promise<void>,
): Service & { readonly finished: Promise<void> } {
  const stopping = new AbortController();
  const finished = body(stopping.signal);
  // A failure of the body is a bug: it surfaces here as an unhandled rejection and ends the process.
  return {
    name,
    finished,
    stop: async () => {
      stopping.abort();
      await finished;
    },
  };
}
