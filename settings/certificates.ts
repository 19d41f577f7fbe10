import type { Settings } from "./settings.ts";

/** Every `certificateFile` that the configuration names, wherever it stands. */
export function certificateFiles({ config, fileAt }: Pick<Settings, "config" | "fileAt">): readonly string[] {
  return [...new Set(named(config))].map(fileAt);
}

function named(part: unknown): readonly string[] {
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) =>
    key === "certificateFile" && typeof value === "string" ? [value] : named(value),
  );
}
