import { z } from "zod";
import type { PolicyReader } from "../store/policy-read.ts";
import { ok, problem } from "./reply.ts";
import type { Route } from "./route.ts";
import { suggestGrants, unsuggestable } from "./suggest.ts";

const since = z.iso.datetime({ offset: true });
const CoverageQuery = z.strictObject({ since, identity: z.string().max(512).default("") });
const SuggestQuery = z.strictObject({ since, identity: z.string().min(1).max(512) });

/** How far what identities do is covered by grants, and which grants would cover it. */
export function coverageRoutes({
  policyReader,
  nowMs,
}: {
  readonly policyReader: PolicyReader;
  readonly nowMs: () => number;
}): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v1/coverage",
      permission: "read",
      answer: async ({ client: { tenant }, query }) => {
        const asked = CoverageQuery.safeParse(query);
        if (!asked.success) return problem(400, z.prettifyError(asked.error));
        const { identity, since: from } = asked.data;
        const span = { tenant, identityId: identity, sinceUs: Date.parse(from) * 1000 };
        return ok({ identities: await policyReader.coverage(span) });
      },
    },
    {
      method: "GET",
      path: "/v1/grants/suggest",
      permission: "read",
      answer: async ({ client: { tenant }, query }) => {
        const asked = SuggestQuery.safeParse(query);
        if (!asked.success) return problem(400, z.prettifyError(asked.error));
        const { identity, since: from } = asked.data;
        const why = unsuggestable(identity);
        if (why !== undefined) return problem(422, why);
        const span = { tenant, identityId: identity, sinceUs: Date.parse(from) * 1000 };
        const observed = await policyReader.observed(span);
        if (observed.uses.length === 0) return problem(404, `${identity} did nothing since ${from}`);
        return ok({ suggestion: suggestGrants(identity, observed, nowMs() * 1000) });
      },
    },
  ];
}
