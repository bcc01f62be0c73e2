import type { ApprovalAnswer } from "../../schemas/index.ts";
import type { Clock } from "../clock.ts";
import { speaksFor } from "../ingest/auth.ts";
import type { Client } from "../ingest/ports.ts";
import { randomId } from "../random.ts";
import type { ApprovalNow } from "./approval-state.ts";
import { authorOf } from "./decision.ts";
import type { PolicyFeed } from "./policy-feed.ts";
import { ok, problem, type Reply } from "./reply.ts";

interface Speaking {
  readonly tenant: string;
  readonly author: string;
}

/** Approvals as the log says they stand, and what may be added to one. */
export interface Approvals {
  of(tenant: string, id: string): Promise<ApprovalNow | undefined>;
  all(tenant: string): Promise<readonly ApprovalNow[]>;
  answer(
    approval: ApprovalNow,
    said: Speaking & { readonly answer: ApprovalAnswer; readonly comment: string },
  ): Promise<Reply>;
  use(approval: ApprovalNow, used: Speaking & { readonly digest: string }): Promise<Reply>;
}

/**
 * Of several that answer or use one approval at once, through whichever service, the log's first wins: each appends, reads the
 * log back, and looks whether it was that one.
 */
export function approvals(feed: PolicyFeed, clock: Clock): Approvals {
  const nowUs = (): number => clock.nowMs() * 1000;
  return {
    async of(tenant, id) {
      await feed.refresh();
      return feed.shelf(tenant).approval(id, nowUs());
    },
    async all(tenant) {
      await feed.refresh();
      return feed.shelf(tenant).approvals(nowUs());
    },
    async answer({ request: { id }, state, answeredBy }, { tenant, author, answer, comment }) {
      if (state !== "asked") return taken(answeredBy, state);
      const atUs = nowUs();
      await feed.append([
        { kind: "approval_answered", tenant, author, atUs, approvalId: id, answer, comment },
      ]);
      const after = feed.shelf(tenant).approval(id, atUs);
      const isOurs =
        after?.answeredBy === author && after.answer?.atUs === atUs && after.answer.answer === answer;
      if (!isOurs) return taken(after?.answeredBy ?? "", after?.state ?? "gone");
      return ok({ approval: { id, state: after.state } });
    },
    async use({ request, state }, { tenant, author, digest }) {
      const { id } = request;
      if (digest !== request.digest)
        return problem(
          409,
          "the approval is of another action: its digest differs, so its operation, resources, arguments, identity or task do",
        );
      if (state !== "approved") return problem(409, `the approval is ${state}, and nothing may run on it`);
      const atUs = nowUs();
      const useId = randomId();
      await feed.append([{ kind: "approval_used", tenant, author, atUs, approvalId: id, digest, useId }]);
      const after = feed.shelf(tenant).approval(id, atUs);
      if (after?.useId !== useId)
        return problem(409, `the approval is ${after?.state ?? "gone"}: another action ran on it first`);
      return ok({ approval: { id, state: "used" } });
    },
  };
}

function taken(by: string, how: string): Reply {
  return problem(
    409,
    by === "" ? `the approval is ${how}` : `the approval was answered by ${by} already: ${how}`,
  );
}

/**
 * Why this client may not answer: whoever asked, and whoever speaks for the identity that asks, would approve itself. On
 * loopback without clients nobody is told from another, and everybody may.
 */
export function whyNotAnswer(approval: ApprovalNow, client: Client): string | undefined {
  if (!client.authenticated) return undefined;
  const { identityId } = approval.request;
  const name = authorOf(client);
  if (speaksFor(client, identityId))
    return `${name} speaks for ${identityId}, which asks for this approval, and may not give it to itself`;
  return whyNotReader(approval, name);
}

/** The same of somebody of whom only the name is known, as a signed link says it. */
export function whyNotReader({ request, askedBy }: ApprovalNow, name: string): string | undefined {
  if (name === request.identityId) return `${name} asks for this approval, and may not give it to itself`;
  return name === askedBy ? `${name} asked for this approval, and may not answer it as well` : undefined;
}
