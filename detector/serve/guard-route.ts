import { z } from "zod";
import { decide, type Verdict } from "../../policy/decide.ts";
import { digestOf } from "../../policy/digest.ts";
import { ActionKind } from "../../schemas/index.ts";
import type { Clock } from "../clock.ts";
import type { DecisionRow } from "../store/decisions.ts";
import { mayGuard } from "../ingest/auth.ts";
import type { Client } from "../ingest/ports.ts";
import type { PolicyFeed } from "./policy-feed.ts";
import { ok, problem, readAs } from "./reply.ts";
import type { Route } from "./route.ts";

const name = z.string().min(1).max(512);
const text = z.string().max(512).default("");

const GuardRequest = z.strictObject({
  identity: z.strictObject({ id: name }),
  kind: ActionKind,
  operation: name,
  resources: z
    .array(z.union([z.string().max(1024), z.strictObject({ id: z.string().max(1024) })]))
    .max(64)
    .default([]),
  task: z.string().max(256).default(""),
  session: text,
  chain: z.string().max(4096).default(""),
  path: z.array(name).max(65).default([]),
  network: z.string().max(128).default(""),
  environment: z.string().max(128).default(""),
  credential: z
    .strictObject({ type: text, issuedAt: z.number().int().nonnegative().exactOptional() })
    .default({ type: "" }),
  arguments: z.record(z.string().max(128), z.string().max(128)).default({}),
  approval: z.string().max(64).default("").describe("The approval that it is to run on."),
});

/** What was decided for a caller that has no guard of its own, as the store keeps it. */
export type ServiceDecision = Omit<DecisionRow, "id">;

export interface GuardOptions {
  readonly feed: PolicyFeed;
  readonly clock: Clock;
  readonly onDecided: (decision: ServiceDecision) => void;
}

/** Arguments of one action. */
const argumentsMax = 64;

/** `POST /v1/guard`: what a guard in the process would say of an action that is about to begin, for those who have none. */
export function guardRoute({ feed, clock, onDecided }: GuardOptions): Route {
  return {
    method: "POST",
    path: "/v1/guard",
    permission: "guard",
    answer: async ({ client, request }) => {
      const read = await readAs(request, GuardRequest);
      if (!read.ok) return read.reply;
      const { identity } = read.value;
      if (!mayGuard(client, identity.id))
        return problem(
          403,
          `${client.name} may not speak for ${identity.id}; its entry in http.clients says for whom`,
        );
      if (Object.keys(read.value.arguments).length > argumentsMax)
        return problem(400, `an action has at most ${String(argumentsMax)} arguments`);
      const atUs = clock.nowMs() * 1000;
      const { verdict, decision } = decided(feed, client, read.value, atUs);
      onDecided(decision);
      return ok(answerOf(verdict, decision));
    },
  };
}

function decided(
  feed: PolicyFeed,
  client: Client,
  asked: z.infer<typeof GuardRequest>,
  atUs: number,
): { readonly verdict: Verdict; readonly decision: ServiceDecision } {
  const { tenant } = client;
  const { kind, operation, path, network, environment, credential } = asked;
  const resources = asked.resources.map((one) => (typeof one === "string" ? one : one.id));
  const common = { tenant, identityId: asked.identity.id, kind, operation };
  const where = { taskId: asked.task, sessionId: asked.session, chainId: asked.chain };
  const digest = digestOf({ ...common, resources, argumentDigests: asked.arguments, taskId: where.taskId });
  const verdict = decide(feed.book, {
    ...common,
    approvalId: asked.approval,
    digest,
    ...where,
    resources: resources.map((id) => ({ id })),
    startedAtUs: atUs,
    network,
    environment,
    credentialType: credential.type,
    credentialIssuedAt: credential.issuedAt,
    path: path.length === 0 ? [common.identityId] : path,
  });
  const { grantId = "", policyId = "", policyVersion = "" } = verdict.authority ?? {};
  const said = { verdict: verdict.verdict, reason: verdict.reason, grantId, policyId, policyVersion };
  const { control } = feed.cursor();
  return {
    verdict,
    decision: { ...common, ...where, ...said, atUs, resources, control, digest, client: client.name },
  };
}

function answerOf(verdict: Verdict, decision: ServiceDecision): object {
  const { identityId, operation, reason, grantId, policyId, policyVersion, control, digest } = decision;
  return {
    verdict: verdict.verdict,
    reason,
    grantId,
    policyId,
    policyVersion,
    message: messageOf(verdict, identityId, operation),
    attributes: {
      "nhi.decision.verdict": verdict.verdict,
      "nhi.decision.outcome": outcomes[verdict.verdict],
      "nhi.decision.reason": reason,
      "nhi.decision.policy": control,
      "nhi.decision.age_ms": 0,
      "nhi.action.digest": digest,
    },
  };
}

const outcomes = { allow: "allowed", deny: "blocked", ask: "asked" } as const;

/** A sentence for whoever asked, a model perhaps: what was refused, why, and that trying again is of no use. */
function messageOf({ verdict, reason, authority }: Verdict, identityId: string, operation: string): string {
  const under = authority === undefined || authority.grantId === "" ? "" : ` (grant ${authority.grantId})`;
  const why = reason.replaceAll("_", " ");
  if (verdict === "allow") return `${identityId} may ${operation}${under}.`;
  if (verdict === "ask")
    return `${operation} by ${identityId} waits for a person's approval: ${why}${under}.`;
  return `${identityId} may not ${operation}: ${why}${under}. The same call will be refused again.`;
}
