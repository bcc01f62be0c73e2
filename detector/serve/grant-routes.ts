import { z } from "zod";
import { Grant } from "../../schemas/index.ts";
import type { Client } from "../ingest/ports.ts";
import { ok, problem, readJson } from "./reply.ts";
import type { Route } from "./route.ts";
import { decidedBy, type DecisionOptions } from "./decision.ts";
import { standingGrants } from "./standing-grants.ts";

/** Grants in one request. */
const grantsMax = 10_000;

const GrantRequest = z.strictObject({ grants: z.array(Grant).min(1).max(grantsMax) });

/** What people decide about grants: each decision is an entry of the control log, and what stands already is no news. */
export function grantRoutes({ control, nowMs }: DecisionOptions): readonly Route[] {
  const standing = async ({ tenant }: Client): Promise<ReturnType<typeof standingGrants>> =>
    standingGrants(await control.read(0), tenant);
  const decision = (client: Client): ReturnType<typeof decidedBy> => decidedBy(client, nowMs());
  return [
    {
      method: "GET",
      path: "/v1/grants",
      permission: "read",
      answer: async ({ client }) => ok({ grants: [...(await standing(client)).values()] }),
    },
    {
      method: "POST",
      path: "/v1/grants",
      permission: "decide",
      answer: async ({ client, request }) => {
        const read = await readJson(request);
        if (!read.ok) return read.reply;
        const body = GrantRequest.safeParse(read.json);
        if (!body.success) return problem(400, z.prettifyError(body.error));
        const before = await standing(client);
        const news = body.data.grants.filter(
          (grant) => JSON.stringify(before.get(grant.id)?.grant) !== JSON.stringify(grant),
        );
        await control.append(news.map((grant) => ({ kind: "grant_given", ...decision(client), grant })));
        const unchanged = body.data.grants.length - news.length;
        return { status: news.length > 0 ? 201 : 200, json: { given: news.length, unchanged } };
      },
    },
    {
      method: "DELETE",
      path: "/v1/grants/:id",
      permission: "decide",
      answer: async ({ client, params: { id = "" } }) => {
        if (!(await standing(client)).has(id)) return problem(404, `no grant ${id} stands`);
        await control.append([{ kind: "grant_revoked", ...decision(client), grantId: id }]);
        return ok({ revoked: id });
      },
    },
  ];
}
