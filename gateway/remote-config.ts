import { rmSync } from "node:fs";
import { join } from "node:path";
import { Compile } from "typebox/compile";
import type { DeviceMapFile } from "../contracts/device-map.ts";
import { GatewayDocument, hashedText, ReportedDocument } from "../contracts/gateway-document.ts";
import { gatewayTopic } from "../contracts/topics.ts";
import type { Bus } from "../platform/bus.ts";
import { readFileIfThere, replaceFile } from "../platform/data-folder.ts";
import { messageOf, OperationalError } from "../platform/errors.ts";
import { parsedJson } from "../platform/json.ts";
import { backgroundLoop, type Service } from "../platform/service.ts";
import type { GatewayConfig, LineConfig } from "./config.ts";
import { type GatewayNeeds, startGateway } from "./gateway.ts";
import { sha256Hex } from "./outbox.ts";
import type { RegisterSource } from "./register-source.ts";
import { planReport } from "./tools/plan-report.ts";

/** What a gateway runs, and the maps that it uses. */
export interface GatewayPart {
  readonly gateway: GatewayConfig;
  readonly maps: ReadonlyMap<string, DeviceMapFile>;
}

export interface RemoteNeeds extends Omit<GatewayNeeds, "maps" | "reported"> {
  /** The part of a document, with defaults filled in; or every fault of it. */
  readonly partOf: (document: GatewayDocument) => GatewayPart | { readonly faults: readonly string[] };
}

interface Running extends GatewayPart {
  /** `null`: the gateway's own file. */
  readonly document: GatewayDocument | null;
}

const lookEveryMs = 100;
const checkDocument = Compile(GatewayDocument);
const checkReported = Compile(ReportedDocument);

/**
 * A gateway that takes what it shall run over the bus. A document is checked whole, written down, and tried: when
 * nothing answers within its time, or the process dies meanwhile, the gateway goes back to what it ran before and says
 * so. The outbox stays the same throughout: nothing that was captured is lost, and the scans between are declared.
 */
