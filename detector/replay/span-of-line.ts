import { createHash } from "node:crypto";
import type { IdentityKind } from "../../schemas/index.ts";
import { addressOf } from "./cloud-record.ts";
import { type CloudOperations, shippedCloudOperations } from "./cloud-table.ts";
import type { ReplayLine } from "./line.ts";

type ReplayAttribute = string | number | boolean | string[];

/** A span as an SDK would have emitted it. */
export interface ReplaySpan {
  readonly identityId: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly kind: "internal" | "client";
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, ReplayAttribute>>;
}

/**
 * Turns a recorded action into a span. Ids are computed from the line, so a second replay gives the same spans and
 * stores nothing twice. In CloudTrail files a run is what somebody found out afterwards and `seq` counts within a session, so there
 * account and session stand for it. The files tell no duration: a span lasts one millisecond.
 */
export function spanOfLine(line: ReplayLine): ReplaySpan {
  const startMs = Date.parse(line.ts);
  const fromCloud = line.source !== undefined;
  const run = fromCloud
    ? `${line.account ?? line.source}/${line.session}`
    : line.session === line.run_id
      ? line.run_id
      : `${line.run_id}/${line.session}`;
  return {
    identityId: line.identity,
    traceId: sha256(`replay/${run}`).slice(0, 32),
    spanId: sha256(`${run}/${line.seq}`).slice(0, 16),
    name: nameOf(line),
    kind: fromCloud || line.kind === "model_call" ? "client" : "internal",
    startMs,
    endMs: startMs + 1,
    failed: line.status === "error" || line.status === "denied",
    attributes: compact({
      ...common(line),
      ...resources(line),
      ...(fromCloud ? cloud(line) : {}),
      ...genAi(line),
    }),
  };
}

/**
 * Kind of an identity, from the prefix of its id. In CloudTrail a person at the console is `human`; the same IAM user
 * through a program is `service_account`, since it is a stored key that acts then.
 */
function identityKind({ identity, client }: ReplayLine): IdentityKind {
  if (identity.startsWith("agent:")) return "ai_agent";
  if (/^(?:role|service):/u.test(identity)) return "service_account";
  if (!/^(?:user|federateduser):/u.test(identity)) return "unknown";
  return client === undefined || client === "console" ? "human" : "service_account";
}

type Draft = Record<string, ReplayAttribute | undefined>;

function common(line: ReplayLine): Draft {
  return {
    "nhi.identity.id": line.identity,
    "nhi.identity.kind": identityKind(line),
    "nhi.action.kind": line.kind,
    "nhi.action.name": line.operation,
    "nhi.action.mutating": line.mutating,
    "nhi.session.id": line.session,
    "nhi.step": line.seq,
    "nhi.args.digest": line.args_digest,
    "nhi.result.bytes": line.out_chars,
    "error.type": errorType(line),
  };
}

/** The conventions' `_OTHER` stands for an error whose class the file does not tell. */
function errorType({ status, error }: ReplayLine): string | undefined {
  if (status === "denied") return "denied";
  return error ?? (status === "error" ? "_OTHER" : undefined);
}

function resources({
  kind,
  resource,
  resource_type,
  resource_origin,
  resources: further,
}: ReplayLine): Draft {
  return {
    "nhi.resource.id": resource,
    "nhi.resource.kind":
      resource === undefined ? undefined : (resource_type ?? (kind === "model_call" ? "model" : undefined)),
    "nhi.resource.origin": resource === undefined ? undefined : resource_origin,
    "nhi.resources.id": further?.map((one) => one.value),
    "nhi.resources.kind": further?.map((one) => one.type),
    "nhi.resources.origin": further?.map((one) => one.origin),
  };
}

/**
 * Of such a line the record's details are gone: what the table asks of them is taken to hold. `client` is the name of a program as the
 * table has it.
 */
function cloud({ operation, kind, source_ip, region, account, client }: ReplayLine): Draft {
  const [service = "", name = ""] = operation.split(":", 2);
  const operations = shippedCloudOperations();
  const known = operations.find(service, name, undefined);
  return {
    "nhi.action.kind": known?.kind ?? kind,
    "nhi.action.class": known?.class,
    "nhi.client.kind": client && clientKindOf(client, operations),
    "user_agent.name": client,
    "cloud.provider": "aws",
    "cloud.account.id": account,
    "cloud.region": region,
    "client.address": addressOf(source_ip),
  };
}

function clientKindOf(client: string, operations: CloudOperations): string {
  if (client === "aws-service") return "service";
  if (client === "console") return "console";
  return operations.clientOf(`${client}/`)?.kind ?? "program";
}

function genAi({ kind, operation, resource, source }: ReplayLine): Draft {
  if (kind === "model_call") return { "gen_ai.operation.name": "chat", "gen_ai.request.model": resource };
  if (source !== undefined) return {};
  return { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": operation };
}

function nameOf({ kind, operation, resource, source }: ReplayLine): string {
  if (source !== undefined) return operation;
  if (kind === "model_call") return `chat ${resource ?? ""}`.trimEnd();
  return `execute_tool ${operation}`;
}

function compact(draft: Draft): Record<string, ReplayAttribute> {
  const present: Record<string, ReplayAttribute> = {};
  for (const [name, value] of Object.entries(draft)) if (value !== undefined) present[name] = value;
  return present;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
