import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import Provider from "oidc-provider";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../helpers/api.ts";
import { freePort, temporaryFolder } from "../helpers/servers.ts";

const secret = "a-secret-of-this-client-alone-0123456789";
let plant: TestApi;
let origin: string;
let issuer: string;
/** Who sits at the service, and what it says of them. */
let account = "mei";
const server = createServer();

/** The certified provider of the Node world, on loopback; it asks nobody, and signs in whoever sits there. */
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "fluewatch",
        client_secret: secret,
        redirect_uris: [`${origin}/api/v1/session/oidc/callback`],
      },
    ],
    claims: { profile: ["preferred_username"] },
    conformIdTokenClaims: false,
    cookies: { keys: ["a key of a test"] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => ({ sub, preferred_username: sub }),
    }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    loadExistingGrant: async (context) => {
      const { client, session } = context.oidc;
      const grant = new provider.Grant({
        clientId: client?.clientId,
        accountId: session?.accountId,
      });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return grant;
    },
  });
  server.on("request", (request, response) => {
    if (request.url?.startsWith("/interaction/"))
      void provider.interactionFinished(request, response, { login: { accountId: account } });
    else provider.callback()(request, response);
  });
  const folder = temporaryFolder();
  const clientSecretFile = join(folder, "oidc.secret");
  writeFileSync(clientSecretFile, secret);
  chmodSync(clientSecretFile, 0o600);
  const oidc = {
    ...{ issuer, clientId: "fluewatch", clientSecretFile, label: "The works' accounts", publicUrl: origin },
    ...{ scope: "openid profile email", userClaim: "preferred_username" as const },
  };
  plant = await startTestApi({ api: { oidc, port } });
  await plant.addUser("mei", "operator", ["north"], null);
});
afterAll(async () => {
  await plant.stop();
  server.close();
});

/** As a browser goes: from redirect to redirect, with each host's cookies; where it ends, and with what. */
async function browse(from: string, cookies = new Map<string, string>()) {
  let url = new URL(from, origin);
  const been: string[] = [];
  for (let step = 0; step < 12; step += 1) {
    been.push(url.href);
    const answer = await fetch(url, {
      redirect: "manual",
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
    });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ""] = set.split(";");
      const at = pair.indexOf("=");
      cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const next = answer.headers.get("location");
    if (next === null || new URL(next, url).origin + new URL(next, url).pathname === `${origin}/`)
      return { status: answer.status, at: next ?? url.href, cookies, been };
    if (new URL(next, url).pathname === "/sign-in") return { status: answer.status, at: next, cookies, been };
    url = new URL(next, url);
  }
  throw new Error("it goes round and round");
}

test("somebody with an account at the service signs in by it, as the user of that name here", async () => {
  expect((await plant.ask("session/ways")).body).toEqual({ oidc: { label: "The works' accounts" } });
  account = "mei";
  const { at, cookies } = await browse("/api/v1/session/oidc");
  expect(at).toBe("/");
  const session = await plant.ask("session", { headers: plant.as(`fluewatch=${cookies.get("fluewatch")}`) });
  expect(session).toMatchObject({ status: 200, body: { user: "mei", role: "operator", sites: ["north"] } });
  const [entry] = await plant.db.selectFrom("audit").selectAll().orderBy("seq", "desc").limit(1).execute();
  expect(entry).toMatchObject({ action: "session.begin", by: "mei", detail: '{"how":"oidc"}' });
});

test("whom nobody here knows does not come in", async () => {
  account = "stranger";
  const { at, cookies } = await browse("/api/v1/session/oidc");
  expect(at).toBe("/sign-in?why=vouched");
  expect(cookies.get("fluewatch")).toBeUndefined();
});

test("a code is good for the browser that began, once, and with its own state", async () => {
  account = "mei";
  const { been } = await browse("/api/v1/session/oidc");
  const callback = been.at(-1) ?? "";
  expect(callback).toContain("/callback?code=");
  // Somebody else's browser, and the same one again.
  for (const cookies of [
    new Map<string, string>(),
    new Map([["fluewatch-oidc", new URL(callback).searchParams.get("state") ?? ""]]),
  ])
    expect((await browse(callback, cookies)).at).toBe("/sign-in?why=vouched");
  const begun = await fetch(`${origin}/api/v1/session/oidc`, { redirect: "manual" });
  const cookie = begun.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const [name = "", value = ""] = cookie.split("=");
  const forged = await browse(
    "/api/v1/session/oidc/callback?code=made-up&state=another",
    new Map([[name, value]]),
  );
  expect(forged.at).toBe("/sign-in?why=vouched");
  expect(begun.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Lax/);
});
