import { z } from "zod";
import type { StoreReader } from "../store/read.ts";
import { ok, problem } from "./reply.ts";
import type { Route } from "./route.ts";

/** Responses in one answer. */
const responsesMax = 1000;

const ResponseQuery = z.strictObject({
  id: z
    .string()
    .regex(/^[0-9a-f]{0,32}$/u)
    .default(""),
  identity: z.string().default(""),
  limit: z.coerce.number().int().min(1).max(responsesMax).default(100),
});

/** What playbooks did. */
export function responseRoutes({ reader }: { readonly reader: StoreReader }): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v1/responses",
      permission: "read",
      answer: async ({ client, query }) => {
        const filter = ResponseQuery.safeParse(query);
        if (!filter.success) return problem(400, z.prettifyError(filter.error));
        const { id, identity: identityId, limit } = filter.data;
        return ok({ responses: await reader.responses({ tenant: client.tenant, id, identityId, limit }) });
      },
    },
  ];
}
