import type { JsonSchema } from "./any-of-schema.ts";
import type { TestApi } from "./api.ts";

/** One route as the specification describes it. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly role: string;
  readonly sites: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: JsonSchema;
  }[];
  readonly body: JsonSchema | null;
  /** Schemas of replies by status or its class, `4XX`; `null` for a reply without JSON. */
  readonly replies: ReadonlyMap<string, JsonSchema | null>;
}

interface Described {
  readonly "x-role"?: string;
  readonly "x-sites"?: string;
  readonly parameters?: Operation["parameters"];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>> }>
  >;
}

/** Every route of the specification as it is served. */
export async function operations(plant: TestApi): Promise<readonly Operation[]> {
  const { body } = await plant.ask("/openapi.json");
  const { paths } = body as { readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase(),
      path,
      role: described["x-role"] ?? "",
      sites: described["x-sites"] ?? "",
      parameters: (described.parameters ?? []).map((each) => ({ ...each, required: each.required ?? false })),
      body: described.requestBody?.content["application/json"]?.schema ?? null,
      replies: new Map(
        Object.entries(described.responses).map(([status, { content }]) => [
          status.toUpperCase(),
          content?.["application/json"]?.schema ?? content?.["application/problem+json"]?.schema ?? null,
        ]),
      ),
    })),
  );
}

/** The schema that a reply of this status must fit; `undefined`: the specification knows of no such reply. */
export function replySchema({ replies }: Operation, status: number): JsonSchema | null | undefined {
  return replies.get(String(status)) ?? replies.get(`${Math.floor(status / 100)}XX`);
}
