import { createHash } from "node:crypto";
import { userInfo } from "node:os";
import { Compile } from "typebox/compile";
import { GatewayStatus } from "../contracts/batch.ts";
import type { GatewayDocument, ReportedDocument } from "../contracts/gateway-document.ts";
import { gatewayTopic } from "../contracts/topics.ts";
import { connectBus } from "../platform/bus.ts";
import { OperationalError } from "../platform/errors.ts";
import { parsedJson } from "../platform/json.ts";
import { realWorld } from "../platform/world.ts";
import { documentOf } from "../settings/gateway-document.ts";
import { type Command, complain, given, onlyWord, say, settingsOf, wrongUse } from "./command.ts";

const checkStatus = Compile(GatewayStatus);
const usualProvingSeconds = 60;
/** A gateway tells of itself so often. */
const statusEveryMs = 5_000;
const lookEveryMs = 100;

export const gatewayPush: Command = {
  name: "gateway push",
  help: `  fluewatch gateway push <id> [--config file] [--dry-run] [--by name] [--proving-seconds 60]
                                               sends a gateway its part of the configuration, and waits for what it says`,
  async run(args) {
    const text = { type: "string" } as const;
    const { values, positionals } = given(this, args, {
      ...{ config: text, by: text, "proving-seconds": text },
      "dry-run": { type: "boolean", default: false },
    });
    const id = onlyWord(this, positionals, "the gateway's id");
    const provingSeconds = Number(values["proving-seconds"] ?? usualProvingSeconds);
    if (!(provingSeconds >= 1 && provingSeconds <= 600))
      throw wrongUse(this, `--proving-seconds is "${values["proving-seconds"]}"; 1 to 600 are allowed`);
    const settings = settingsOf(values.config);
    const part = documentOf(settings, id, (bytes) => createHash("sha256").update(bytes).digest("hex"));
    const gateway = settings.config.gateways.find((each) => each.id === id);
    if (part === null || gateway === undefined)
      throw new OperationalError(
        "gateway-unknown",
        `"${id}" is no gateway; known are ${settings.config.gateways.map((each) => each.id).join(", ")}`,
      );
    const world = realWorld("silent");
    const bus = connectBus(settings.config.mqtt, `fluewatch-tool-${world.random.secretHex(4)}`, world);
    try {
      let status: GatewayStatus | null = null;
      bus.subscribe(gatewayTopic(gateway.site, id, "status"), (_topic, payload) => {
        const heard = parsedJson(payload);
        if (checkStatus.Check(heard)) status = heard;
        return "taken";
      });
      const newest = () => status as GatewayStatus | null;
      const until = async (holds: () => boolean, withinMs: number) => {
        const endMs = world.clock.monotonicMs() + withinMs;
        while (!holds() && world.clock.monotonicMs() < endMs) await world.clock.sleep(lookEveryMs);
        return holds();
      };
      if (!(await until(() => newest()?.online === true, 2 * statusEveryMs)))
        throw new OperationalError(
          "gateway-silent",
          bus.troubles[0]?.message ?? `${id} is not heard: is it running?`,
        );
      const document: GatewayDocument = {
        v: 1,
        kind: "configuration",
        version: (newest()?.document?.version ?? 0) + 1,
        by: values.by ?? userInfo().username,
        atMs: world.clock.nowMs(),
        dryRun: values["dry-run"],
        provingSeconds,
        ...part,
      };
      // A dry run is not retained: the next start of the gateway has nothing to do with it.
      const retain = !document.dryRun;
      await bus.publish(gatewayTopic(gateway.site, id, "cmd"), JSON.stringify(document), { qos: 1, retain });
      const answer = (): ReportedDocument | null => {
        const said = newest()?.document;
        return said?.version === document.version && said.hash === document.hash ? said : null;
      };
      const isOver = () => answer() !== null && answer()?.state !== "proving";
      if (!(await until(isOver, 1_000 * provingSeconds + 3 * statusEveryMs))) {
        complain(
          `${id} has not said what became of version ${document.version}; does it have acceptsDocuments: true?`,
        );
        return false;
      }
      const { state, says } = answer() as ReportedDocument;
      say(`${id}, version ${document.version} by ${document.by}: ${state}`);
      for (const line of says) say(`  ${line}`);
      return state === "running" || state === "planned";
    } finally {
      await bus.stop();
    }
  },
};
