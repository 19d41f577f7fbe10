import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { Compile } from "typebox/compile";
import { UserName } from "../contracts/http/users.ts";
import { readEnvironment } from "../platform/environment.ts";
import type { RecordsDb } from "../platform/records/records.ts";
import {
  addUser,
  allUsers,
  changeUser,
  type Doing,
  type Role,
  removeUser,
  roles,
  type SiteScope,
  setPassword,
  userNamed,
} from "../platform/records/user-records.ts";
import {
  type Command,
  given,
  noWords,
  onlyWord,
  say,
  settingsOf,
  writingWorld,
  wrongUse,
} from "./command.ts";
import { withRecords } from "./records.ts";

const text = { type: "string" } as const;

const list: Command = {
  name: "user list",
  help: "  fluewatch user list [--config file]          who may sign in, and what they may; Fluewatch being stopped",
  async run(args) {
    const { values, positionals } = given(this, args, { config: text });
    noWords(this, positionals);
    const users = await withRecords(values.config, allUsers);
    for (const { name, role, sites, hasPassword } of users)
      say(`${name}  ${role}  ${sites?.join(",") ?? "all sites"}${hasPassword ? "" : "  no password"}`);
    if (users.length === 0) say("There are no users yet");
    return true;
  },
};

const add: Command = {
  name: "user add",
  help: `  fluewatch user add name --role ${roles.join("|")} [--sites a,b] [--config file]
                                               asks for a password on standard input`,
  async run(args) {
    const { values, positionals } = given(this, args, { config: text, role: text, sites: text });
    const name = nameGiven(this, positionals);
    const role = roleGiven(this, values.role);
    const sites = sitesGiven(this, values.sites, values.config);
    const password = await passwordAsked();
    return doing(values.config, (db, by) => addUser(db, { name, role, sites, password }, by));
  },
};

const role: Command = {
  name: "user role",
  help: "  fluewatch user role name --role … [--sites a,b] [--config file]\n                                               changes what a user may; without --sites it is all sites",
  async run(args) {
    const { values, positionals } = given(this, args, { config: text, role: text, sites: text });
    const name = nameGiven(this, positionals);
    const to = { role: roleGiven(this, values.role), sites: sitesGiven(this, values.sites, values.config) };
    return doing(values.config, (db, by) => changeUser(db, name, to, by));
  },
};

const password: Command = {
  name: "user password",
  help: "  fluewatch user password name [--config file] asks for a new password on standard input",
  async run(args) {
    const { values, positionals } = given(this, args, { config: text });
    const name = nameGiven(this, positionals);
    const known = await withRecords(values.config, (db) => userNamed(db, name));
    if (known === null) throw wrongUse(this, `There is no user ${name}`);
    const wanted = await passwordAsked();
    return doing(values.config, (db, by) => setPassword(db, name, wanted, by));
  },
};

const remove: Command = {
  name: "user remove",
  help: "  fluewatch user remove name [--config file]   removes a user, with sessions and tokens",
  async run(args) {
    const { values, positionals } = given(this, args, { config: text });
    const name = nameGiven(this, positionals);
    return doing(values.config, (db, by) => removeUser(db, name, by));
  },
};

export const userCommands: readonly Command[] = [list, add, role, password, remove];

async function doing(
  configFile: string | undefined,
  change: (db: RecordsDb, doing: Doing) => Promise<void>,
): Promise<boolean> {
  const { clock } = writingWorld(readEnvironment());
  await withRecords(configFile, (db) => change(db, { by: "console", atMs: clock.nowMs() }));
  say("Done");
  return true;
}

function nameGiven(command: Command, words: readonly string[]): string {
  const name = onlyWord(command, words, "one name");
  if (Compile(UserName).Check(name)) return name;
  throw wrongUse(command, `"${name}" is no name; it has lower-case letters, digits and . _ @ -, up to 64`);
}

function roleGiven(command: Command, word: string | undefined): Role {
  const found = roles.find((each) => each === word);
  if (found !== undefined) return found;
  throw wrongUse(
    command,
    `--role is ${word === undefined ? "missing" : `"${word}"`}; roles are ${roles.join(", ")}`,
  );
}

function sitesGiven(command: Command, words: string | undefined, configFile: string | undefined): SiteScope {
  if (words === undefined) return null;
  const known = settingsOf(configFile).config.sites.map(({ id }) => id);
  const sites = words.split(",");
  const unknown = sites.filter((site) => !known.includes(site));
  if (unknown.length === 0) return sites;
  throw wrongUse(command, `--sites: ${unknown.join(", ")} is no site; known are ${known.join(", ")}`);
}

/** Typed unseen on a terminal, or one line of what is piped in; never a word of the command, which others can see. */
async function passwordAsked(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const isTerminal = process.stdin.isTTY === true;
  if (isTerminal) process.stderr.write("Password: ");
  const lines = createInterface({ input: process.stdin, output: silent, terminal: isTerminal });
  try {
    const typed = await lines.question("");
    if (isTerminal) process.stderr.write("\n");
    return typed;
  } finally {
    lines.close();
  }
}
