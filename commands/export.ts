import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readEnvironment } from "../platform/environment.ts";
import { messageOf, OperationalError } from "../platform/errors.ts";
import { serviceStack } from "../platform/service.ts";
import { exportTable } from "../platform/telemetry/export.ts";
import { exported } from "../platform/telemetry/export-files.ts";
import { exportWish } from "../settings/export.ts";
import { catalogueOf } from "../settings/registry.ts";
import { openTelemetry } from "../stores.ts";
import { type Command, complain, given, noWords, settingsOf, writingWorld } from "./command.ts";

export const exportHistory: Command = {
  name: "export",
  help: `  fluewatch export --out file.csv              writes history out, while no process of ours has the store open
      --boilers a,b --points p,q               without them all of the configuration
      --from TIME --to TIME                    like 2026-03-01T00:00:00+08:00
      --tier raw|minute|hour                   readings (the default), or their rollups
      --format csv|ndjson|parquet              the default is what the file's name ends in`,
  async run(args) {
    const text = { type: "string" } as const;
    const { values, positionals } = given(this, args, {
      ...{ config: text, out: text, boilers: text, points: text },
      ...{ from: text, to: text, tier: text, format: text },
    });
    noWords(this, positionals);
    const environment = readEnvironment();
    const settings = settingsOf(values.config, environment);
    const world = writingWorld(environment);
    const { out, format, query } = exportWish(values, settings, world.clock.nowMs());
    const services = serviceStack(world);
    const part = `${out}.part`;
    try {
      const store = await openTelemetry(services, settings, world);
      const bytes = exported(exportTable(store, query, catalogueOf(settings)), format);
      await pipeline(Readable.from(bytes, { objectMode: false }), createWriteStream(part));
      await rename(part, out);
      complain(`${out} is written`);
      return true;
    } catch (error) {
      await rm(part, { force: true });
      if (error instanceof OperationalError) throw error;
      complain(`${out} cannot be written: ${messageOf(error)}`);
      return false;
    } finally {
      await services.stop();
    }
  },
};
