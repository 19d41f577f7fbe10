import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ended, temporaryFolder } from "./servers.ts";
import { until } from "./until.ts";

/** Two pseudo-terminals with a wire between them. */
export async function ptyPair(socat: string) {
  const folder = temporaryFolder();
  const [server, client] = [join(folder, "line"), join(folder, "line-client")];
  const child = spawn(socat, [`pty,raw,echo=0,link=${server}`, `pty,raw,echo=0,link=${client}`]);
  await until("there is a pair of pseudo-terminals", () => existsSync(server) && existsSync(client));
  return { server, client, stop: () => ended(child) };
}
