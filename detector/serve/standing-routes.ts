import { z } from "zod";
import { standingOf } from "../../policy/standings.ts";
import { Standing, StandingSubject } from "../../schemas/index.ts";
import type { Clock } from "../clock.ts";
import { speaksFor } from "../ingest/auth.ts";
import type { Client } from "../ingest/ports.ts";
import { decidedBy } from "./decision.ts";
import type { PolicyFeed } from "./policy-feed.ts";
import { ok, problem, readAs } from "./reply.ts";
import type { Route } from "./route.ts";

/** A standing that ends by itself ends within a year. */
const forSecondsMax = 366 * 86_400;

const StandingRequest = z.strictObject({
  subject: StandingSubject,
  standing: Standing,
  reason: z.string().min(1).max(512),
  forSeconds: z.number().int().min(1).max(forSecondsMax).exactOptional(),
});

const StandingQuery = z.strictObject({
  identity: z.string().max(512).default(""),
  chain: z.string().max(4096).default(""),
});

/** What identities and chains may do right now: who said so, why and until when. */
export function standingRoutes({
  feed,
  clock,
}: {
  readonly feed: PolicyFeed;
  readonly clock: Clock;
}): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/v1/standing",
      permission: "decide",
      answer: async ({ client, request }) => {
        const read = await readAs(request, StandingRequest);
        if (!read.ok) return read.reply;
        const { subject, standing, reason, forSeconds } = read.value;
        if (isItself(client, subject))
          return problem(
            403,
            `${client.name} speaks for ${subject.id}, and what an identity may do is not its own to decide`,
          );
        const common = decidedBy(client, clock.nowMs());
        const untilUs = forSeconds === undefined ? undefined : common.atUs + forSeconds * 1_000_000;
        const until = untilUs === undefined ? {} : { untilUs };
        await feed.append([
          { kind: "standing_set", ...common, subject, standing, reason, ...until, isDryRun: false },
        ]);
        return {
          status: 201,
          json: { subject, standing, author: common.author, atUs: common.atUs, ...until },
        };
      },
    },
    {
      method: "GET",
      path: "/v1/standing",
      permission: ["read", "guard"],
      answer: async ({ client, query }) => {
        const asked = StandingQuery.safeParse(query);
        if (!asked.success) return problem(400, z.prettifyError(asked.error));
        await feed.refresh();
        const nowUs = clock.nowMs() * 1000;
        const { identity, chain } = asked.data;
        if (identity === "" && chain === "")
          return ok({ standings: othersThanActive(feed, client.tenant, nowUs) });
        const where = { identityId: identity, chainId: chain };
        const { standing, said } = standingOf(
          feed.book.of(client.tenant),
          where,
          nowUs,
          Number.POSITIVE_INFINITY,
        );
        if (said === undefined) return ok({ standing });
        const { reason, untilUs, findingId } = said.value;
        const until = untilUs === undefined ? {} : { untilUs };
        return ok({ standing, author: said.author, atUs: said.atUs, reason, findingId, ...until });
      },
    },
  ];
}

function othersThanActive(feed: PolicyFeed, tenant: string, nowUs: number): readonly object[] {
  return feed
    .shelf(tenant)
    .standings()
    .flatMap(({ record }) => {
      if (record.kind !== "standing_set" || record.standing === "active") return [];
      if (record.untilUs !== undefined && record.untilUs <= nowUs) return [];
      const { subject, standing, author, atUs, reason, findingId = "", untilUs } = record;
      return [
        { subject, standing, author, atUs, reason, findingId, ...(untilUs === undefined ? {} : { untilUs }) },
      ];
    });
}

function isItself(client: Client, { kind, id }: StandingSubject): boolean {
  return client.authenticated && kind === "identity" && (client.name === id || speaksFor(client, id));
}
