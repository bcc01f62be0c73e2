import type { StoreReader } from "../store/read.ts";
import { findingBy } from "./finding-routes.ts";
import { ok, problem } from "./reply.ts";
import type { Route } from "./route.ts";

/** Why something was found, and what is known of an identity. */
export function whyRoutes({ reader }: { readonly reader: StoreReader }): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v1/findings/:id/why",
      permission: "read",
      answer: async ({ client, params: { id = "" } }) => {
        const found = await findingBy(reader, client, id);
        return found.ok ? ok({ explanation: await reader.why(found.finding) }) : found.reply;
      },
    },
    {
      method: "GET",
      path: "/v1/identities/:id",
      permission: "read",
      answer: async ({ client, params: { id = "" } }) => {
        const baseline = await reader.baseline(client.tenant, id);
        return baseline === undefined
          ? problem(404, `nothing is stored of an identity ${id}`)
          : ok({ baseline });
      },
    },
  ];
}
