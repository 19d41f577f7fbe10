import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Problem } from "../contracts/http/problem.ts";
import { OperationalError } from "../platform/errors.ts";
import type { World } from "../platform/world.ts";

/** The status of a reply for each failure that a request can meet; what is not here is our own fault. */
const statusOf: Readonly<Record<string, number>> = {
  "request-invalid": 400,
  "sign-in-needed": 401,
  "sign-in-failed": 401,
  "role-insufficient": 403,
  "origin-foreign": 403,
  "header-missing": 403,
  "route-unknown": 404,
  "boiler-unknown": 404,
  "alarm-unknown": 404,
  "gateway-unknown": 404,
  "user-unknown": 404,
  "token-unknown": 404,
  "destination-unknown": 404,
  "config-invalid": 400,
  "config-unwritable": 409,
  "version-unknown": 404,
  "oidc-off": 404,
  "oidc-unavailable": 503,
  "dry-run-unknown": 404,
  "dry-run-busy": 409,
  "message-unknown": 404,
  "point-unknown": 404,
  "no-simulators": 404,
  "retrofit-unknown": 404,
  "site-unknown": 404,
  "link-unknown": 404,
  "retrofit-exists": 409,
  "retrofit-not-computed": 409,
  "plan-frozen": 409,
  "plan-not-frozen": 409,
  "release-blocked": 409,
  "retrofit-invalid": 422,
  "plan-refused": 422,
  "csv-invalid": 422,
  "pdf-unavailable": 503,
  "controls-refused": 422,
  "password-weak": 422,
  "password-wrong": 422,
  "user-exists": 409,
  "last-admin": 409,
  "rev-stale": 409,
  "state-conflict": 409,
  "time-invalid": 409,
  "dead-letter-unknown": 404,
  "dead-letter-requeued": 409,
  "dead-letter-refused": 409,
  "too-many-attempts": 429,
  "telemetry-unavailable": 503,
  "ingest-silent": 503,
  "bus-down": 503,
  "not-ready": 503,
};

/** What the HTTP library itself refuses, where there is more to say than that the request is wrong. */
const codeOfStatus: Readonly<Record<number, string>> = {
  413: "body-too-large",
  415: "content-type-unsupported",
};

/** Every code that a program may meet, with its status. */
export const problemCodes: ReadonlyMap<string, number> = new Map([
  ...Object.entries(statusOf),
  ...Object.entries(codeOfStatus).map(([status, code]): [string, number] => [code, Number(status)]),
  ["internal", 500],
]);

/** Every reply that is not a success says what failed, in one shape, with a stable code; never a stack. */
export function replyWithProblems(app: FastifyInstance, world: World): void {
  app.setNotFoundHandler((request, reply) => {
    void reply
      .code(404)
      .type("application/problem+json")
      .send(problem(404, "route-unknown", `There is no ${request.method} ${request.url.split("?")[0]}`));
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { status, code, detail } = described(error);
    if (status >= 500) world.log.error({ url: request.url, code, error: error.message }, "a request failed");
    void reply
      .code(status)
      .type("application/problem+json")
      .send(problem(status, code, detail));
  });
}

/** An address that no route was asked for, because it cannot be one. */
export function refuseAddress(_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const detail = "This address cannot be read: a part of it is too long, or badly encoded";
  void reply
    .code(400)
    .type("application/problem+json")
    .send(problem(400, "request-invalid", detail));
}

function described(error: FastifyError): {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
} {
  if (error instanceof OperationalError) {
    return { status: statusOf[error.code] ?? 500, code: error.code, detail: error.message };
  }
  if (error.validation !== undefined) return { status: 400, code: "request-invalid", detail: error.message };
  const status = error.statusCode ?? 500;
  const known = codeOfStatus[status];
  if (known !== undefined) return { status, code: known, detail: error.message };
  if (status < 500) return { status, code: "request-invalid", detail: error.message };
  return { status, code: "internal", detail: "The server failed; its log says more" };
}

function problem(status: number, code: string, detail: string): Problem {
  return { type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, code, detail };
}
