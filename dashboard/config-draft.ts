import { createSignal } from "solid-js";
import type { ConfigDraft, ConfigurationText, ConfigWish } from "../contracts/http/configuration.ts";
import type { Reply } from "./api.ts";
import { configApi } from "./config-api.ts";

export type Path = readonly (string | number)[];
export type Edit = NonNullable<ConfigWish["edits"]>[number];
export type Fault = ConfigDraft["faults"][number];
type FileChange = NonNullable<ConfigWish["files"]>[number];

/** Changes that somebody has gathered and that count nowhere yet. */
export interface Gathered {
  readonly files: readonly FileChange[];
  readonly edits: readonly Edit[];
}

/** What is being changed, seen from the files as they were loaded; the server says what it comes to. */
export interface ConfigDesk {
  readonly shown: ConfigurationText;
  readonly gathered: () => Gathered;
  /** What the gathered changes come to; `null`: there are none, or it is not known yet. */
  readonly draft: () => ConfigDraft | null;
  /** A file as it would be. */
  textOf(name: string): string;
  /**
   * Adds changes, unless something is wrong at their places: then those faults, and nothing is added.
   * @param at faults elsewhere do not keep them away: they may be mended by the next change
   */
  add(change: Partial<Gathered>, at: Path | null): Promise<Reply<readonly Fault[]>>;
  discard(): void;
  wish(): ConfigWish;
}

const nothing: Gathered = { files: [], edits: [] };

export function configDesk(shown: ConfigurationText): ConfigDesk {
  const [gathered, setGathered] = createSignal<Gathered>(nothing);
  const [draft, setDraft] = createSignal<ConfigDraft | null>(null);
  const wishOf = ({ files, edits }: Gathered): ConfigWish => ({
    base: shown.hash,
    files: [...files],
    edits: inOrder(edits),
  });
  return {
    shown,
    gathered,
    draft,
    textOf: (name) =>
      draft()?.files.find((file) => file.name === name)?.after ??
      shown.files.find((file) => file.name === name)?.text ??
      "",
    add: async ({ files = [], edits = [] }, at) => {
      const before = gathered();
      const replaced = new Set(files.map(({ name }) => name));
      const next = {
        files: [...before.files.filter(({ name }) => !replaced.has(name)), ...files],
        // Edits are put into texts: of a text that was replaced whole, the earlier ones are in it already.
        edits: [...before.edits.filter(({ file }) => !replaced.has(file)), ...edits],
      };
      const reply = await configApi.draft(wishOf(next));
      if (!reply.ok) return reply;
      const here =
        at === null ? [] : reply.value.faults.filter(({ path }) => path !== null && isWithin(path, at));
      if (here.length > 0) return { ok: true, value: here };
      setGathered(next);
      setDraft(reply.value);
      return { ok: true, value: [] };
    },
    discard: () => {
      setGathered(nothing);
      setDraft(null);
    },
    wish: () => wishOf(gathered()),
  };
}

/** All are places as they are shown: what goes from a list goes last, from its end, so that no place moves before. */
function inOrder(edits: readonly Edit[]): Edit[] {
  const fromList = ({ path, value }: Edit) => value === undefined && typeof path.at(-1) === "number";
  const going = edits.filter(fromList).sort((a, b) => Number(b.path.at(-1)) - Number(a.path.at(-1)));
  return [...edits.filter((edit) => !fromList(edit)), ...going];
}

export function isWithin(path: Path, place: Path): boolean {
  return place.every((part, index) => String(path[index]) === String(part));
}
