import { runReference } from "../settings/reference.ts";
import { type Command, given, onlyWord, say, settingsOf } from "./command.ts";

export const reference: Command = {
  name: "reference",
  help: "  fluewatch reference file                     runs golden cases through the formulas that run live",
  async run(args) {
    const { values, positionals } = given(this, args, { config: { type: "string" } });
    const { rules } = settingsOf(values.config);
    const { outcomes, leftOut } = runReference(onlyWord(this, positionals, "one file"), rules);
    const failed = outcomes.filter(({ faults }) => faults.length > 0);
    for (const { id, kind, faults } of failed) say(`${id} ${kind}: ${faults.join("; ")}`);
    if (leftOut.length > 0)
      say(`${leftOut.length} not run, held by tests of their own: ${[...new Set(leftOut)].join(", ")}`);
    say(`${outcomes.length - failed.length} passed, ${failed.length} failed`);
    return failed.length === 0;
  },
};
