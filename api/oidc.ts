import * as oidc from "openid-client";
import { messageOf, OperationalError } from "../platform/errors.ts";
import { isLoopback } from "../platform/loopback.ts";
import type { World } from "../platform/world.ts";
import type { OidcConfig } from "./config.ts";

/** Signing in at a service that people have an account with already; who they are here, is still said here. */
export interface OidcSignIn {
  readonly label: string;
  /**
   * Where the browser is sent, and what it has to bring back.
   * @throws OperationalError `oidc-unavailable`
   */
  begin(): Promise<{ readonly url: string; readonly state: string }>;
  /**
   * The name under which the service knows somebody who comes back from it.
   * @param asked path and query with which the browser came
   * @param state what this browser was given at the beginning
   * @throws OperationalError `sign-in-failed`, `oidc-unavailable`
   */
  finish(asked: string, state: string | undefined): Promise<string>;
}

interface Begun {
  readonly verifier: string;
  readonly nonce: string;
  readonly endsMs: number;
}

const patienceMs = 10 * 60_000;
const mostBegun = 1_000;
const timeoutSeconds = 10;

export const oidcCallbackPath = "/api/v1/session/oidc/callback";

/** By code with PKCE, state and nonce; each beginning is good for one end, in the browser that began. */
export function oidcSignIn(config: OidcConfig, secret: string, world: World): OidcSignIn {
  const { clock, random } = world;
  const begun = new Map<string, Begun>();
  let discovered: Promise<oidc.Configuration> | null = null;
  const redirect = new URL(oidcCallbackPath, config.publicUrl);

  async function service(): Promise<oidc.Configuration> {
    const issuer = new URL(config.issuer);
    // Without TLS only on this machine; the configuration was checked for it.
    const execute =
      issuer.protocol === "http:" && isLoopback(issuer.hostname) ? [oidc.allowInsecureRequests] : [];
    discovered ??= oidc.discovery(issuer, config.clientId, undefined, oidc.ClientSecretBasic(secret), {
      execute,
      timeout: timeoutSeconds,
    });
    try {
      return await discovered;
    } catch (cause) {
      discovered = null;
      throw new OperationalError(
        "oidc-unavailable",
        `${config.issuer} cannot be asked (${messageOf(cause)})`,
        { cause },
      );
    }
  }

  return {
    label: config.label,
    begin: async () => {
      const at = await service();
      const nowMs = clock.monotonicMs();
      for (const [state, { endsMs }] of begun)
        if (endsMs < nowMs || begun.size >= mostBegun) begun.delete(state);
      const [state, nonce, verifier] = [
        random.secretHex(32),
        random.secretHex(32),
        oidc.randomPKCECodeVerifier(),
      ];
      begun.set(state, { verifier, nonce, endsMs: nowMs + patienceMs });
      const url = oidc.buildAuthorizationUrl(at, {
        redirect_uri: redirect.href,
        scope: config.scope,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        ...{ state, nonce },
      });
      return { url: url.href, state };
    },
    finish: async (asked, state) => {
      const came = new URL(asked, config.publicUrl);
      const known = state === undefined ? undefined : begun.get(state);
      if (state === undefined || known === undefined || known.endsMs < clock.monotonicMs())
        throw new OperationalError("sign-in-failed", "This sign-in was not begun here, or long ago");
      begun.delete(state);
      const at = await service();
      let claims: oidc.IDToken | undefined;
      try {
        const tokens = await oidc.authorizationCodeGrant(at, came, {
          pkceCodeVerifier: known.verifier,
          expectedState: state,
          expectedNonce: known.nonce,
          idTokenExpected: true,
        });
        claims = tokens.claims();
      } catch (cause) {
        throw new OperationalError("sign-in-failed", `${config.label} did not vouch for anybody`, { cause });
      }
      const name = claims?.[config.userClaim];
      // An address that nobody has proven is anybody's.
      const isProven = config.userClaim !== "email" || claims?.["email_verified"] === true;
      if (typeof name !== "string" || name === "" || !isProven)
        throw new OperationalError("sign-in-failed", `${config.label} does not say ${config.userClaim}`);
      return name.toLowerCase();
    },
  };
}