export async function startRemoteGateway(local: GatewayPart, needs: RemoteNeeds): Promise<Service> {
  const { bus, world, folder } = needs;
  const { id, site } = local.gateway;
  const acceptedFile = join(folder, "document.json");
  const trialFile = join(folder, "document-trial.json");
  /** What became of the last one: a document that failed is retained by the broker, and comes again. */
  const reportedFile = join(folder, "document-reported.json");
  let reported = reportedIn(reportedFile);
  const answers = { count: 0 };

  const openLine = (line: LineConfig): RegisterSource => {
    const source = needs.openLine(line);
    return {
      ...source,
      read: async (block, timeoutMs) => {
        const outcome = await source.read(block, timeoutMs);
        if (outcome.kind === "words") answers.count += 1;
        return outcome;
      },
    };
  };
  const lent = lentBus(bus);
  const started = ({ gateway, maps }: GatewayPart) => {
    answers.count = 0;
    return startGateway(gateway, { ...needs, maps, openLine, bus: lent.bus, reported: () => reported });
  };

  function report(
    { version, hash, by, atMs }: GatewayDocument,
    state: ReportedDocument["state"],
    says: readonly string[] = [],
  ): void {
    reported = { version, hash, by, atMs, state, says: says.slice(0, 500) };
    if (state !== "proving") replaceFile(reportedFile, JSON.stringify(reported));
    const log = { gateway: id, version, by, state, ...(says.length > 0 && { says: says.slice(0, 5) }) };
    if (state === "refused" || state === "rolled-back") world.log.error(log, "a configuration was not taken");
    else world.log.info(log, "a configuration came by the bus");
  }

  /** What was accepted last; one that was still being proven when the process ended is not. */
  function remembered(): Running {
    const unproven = documentIn(trialFile);
    rmSync(trialFile, { force: true });
    const accepted = documentIn(acceptedFile);
    const part = accepted === null ? null : needs.partOf(accepted);
    if (unproven !== null)
      report(unproven, "rolled-back", ["the gateway's process ended before anything had answered"]);
    if (accepted === null || part === null) return { ...local, document: null };
    if ("faults" in part) {
      report(accepted, "refused", part.faults);
      return { ...local, document: null };
    }
    world.log.info(
      { gateway: id, version: accepted.version, by: accepted.by },
      "running the configuration that came by the bus; to run the local file again, set acceptsDocuments: false",
    );
    return { ...part, document: accepted };
  }

  let running = remembered();
  let service = await started(running);
  let wanted: GatewayDocument | null = null;

  bus.subscribe(gatewayTopic(site, id, "cmd"), (_topic, payload) => {
    const raw = parsedJson(payload);
    if (!checkDocument.Check(raw)) {
      world.log.warn({ gateway: id }, "a message on cmd is no configuration");
      return "taken";
    }
    // It is retained: it comes again with every connection.
    const isKnown = raw.version === reported?.version && raw.hash === reported.hash && !raw.dryRun;
    if (!isKnown) wanted = raw;
    return "taken";
  });

  async function follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const document = wanted;
      wanted = null;
      if (document !== null) await take(document, signal);
      await world.clock.sleep(lookEveryMs, signal);
    }
  }

  async function take(document: GatewayDocument, signal: AbortSignal): Promise<void> {
    if (sha256Hex(Buffer.from(hashedText(document))) !== document.hash) {
      report(document, "refused", ["its hash is not that of its content"]);
      return;
    }
    const part = needs.partOf(document);
    if ("faults" in part) {
      report(document, "refused", part.faults);
      return;
    }
    if (part.gateway.id !== id || part.gateway.site !== site) {
      report(document, "refused", [`it is for gateway ${part.gateway.id} at ${part.gateway.site}`]);
      return;
    }
    if (document.dryRun) {
      report(document, "planned", planReport(part.gateway, part.maps, null));
      return;
    }
    if (running.document?.hash === document.hash) {
      running = { ...running, document };
      replaceFile(acceptedFile, JSON.stringify(document));
      report(document, "running", ["nothing has changed: nothing was restarted"]);
      return;
    }
    await tryOut(document, part, signal);
  }

  async function tryOut(document: GatewayDocument, part: GatewayPart, signal: AbortSignal): Promise<void> {
    report(document, "proving", planReport(part.gateway, part.maps, null));
    replaceFile(trialFile, JSON.stringify(document));
    await stopRunning();
    let why: string;
    try {
      service = await started(part);
      const endMs = world.clock.monotonicMs() + 1_000 * document.provingSeconds;
      while (answers.count === 0 && world.clock.monotonicMs() < endMs && !signal.aborted)
        await world.clock.sleep(lookEveryMs, signal);
      if (answers.count > 0) {
        replaceFile(acceptedFile, JSON.stringify(document));
        rmSync(trialFile);
        running = { ...part, document };
        report(document, "running");
        return;
      }
      if (signal.aborted) return; // the next start goes back
      why = `nothing answered within ${document.provingSeconds} s`;
      await stopRunning();
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      why = `it does not start: ${messageOf(error)}`;
    }
    service = await started(running);
    rmSync(trialFile);
    const before = running.document === null ? "its own file" : `version ${running.document.version}`;
    report(document, "rolled-back", [why, `running ${before} again`]);
  }

  async function stopRunning(): Promise<void> {
    await service.stop();
    lent.takeBack();
  }

  const following = backgroundLoop(`documents of ${id}`, follow);
  return {
    name: `gateway ${id} with documents`,
    stop: async () => {
      await following.stop();
      await service.stop();
    },
  };
}

function reportedIn(file: string): ReportedDocument | null {
  const text = readFileIfThere(file);
  const raw = text === null ? null : parsedJson(Buffer.from(text));
  return checkReported.Check(raw) ? raw : null;
}

function documentIn(file: string): GatewayDocument | null {
  const text = readFileIfThere(file);
  const raw = text === null ? null : parsedJson(Buffer.from(text));
  return checkDocument.Check(raw) ? raw : null;
}

/** A bus for one who may be replaced: what it subscribed and waits for ends when the bus is taken back. */
function lentBus(bus: Bus): { readonly bus: Bus; takeBack(): void } {
  const handlers = new Map<string, Parameters<Bus["subscribe"]>[1]>();
  const known = new Set<string>();
  let listeners: (() => void)[] = [];
  bus.onUp(() => {
    for (const listener of listeners) listener();
  });
  return {
    bus: {
      name: bus.name,
      get up() {
        return bus.up;
      },
      get shed() {
        return bus.shed;
      },
      get troubles() {
        return bus.troubles;
      },
      publish: (topic, payload, options) => bus.publish(topic, payload, options),
      subscribe: (filter, take) => {
        handlers.set(filter, take);
        if (known.has(filter)) return;
        known.add(filter);
        bus.subscribe(filter, (topic, payload) => handlers.get(filter)?.(topic, payload) ?? "taken");
      },
      onUp: (listener) => {
        listeners.push(listener);
        if (bus.up) listener();
      },
      stop: async () => {},
    },
    takeBack: () => {
      handlers.clear();
      listeners = [];
    },
  };
}
