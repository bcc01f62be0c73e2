import type { IdentityKind } from "../../schemas/index.ts";
import { currentRuntime } from "../runtime.ts";
import { runAs } from "../scope/run-as.ts";
import { type ActingIdentity, type Running, running, within } from "../scope/scope.ts";
import { stampOf } from "../scope/stamp.ts";
import { record } from "./record.ts";
import type { RecordedAction, TouchedResource } from "./span-model.ts";

/**
 * Reads a secret: `name` is the operation, `path` names the secret and is never its value.
 *
 * @example
 * const password = await secretRead("vault.kv.read", "kv/prod/db", () => vault.read("kv/prod/db"));
 */
export function secretRead<T>(name: string, path: string, work: () => T): T {
  return record({ kind: "secret_read", name, resource: { id: path, kind: "secret" }, mutating: false }, work);
}

/**
 * Reads or changes a resource.
 *
 * @example
 * const rows = await resourceAccess("crm.export", { id: "crm/customers", kind: "db_table" }, () => crm.export());
 */
export function resourceAccess<T>(
  name: string,
  resource: TouchedResource & { readonly mutating?: boolean },
  work: () => T,
): T {
  return described(() => {
    const { mutating = false, ...touched } = resource;
    return { kind: "resource_access", name, resource: touched, mutating };
  }, work);
}

/**
 * Changes who may do what: `resource` is the role, policy or group that changes.
 *
 * @example
 * await permissionChange("iam.attach_role_policy", { id: "role:deploy", kind: "role" }, () => iam.send(command));
 */
export function permissionChange<T>(name: string, resource: TouchedResource, work: () => T): T {
  return record({ kind: "permission_change", name, resource, mutating: true }, work);
}

/**
 * Runs a program. The name of the program, never its arguments.
 *
 * @example
 * await exec("kubectl", () => run("kubectl", ["rollout", "undo", "deployment/api"]));
 */
export function exec<T>(program: string, work: () => T): T {
  return record(
    { kind: "exec", name: program, resource: { id: program, kind: "program" }, mutating: true },
    work,
  );
}

/**
 * A name for a secret that says nothing of it: the same secret has the same one within the tenant. Undefined without a key
 * (`start({ key })` or `ANSWERABLE_KEY`).
 *
 * @example
 * await credential.used({ id: reference(apiKey) ?? "unknown", type: "api_key" }, () => crm.export());
 */
export function reference(secret: string): string | undefined {
  return currentRuntime()?.tokens.reference?.(secret);
}

/** A credential by an id that is no secret: `jti`, a Vault accessor, an AWS access key id, or `reference(secret)`. */
export interface CredentialName {
  readonly id: string;
  /** oauth_at, api_key, vault_token, aws_sts, x509_svid, … */
  readonly type: string;
}

/** Credentials, from being issued to being revoked. */
export const credential = {
  /** Issues one, which `work` does. */
  issued: <T>(name: string, which: CredentialName, work: () => T): T =>
    described(() => credentialAction("credential_issue", name, which), work),
  /** Says of all that `work` does that it was done with this one. */
  used: <T>(name: CredentialName, work: () => T): T => {
    let next: Running;
    try {
      const before = running();
      const scope = { ...before.scope, credential: name };
      next = { ...before, scope, stamp: stampOf(scope) };
    } catch {
      return work();
    }
    return within(next, work);
  },
  revoked: <T>(name: string, which: CredentialName, work: () => T): T =>
    described(() => credentialAction("credential_revoke", name, which), work),
};

function credentialAction(
  kind: "credential_issue" | "credential_revoke",
  name: string,
  { id, type }: CredentialName,
): RecordedAction {
  return { kind, name, resource: { id, kind: type }, mutating: true };
}

/** Whoever writes no types may give anything: what can't be read is work that goes unseen. */
function described<T>(describe: () => RecordedAction, work: () => T): T {
  let action: RecordedAction;
  try {
    action = describe();
  } catch {
    return work();
  }
  return record(action, work);
}

/** Whom work is handed to: an id, or an id with its kind and owner. */
export type Delegate = string | (Omit<ActingIdentity, "kind"> & { readonly kind?: IdentityKind });

/**
 * Hands work on to another identity: what it does says so, with the path of who handed on to whom.
 *
 * @example
 * const answer = await delegate("agent:researcher", () => researcher.answer(question));
 */
export function delegate<T>(to: Delegate, work: () => T): T {
  let identity: ActingIdentity;
  let chain: readonly string[];
  try {
    identity = { kind: "ai_agent", ...(typeof to === "string" ? { id: to } : to) };
    chain = pathToHere();
  } catch {
    return work();
  }
  return record({ kind: "delegation", name: "delegate", resource: { id: identity.id, kind: "agent" } }, () =>
    runAs({ identity, chain }, work),
  );
}

/** Who acts for whom until now, whoever acts here last. */
function pathToHere(): readonly string[] {
  const { identity, chain = [] } = running().scope;
  const here = identity?.id ?? currentRuntime()?.identity()?.id;
  return here === undefined || chain.at(-1) === here ? chain : [...chain, here];
}
