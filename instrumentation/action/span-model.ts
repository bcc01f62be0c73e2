import { SpanKind, type Attributes } from "@opentelemetry/api";
import type { ActionKind, IdentityKind } from "../../schemas/index.ts";

/** What an action touches: its name, never a value. */
export interface TouchedResource {
  readonly id: string;
  /** secret, db_table, bucket, http_endpoint, file, role, … */
  readonly kind: string;
  /** Where its name came from: prompt, system, tool:<operation> or none. */
  readonly origin?: string;
}

/** What is known of an action when it begins. Ids and names only, never the value of a secret or an argument. */
export interface RecordedAction {
  readonly kind: ActionKind;
  /** Low-cardinality name of the operation, for example vault.kv.read; for a tool call the tool's name. */
  readonly name: string;
  /** Who acts; left out where the resource of the process says so (`nhi.identity.id`). */
  readonly identity?: { readonly id: string; readonly kind: IdentityKind; readonly owner?: string };
  readonly resource?: TouchedResource;
  /** Whether it changes something or sends something out. */
  readonly mutating?: boolean;
  /** Says what its kind doesn't: high risk leaves first, is dropped last, and says when it begins. */
  readonly risk?: "high";
  /** Further resources that it touches. */
  readonly resources?: readonly TouchedResource[];
  readonly session?: string;
  readonly task?: string;
  /** Id of the grant it is done under. */
  readonly grant?: string;
  /** Delegation path: root principal first, acting identity last. */
  readonly chain?: readonly string[];
  /** What else is known of it, by names of the conventions or of `nhi.*`. */
  readonly attributes?: Attributes;
  /** Calls that are made within it are part of it, and no actions of their own. */
  readonly covers?: boolean;
  /** Told how it ended, where a guard counts. */
  readonly onEnd?: (isOk: boolean) => void;
  /** Kind of the span, where it isn't what the action's kind says: a server's, for example. */
  readonly spanKind?: SpanKind;
}

/** Name of the span. Low-cardinality: it never holds a resource's id, save a model's or a delegate's name. */
export function spanName({ kind, name, resource, mutating }: RecordedAction): string {
  switch (kind) {
    case "tool_call":
      return `execute_tool ${name}`;
    case "agent_run":
      return `invoke_agent ${name}`;
    case "model_call":
      return `chat ${resource?.id ?? name}`;
    case "delegation":
      return `delegate ${resource?.id ?? name}`;
    case "secret_read":
      return `secret.read ${storeOf(name)}`;
    case "secret_write":
      return `secret.write ${storeOf(name)}`;
    case "credential_issue":
      return `credential.issue ${resource?.kind ?? name}`;
    case "credential_revoke":
      return `credential.revoke ${resource?.kind ?? name}`;
    case "resource_access":
      return `${verbOf(mutating)} ${resource?.kind ?? name}`;
    case "permission_change":
      return "permission.modify";
    case "approval":
      return `approval ${name}`;
    case "exec":
      return `exec ${name}`;
  }
}

/** Kind of the span: client where something outside the process is called. */
export function spanKind(kind: ActionKind): SpanKind {
  switch (kind) {
    case "tool_call":
    case "agent_run":
    case "approval":
    case "exec":
      return SpanKind.INTERNAL;
    case "model_call":
    case "delegation":
    case "secret_read":
    case "secret_write":
    case "credential_issue":
    case "credential_revoke":
    case "resource_access":
    case "permission_change":
      return SpanKind.CLIENT;
  }
}

/**
 * Attributes of the span at its start; the conventions' own (`gen_ai.*`) where they have one, `nhi.*` for the rest. One object
 * that grows: parts that are put together would cost more than the span.
 */
export function spanAttributes(action: RecordedAction): Attributes {
  const { kind, name, identity, resource, resources, mutating, risk, session, task, grant, chain } = action;
  const to: Attributes = { "nhi.action.kind": kind, "nhi.action.name": name };
  genAi(to, action);
  if (identity) {
    to["nhi.identity.id"] = identity.id;
    to["nhi.identity.kind"] = identity.kind;
    if (identity.owner !== undefined) to["nhi.identity.owner"] = identity.owner;
  }
  if (resource) {
    to["nhi.resource.id"] = resource.id;
    to["nhi.resource.kind"] = resource.kind;
    if (resource.origin !== undefined) to["nhi.resource.origin"] = resource.origin;
  }
  if (resources && resources.length > 0) furtherResources(to, resources);
  if (mutating !== undefined) to["nhi.action.mutating"] = mutating;
  if (risk !== undefined) to["nhi.action.risk"] = risk;
  if (session !== undefined) to["nhi.session.id"] = session;
  if (task !== undefined) to["nhi.task.id"] = task;
  if (grant !== undefined) to["nhi.grant.id"] = grant;
  if (chain) to["nhi.chain"] = [...chain];
  for (const other in action.attributes) to[other] ??= action.attributes[other];
  return to;
}

function furtherResources(to: Attributes, resources: readonly TouchedResource[]): void {
  to["nhi.resources.id"] = resources.map(({ id }) => id);
  to["nhi.resources.kind"] = resources.map(({ kind }) => kind);
  to["nhi.resources.origin"] = resources.map(({ origin }) => origin ?? "");
}

function genAi(to: Attributes, { kind, name, resource }: RecordedAction): void {
  switch (kind) {
    case "tool_call":
      to["gen_ai.operation.name"] = "execute_tool";
      to["gen_ai.tool.name"] = name;
      return;
    case "agent_run":
      to["gen_ai.operation.name"] = "invoke_agent";
      to["gen_ai.agent.name"] = name;
      return;
    case "model_call":
      to["gen_ai.operation.name"] = "chat";
      to["gen_ai.request.model"] = resource?.id ?? name;
      return;
    case "approval":
    case "credential_issue":
    case "credential_revoke":
    case "delegation":
    case "exec":
    case "permission_change":
    case "resource_access":
    case "secret_read":
    case "secret_write":
  }
}

/** The store is the first part of the operation's name; the path of the secret stays out of the span's name. */
function storeOf(name: string): string {
  return name.split(".", 1)[0] ?? name;
}

function verbOf(mutating: boolean | undefined): string {
  if (mutating === undefined) return "access";
  return mutating ? "write" : "read";
}
