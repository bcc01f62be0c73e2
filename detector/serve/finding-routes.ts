import { z } from "zod";
import { acceptedKey, behaviourOf } from "../../policy/accepted.ts";
import { type Finding, Severity } from "../../schemas/index.ts";
import { speaksFor } from "../ingest/auth.ts";
import type { Client } from "../ingest/ports.ts";
import type { StoreReader } from "../store/read.ts";
import { decidedBy, type DecisionOptions } from "./decision.ts";
import { ok, problem, readAs, type Reply } from "./reply.ts";
import type { Route } from "./route.ts";

/** Findings in one answer. */
const findingsMax = 1000;

const FindingQuery = z.strictObject({
  identity: z.string().default(""),
  severity: Severity.default("info"),
  since: z.iso.datetime({ offset: true }).exactOptional(),
  limit: z.coerce.number().int().min(1).max(findingsMax).default(100),
});

const Acceptance = z.strictObject({ comment: z.string().max(512).default("") });

interface FindingOptions extends DecisionOptions {
  readonly reader: StoreReader;
}

/** What was found, and that a person takes such behaviour of the identity for good. */
export function findingRoutes(options: FindingOptions): readonly Route[] {
  return [...readingRoutes(options), acceptRoute(options)];
}

function readingRoutes({ reader }: FindingOptions): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v1/findings",
      permission: "read",
      answer: async ({ client, query }) => {
        const filter = FindingQuery.safeParse(query);
        if (!filter.success) return problem(400, z.prettifyError(filter.error));
        const { identity, severity, since, limit } = filter.data;
        const sinceUs = since === undefined ? 0 : Date.parse(since) * 1000;
        return ok({
          findings: await reader.findings({
            tenant: client.tenant,
            identityId: identity,
            minSeverity: severity,
            sinceUs,
            limit,
          }),
        });
      },
    },
    {
      method: "GET",
      path: "/v1/findings/:id",
      permission: "read",
      answer: async ({ client, params: { id = "" } }) => {
        const found = await findingBy(reader, client, id);
        return found.ok ? ok({ finding: found.finding }) : found.reply;
      },
    },
  ];
}

/** The behaviour is accepted, not the one finding: it is quiet in every session from now on, of this identity alone. */
function acceptRoute({ reader, control, nowMs }: FindingOptions): Route {
  return {
    method: "POST",
    path: "/v1/findings/:id/accept",
    permission: "decide",
    answer: async ({ client, params: { id = "" }, request }) => {
      const read = await readAs(request, Acceptance);
      if (!read.ok) return read.reply;
      const found = await findingBy(reader, client, id);
      if (!found.ok) return found.reply;
      const { id: findingId, identityId, rule } = found.finding;
      if (client.authenticated && (client.name === identityId || speaksFor(client, identityId)))
        return problem(
          403,
          `${client.name} speaks for ${identityId}, and what is found of an identity is not its own to accept`,
        );
      const accepted = { identityId, rule, cause: behaviourOf(found.finding) };
      const key = acceptedKey(identityId, rule, accepted.cause);
      const isKnown = (await control.read(0)).some(
        ({ record }) =>
          record.kind === "behaviour_accepted" &&
          record.tenant === client.tenant &&
          acceptedKey(record.identityId, record.rule, record.cause) === key,
      );
      if (isKnown) return ok({ accepted });
      const common = decidedBy(client, nowMs());
      const { comment } = read.value;
      await control.append([{ kind: "behaviour_accepted", ...common, ...accepted, findingId, comment }]);
      return { status: 201, json: { accepted } };
    },
  };
}

type Found = { readonly ok: true; readonly finding: Finding } | { readonly ok: false; readonly reply: Reply };

/** The one finding of this tenant whose id begins so. */
export async function findingBy(reader: StoreReader, { tenant }: Client, id: string): Promise<Found> {
  const [finding, other] = /^[0-9a-f]{6,32}$/u.test(id) ? await reader.finding(tenant, id) : [];
  if (finding === undefined) {
    const none = `no finding has an id that begins with ${id} (6 to 32 hex digits)`;
    return { ok: false, reply: problem(404, none) };
  }
  if (other !== undefined) {
    const several = `several findings have an id that begins with ${id}; give more digits`;
    return { ok: false, reply: problem(409, several) };
  }
  return { ok: true, finding };
}
