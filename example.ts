import type { Projects } from "./api/retrofits/projects.ts";
import { everyLiveTopic } from "./contracts/topics.ts";
import { nextDay, plantDayStartMs } from "./domain/mv/plant-days.ts";
import { sha256Hex } from "./gateway/outbox.ts";
import type { Bus } from "./platform/bus.ts";
import { messageOf, OperationalError } from "./platform/errors.ts";
import { backgroundLoop, type Service } from "./platform/service.ts";
import type { ReadingReader } from "./platform/telemetry/telemetry.ts";
import type { World } from "./platform/world.ts";
import type { Example } from "./settings/example.ts";
import { fuelsNow, simulatedGateways } from "./settings/registry.ts";
import { fittedPoints } from "./simulators/fitted.ts";
import { history } from "./simulators/history.ts";
import { sendHistory } from "./simulators/history-sender.ts";
import { simulation } from "./simulators/simulation.ts";

export interface ExampleNeeds {
  readonly projects: Projects;
  readonly telemetry: ReadingReader;
  readonly bus: Bus;
  readonly world: World;
}

export interface RunningExample extends Service {
  /** How far it is; `null` when there is nothing left to do. */
  preparing(): { readonly id: string; readonly percent: number } | null;
}

/** Live boilers come first: so long is waited for the first of their frames. */
const firstFrameWithinMs = 8_000;
const stepsPerBatch = 60;
const storedWithinMs = 300_000;
const author = "example";

/**
 * Makes the finished example of a demo, once: its made-up past goes over the bus into the journal and the store like
 * anybody's readings, and the project is written down, frozen, computed and released like anybody's project.
 */
export function startExample(example: Example, needs: ExampleNeeds): RunningExample {
  const { projects, bus, world } = needs;
  const { id } = example;
  let percent: number | null = 0;
  const loop = backgroundLoop("example", async (signal) => {
    try {
      if (!(await isThere())) await make(signal);
    } catch (error) {
      // A demo without its example is still a demo.
      world.log.error({ example: id, error: messageOf(error) }, "the example could not be made");
    }
    percent = null;
  });

  async function isThere(): Promise<boolean> {
    try {
      const { current } = await projects.get(id);
      return current.state === "released" || current.version > 1;
    } catch (error) {
      if (error instanceof OperationalError && error.code === "retrofit-unknown") return false;
      throw error;
    }
  }

  async function make(signal: AbortSignal): Promise<void> {
    const live = new AbortController();
    bus.subscribe(everyLiveTopic("frame"), () => {
      live.abort();
      return "taken";
    });
    await world.clock.sleep(firstFrameWithinMs, AbortSignal.any([signal, live.signal]));
    await sendPast(signal);
    if (!signal.aborted) await stored(signal);
    if (!signal.aborted) await write();
  }

  async function sendPast(signal: AbortSignal): Promise<void> {
    const { scenario, days, stepSeconds } = example;
    const { settings, events } = scenario;
    const { config, maps } = settings;
    const nowMs = world.clock.nowMs();
    const gateways = simulatedGateways(settings);
    // The same past has the same identity: sent again after a crash, it is taken once.
    const sid = uuidOf(
      JSON.stringify([id, example.from, days, stepSeconds, config.simulators.boilers, events]),
    );
    const steps = (days * 86_400) / stepSeconds;
    for (const gateway of gateways) {
      const plant = simulation(
        config.simulators.boilers,
        events,
        fuelsNow(settings, nowMs),
        fittedPoints(config.simulators, maps),
        stepSeconds,
      );
      const batches = history(plant, {
        gateways: [gateway],
        fromMs: startMs(),
        seconds: days * 86_400,
        stepSeconds,
        sid: () => sid,
        sha256Hex,
      });
      const onConfirmed = (count: number) => {
        percent = Math.min(95, (95 * count * stepsPerBatch) / steps);
      };
      await sendHistory(
        { site: gateway.site, gatewayId: gateway.id, sid, batches, onConfirmed },
        bus,
        world,
        signal,
      );
    }
  }

  const timeZone = example.scenario.settings.config.sites[0]?.timeZone ?? "UTC";
  const startMs = () => plantDayStartMs(example.from, timeZone);

  /** Acknowledged is in the journal; a result needs it in the store. */
  async function stored(signal: AbortSignal): Promise<void> {
    const endMs = plantDayStartMs(nextDay(example.from, example.days), timeZone);
    const untilMs = world.clock.monotonicMs() + storedWithinMs;
    while (!signal.aborted) {
      const last = await Promise.all(
        example.document.plan.boilers.map((boilerId) =>
          needs.telemetry.readings({
            boilerId,
            fromMs: endMs - 1_000 * example.stepSeconds,
            toMs: endMs,
            limit: 1,
          }),
        ),
      );
      if (last.every((readings) => readings.length > 0)) return;
      if (world.clock.monotonicMs() > untilMs)
        throw new OperationalError("telemetry-unavailable", "the past did not reach the store");
      await world.clock.sleep(250, signal);
    }
  }

  async function write(): Promise<void> {
    let project = await projects.get(id).catch(() => null);
    project ??= await projects.create(id, example.document, author);
    if (project.current.state === "draft") project = await projects.freeze(id, project.rev, author);
    project = await projects.compute(id, project.rev, author);
    await projects.release(id, project.rev, project.document.title.en, author);
    await projects.watchSavings();
  }

  return { ...loop, preparing: () => (percent === null ? null : { id, percent }) };
}

function uuidOf(text: string): string {
  const hex = sha256Hex(new TextEncoder().encode(text));
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}
