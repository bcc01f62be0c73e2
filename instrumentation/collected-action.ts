import { type Attributes, SpanStatusCode } from "@opentelemetry/api";
import type { ActionKind } from "../schemas/index.ts";
import type { TouchedResource } from "./action/span-model.ts";
import type { CollectedAction } from "./collect-actions.ts";
import type { LeavingSpan } from "./emit/leaving.ts";

/** Whether a span tells of an action that is over. */
export function isAction({ attributes }: LeavingSpan): boolean {
  return attributes["nhi.action.kind"] !== undefined && attributes["nhi.phase"] !== "start";
}

/** An action in plain words. */
export function actionOf({ attributes, resource, status }: LeavingSpan): CollectedAction {
  const text = (name: string): string | undefined => {
    const value = attributes[name] ?? resource[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const resources = resourcesOf(attributes);
  const [identity, session, task] = [text("nhi.identity.id"), text("nhi.session.id"), text("nhi.task.id")];
  const [grant, error] = [text("nhi.grant.id"), text("error.type")];
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Our own functions told it, and take no other.
    kind: text("nhi.action.kind") as ActionKind,
    name: text("nhi.action.name") ?? "",
    ...(resources[0] && { resource: resources[0] }),
    resources,
    ...(identity !== undefined && { identity }),
    chain: texts(attributes["nhi.chain"]),
    ...(session !== undefined && { session }),
    ...(task !== undefined && { task }),
    ...(grant !== undefined && { grant }),
    status: statusOf(status.code, error),
    ...(error !== undefined && { error }),
    ...decisionIn(text),
    attributes,
  };
}

function statusOf(code: SpanStatusCode, error: string | undefined): CollectedAction["status"] {
  if (error === "denied") return "denied";
  return code === SpanStatusCode.ERROR ? "error" : "ok";
}

/** What the guard said of it; nothing where there is none. */
function decisionIn(text: (name: string) => string | undefined): Pick<CollectedAction, "decision"> {
  const verdict = text("nhi.decision.verdict");
  if (verdict === undefined) return {};
  const [outcome = "", reason = ""] = [text("nhi.decision.outcome"), text("nhi.decision.reason")];
  const approval = text("nhi.approval.id");
  return { decision: { verdict, outcome, reason, ...(approval !== undefined && { approval }) } };
}

function resourcesOf(attributes: Attributes): TouchedResource[] {
  const [ids, kinds, origins] = ["id", "kind", "origin"].map((part) => [
    ...texts([attributes[`nhi.resource.${part}`] ?? ""]),
    ...texts(attributes[`nhi.resources.${part}`]),
  ]);
  const all = (ids ?? []).map((id, nth) => ({
    id,
    kind: kinds?.[nth] ?? "",
    ...(origins?.[nth] && { origin: origins[nth] }),
  }));
  return all.filter(({ id }) => id !== "");
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
