import { readFileSync } from "node:fs";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { messageOf, OperationalError } from "../platform/errors.ts";
import { type AuditAnchor, audit } from "../platform/records/audit.ts";
import { type Command, given, noWords, say } from "./command.ts";
import { withRecords } from "./records.ts";

const Anchor = Compile(
  Type.Object({ seq: Type.Integer({ minimum: 0 }), hash: Type.String({ pattern: "^[0-9a-f]{64}$" }) }),
);

export const auditVerify: Command = {
  name: "audit verify",
  help: `  fluewatch audit verify [--anchor file] [--config file]
                                               follows the audit's chain and names the first bad entry; an anchor
                                               (GET audit/anchor, one a line) also finds what was cut off`,
  async run(args) {
    const text = { type: "string" } as const;
    const { values, positionals } = given(this, args, { config: text, anchor: text });
    noWords(this, positionals);
    const anchors = values.anchor === undefined ? [] : anchorsIn(values.anchor);
    const verdict = await withRecords(values.config, (db) => audit.verify(db, anchors));
    if (verdict.kind === "broken") {
      say(`Broken: ${verdict.why}`);
      return false;
    }
    const { seq, hash } = verdict.head;
    say(`Whole: ${verdict.entries} entries${anchors.length === 0 ? "" : `, ${anchors.length} anchors met`}`);
    say(JSON.stringify({ seq, hash }));
    return true;
  },
};

function anchorsIn(file: string): readonly AuditAnchor[] {
  try {
    const lines = readFileSync(file, "utf8").split("\n");
    return lines
      .filter((line) => line.trim() !== "")
      .map((line, index) => {
        const anchor: unknown = JSON.parse(line);
        if (Anchor.Check(anchor)) return anchor;
        throw new Error(`line ${index + 1} is no anchor`);
      });
  } catch (error) {
    throw new OperationalError(
      "anchor-invalid",
      `${file}: ${messageOf(error)}; write one anchor a line, as {"seq":…,"hash":"…"}`,
      {
        cause: error,
      },
    );
  }
}
