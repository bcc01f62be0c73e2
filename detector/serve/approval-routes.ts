import { z } from "zod";
import { ApprovalAnswer, ApprovalRequest, ApprovalState } from "../../schemas/index.ts";
import type { Clock } from "../clock.ts";
import { mayGuard, mayUse } from "../ingest/auth.ts";
import type { Client } from "../ingest/ports.ts";
import { randomId } from "../random.ts";
import { approvals, whyNotAnswer, whyNotReader } from "./approvals.ts";
import type { ApprovalNow } from "./approval-state.ts";
import { authorOf, decidedBy } from "./decision.ts";
import { type LinkSettings, linkUrl } from "./approval-link.ts";
import type { PolicyFeed } from "./policy-feed.ts";
import { ok, problem, readAs, type Reply } from "./reply.ts";
import type { Route } from "./route.ts";

/** Approvals of one identity that wait for an answer. */
const askedMax = 100;
/** Seconds that an approval holds unless the asker says otherwise, and at most. */
const ttlSeconds = { default: 900, max: 86_400 };
/** Approvals in one answer. */
const listMax = 1_000;

const AskRequest = z.strictObject({
  approval: ApprovalRequest.omit({ id: true, expiresAtUs: true }),
  ttlSeconds: z.number().int().min(1).max(ttlSeconds.max).default(ttlSeconds.default),
});
const AnswerRequest = z.strictObject({ answer: ApprovalAnswer, comment: z.string().max(512).default("") });
const UseRequest = z.strictObject({ digest: z.string().max(64) });
const ListQuery = z.strictObject({
  state: ApprovalState.exactOptional(),
  identity: z.string().max(512).exactOptional(),
});
const LinkRequest = z.strictObject({ who: z.string().min(1).max(512) });

export interface ApprovalOptions {
  readonly feed: PolicyFeed;
  readonly clock: Clock;
  /** Undefined where no links are signed. */
  readonly links: LinkSettings | undefined;
}

/** One action, approved by a person before it runs: asked by its guard, answered once, used once. */
export function approvalRoutes(options: ApprovalOptions): readonly Route[] {
  return [...askingRoutes(options), ...endingRoutes(options)];
}

function askingRoutes({ feed, clock, links }: ApprovalOptions): readonly Route[] {
  const book = approvals(feed, clock);
  /** Of another tenant, or of an identity that the client can't speak for, nothing is told. */
  const found = async (client: Client, id: string): Promise<ApprovalNow | undefined> => {
    const approval = await book.of(client.tenant, id);
    return approval !== undefined && maySee(client, approval) ? approval : undefined;
  };
  return [
    {
      method: "POST",
      path: "/v1/approvals",
      permission: "guard",
      answer: async ({ client, request }) => {
        const read = await readAs(request, AskRequest);
        if (!read.ok) return read.reply;
        const { approval, ttlSeconds: seconds } = read.value;
        if (!mayGuard(client, approval.identityId))
          return problem(
            403,
            `${client.name} may not speak for ${approval.identityId}; its entry in http.clients says for whom`,
          );
        await feed.refresh();
        const common = decidedBy(client, clock.nowMs());
        const waiting = feed
          .shelf(client.tenant)
          .approvals(common.atUs)
          .filter(({ state, request: one }) => state === "asked" && one.identityId === approval.identityId);
        if (waiting.length >= askedMax)
          return problem(
            429,
            `${String(askedMax)} approvals of ${approval.identityId} wait for an answer already`,
          );
        const asked = { ...approval, id: randomId(), expiresAtUs: common.atUs + seconds * 1_000_000 };
        await feed.append([{ kind: "approval_asked", ...common, approval: asked }]);
        const url = links === undefined ? {} : { url: `${links.baseUrl}/v1/approvals/${asked.id}` };
        return {
          status: 201,
          json: { approval: { id: asked.id, state: "asked", expiresAtUs: asked.expiresAtUs, ...url } },
        };
      },
    },
    {
      method: "GET",
      path: "/v1/approvals",
      permission: ["read", "guard"],
      answer: async ({ client, query }) => {
        const filter = ListQuery.safeParse(query);
        if (!filter.success) return problem(400, z.prettifyError(filter.error));
        const { state, identity } = filter.data;
        const all = (await book.all(client.tenant)).filter(
          (one) =>
            maySee(client, one) &&
            (state === undefined || one.state === state) &&
            (identity === undefined || one.request.identityId === identity),
        );
        return ok({ approvals: all.slice(-listMax).map(wireOf) });
      },
    },
    {
      method: "GET",
      path: "/v1/approvals/:id",
      permission: ["read", "guard"],
      answer: async ({ client, params: { id = "" } }) => {
        const approval = await found(client, id);
        return approval === undefined ? missing(id) : ok({ approval: wireOf(approval) });
      },
    },
  ];
}

function endingRoutes({ feed, clock, links }: ApprovalOptions): readonly Route[] {
  const book = approvals(feed, clock);
  return [
    {
      method: "POST",
      path: "/v1/approvals/:id/answer",
      permission: "decide",
      answer: async ({ client, params: { id = "" }, request }) => {
        const read = await readAs(request, AnswerRequest);
        if (!read.ok) return read.reply;
        const approval = await book.of(client.tenant, id);
        if (approval === undefined) return missing(id);
        const refusal = whyNotAnswer(approval, client);
        if (refusal !== undefined) return problem(403, refusal);
        const { answer, comment } = read.value;
        return book.answer(approval, { tenant: client.tenant, author: authorOf(client), answer, comment });
      },
    },
    {
      method: "POST",
      path: "/v1/approvals/:id/use",
      permission: "guard",
      answer: async ({ client, params: { id = "" }, request }) => {
        const read = await readAs(request, UseRequest);
        if (!read.ok) return read.reply;
        const approval = await book.of(client.tenant, id);
        if (approval === undefined || !mayGuard(client, approval.request.identityId)) return missing(id);
        return book.use(approval, {
          tenant: client.tenant,
          author: authorOf(client),
          digest: read.value.digest,
        });
      },
    },
    {
      method: "POST",
      path: "/v1/approvals/:id/links",
      permission: "decide",
      answer: async ({ client, params: { id = "" }, request }) => {
        const read = await readAs(request, LinkRequest);
        if (!read.ok) return read.reply;
        const approval = await book.of(client.tenant, id);
        if (approval === undefined) return missing(id);
        if (links === undefined)
          return problem(
            409,
            "links are not signed here; set approvals.linkSecret (or linkSecretFile) and approvals.baseUrl",
          );
        const { who } = read.value;
        // Whoever may not answer may not have others answer in the same way either.
        const refusal = whyNotAnswer(approval, client) ?? whyNotReader(approval, who);
        if (refusal !== undefined) return problem(403, refusal);
        return { status: 201, json: { url: linkUrl(links, client.tenant, approval.request, who) } };
      },
    },
  ];
}

function missing(id: string): Reply {
  return problem(404, `there is no approval ${id}; those that ended a day ago are in v_approvals`);
}

function maySee(client: Client, { request }: ApprovalNow): boolean {
  return mayUse(client, "read") || mayUse(client, "decide") || mayGuard(client, request.identityId);
}

function wireOf({ request, state, askedBy, askedAtUs, answeredBy, comment }: ApprovalNow): object {
  return { ...request, state, askedBy, askedAtUs, answeredBy, comment };
}
