import { z } from "zod";
import { Verdict } from "../../schemas/index.ts";
import { speaksFor } from "../ingest/auth.ts";
import { decidedBy } from "./decision.ts";
import { findingBy, type FindingOptions } from "./finding-routes.ts";
import { problem, readAs } from "./reply.ts";
import type { Route } from "./route.ts";

const VerdictRequest = z.strictObject({ verdict: Verdict, comment: z.string().max(512).default("") });

/** What a finding was, by the word of a person: it moves the threshold of such findings, within bounds. The last word counts. */
export function verdictRoute({ reader, control, nowMs }: FindingOptions): Route {
  return {
    method: "POST",
    path: "/v1/findings/:id/verdict",
    permission: "decide",
    answer: async ({ client, params: { id = "" }, request }) => {
      const read = await readAs(request, VerdictRequest);
      if (!read.ok) return read.reply;
      const found = await findingBy(reader, client, id);
      if (!found.ok) return found.reply;
      const { id: findingId, identityId, rule, signal = "" } = found.finding;
      if (client.authenticated && (client.name === identityId || speaksFor(client, identityId)))
        return problem(
          403,
          `${client.name} speaks for ${identityId}, and what is found of an identity is not its own to judge`,
        );
      const { verdict, comment } = read.value;
      const given = { findingId, verdict, rule, signal, identityId, comment };
      await control.append([{ kind: "verdict_given", ...decidedBy(client, nowMs()), ...given }]);
      return { status: 201, json: { given } };
    },
  };
}
