import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { Problem } from "../../contracts/http/problem.ts";
import { NewPassword, NewUser, UserChange, UserName, Users } from "../../contracts/http/users.ts";
import { OperationalError } from "../../platform/errors.ts";
import type { RecordsDb } from "../../platform/records/records.ts";
import {
  addUser,
  allUsers,
  changeUser,
  covers,
  removeUser,
  type SiteScope,
  setPassword,
  userNamed,
} from "../../platform/records/user-records.ts";
import type { World } from "../../platform/world.ts";
import { callerOf } from "../guard.ts";
import type { Registry } from "../registry.ts";
import type { Sessions, SignedIn } from "../sessions.ts";
import { assertKnownSites } from "../sites.ts";

/** Users, for administrators; one who is bound to some sites manages those whose sites lie within them. */
export function userRoutes(
  registry: Registry,
  db: RecordsDb,
  sessions: Sessions,
  world: World,
): FastifyPluginAsyncTypebox {
  const config = { role: "admin", sites: "rows" } as const;
  const ofOne = { role: "admin", sites: "parameter" } as const;
  const params = Type.Object({ name: UserName });
  const done = { 204: Type.Null(), "4xx": Problem };

  function assertMayGive({ sites: own }: SignedIn, sites: SiteScope): void {
    assertKnownSites(registry, sites);
    if (!covers(own, sites))
      throw new OperationalError("role-insufficient", "You may give no more sites than are yours");
  }

  /** A user outside one's sites is not there. */
  async function assertMine({ sites: own }: SignedIn, name: string): Promise<void> {
    const user = await userNamed(db, name);
    if (user === null || !covers(own, user.sites))
      throw new OperationalError("user-unknown", `There is no user ${name}`);
  }

  const doing = ({ actor: by }: SignedIn) => ({ by, atMs: world.clock.nowMs() });

  return async (app) => {
    app.get(
      "/users",
      {
        config,
        schema: { summary: "Who may sign in, and what they may", response: { 200: Users, "4xx": Problem } },
      },
      async (request) => {
        const { sites: own } = callerOf(request);
        const users = (await allUsers(db)).filter(({ sites }) => covers(own, sites));
        return {
          users: users.map((user) => ({ ...user, sites: user.sites === null ? null : [...user.sites] })),
        };
      },
    );

    app.post(
      "/users",
      { config, schema: { summary: "Adds a user", body: NewUser, response: done } },
      async (request, reply) => {
        const caller = callerOf(request);
        assertMayGive(caller, request.body.sites);
        await addUser(db, request.body, doing(caller));
        void reply.code(204);
        return null;
      },
    );

    app.put(
      "/users/:name",
      {
        config: ofOne,
        schema: {
          summary: "Changes what a user may; their sessions end",
          params,
          body: UserChange,
          response: done,
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        await assertMine(caller, request.params.name);
        assertMayGive(caller, request.body.sites);
        await changeUser(db, request.params.name, request.body, doing(caller));
        sessions.forget();
        void reply.code(204);
        return null;
      },
    );

    app.put(
      "/users/:name/password",
      {
        config: ofOne,
        schema: {
          summary: "Sets a user's password; their sessions end",
          params,
          body: NewPassword,
          response: done,
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        await assertMine(caller, request.params.name);
        await setPassword(db, request.params.name, request.body.password, doing(caller));
        sessions.forget();
        void reply.code(204);
        return null;
      },
    );

    app.delete(
      "/users/:name",
      {
        config: ofOne,
        schema: { summary: "Removes a user, with sessions and tokens", params, response: done },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        await assertMine(caller, request.params.name);
        await removeUser(db, request.params.name, doing(caller));
        sessions.forget();
        void reply.code(204);
        return null;
      },
    );
  };
}
