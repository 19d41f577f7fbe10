import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { OperationalError } from "../errors.ts";

/** scrypt with N = 2^17, r = 8, p = 1: 128 MiB and a good part of a second for each guess. */
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
const keyBytes = 32;
const shortest = 12;
/** Of five steps; below it lie the common lists, names, rows of keys and repetitions. */
const weakest = 2;
const looksAtMost = 64;

/** At most so many guesses are worked out at once, and so many wait: a flood of them takes no memory. */
const mostAtOnce = 2;
const mostWaiting = 16;

let atWork = 0;
const waiting: (() => void)[] = [];
let strength: ZxcvbnFactory | null = null;

/** Salt and key, as they are kept. */
export async function passwordHash(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString("hex")}:${(await derived(password, salt)).toString("hex")}`;
}

/** Whether a password is the one of this hash. Without a hash it takes as long, and never is. */
export async function passwordMatches(password: string, hash: string): Promise<boolean> {
  const [salt = "", key = ""] = (hash === "" ? `${"00".repeat(16)}:${"00".repeat(keyBytes)}` : hash).split(
    ":",
  );
  const given = await derived(password, Buffer.from(salt, "hex"));
  return timingSafeEqual(given, Buffer.from(key, "hex")) && hash !== "";
}

/**
 * Refuses what is guessed first: short ones, those of the common lists, the user's own name, rows of keys. No rule
 * about kinds of characters, and no upper end but that of the request.
 * @throws OperationalError `password-weak`, saying what would do
 */
export function assertGoodPassword(password: string, user: string): void {
  if ([...password].length < shortest)
    throw new OperationalError("password-weak", `A password has at least ${shortest} characters`);
  strength ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  const { score } = strength.check(password.slice(0, looksAtMost), [user, "fluewatch", "boiler"]);
  if (score >= weakest) return;
  throw new OperationalError(
    "password-weak",
    "This password is among the first that are guessed; take a few words that do not belong together",
  );
}

async function derived(password: string, salt: Buffer): Promise<Buffer> {
  if (atWork >= mostAtOnce) {
    if (waiting.length >= mostWaiting)
      throw new OperationalError(
        "too-many-attempts",
        "Too many sign-ins at once; try again in a few seconds",
      );
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else atWork += 1;
  try {
    return await new Promise((resolve, reject) => {
      scrypt(password.normalize("NFKC"), salt, keyBytes, cost, (error, key) => {
        if (error === null) resolve(key);
        else reject(error);
      });
    });
  } finally {
    const next = waiting.shift();
    if (next === undefined) atWork -= 1;
    else next();
  }
}
