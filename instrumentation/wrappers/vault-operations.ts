import type { ActionKind } from "../../schemas/index.ts";

/** What a request to Vault means. */
export interface VaultOperation {
  readonly verbs: readonly ("read" | "list" | "write" | "delete")[];
  /** Of the path behind `/v1/`. */
  readonly path: RegExp;
  readonly kind: ActionKind;
  readonly name: string;
  /** Kind of the resource. */
  readonly resource: string;
  readonly mutating: boolean;
}

const write = ["write"] as const;
const remove = ["delete"] as const;
const change = ["write", "delete"] as const;
const look = ["read", "list"] as const;
const all = ["read", "list", "write", "delete"] as const;

function operation(
  verbs: VaultOperation["verbs"],
  path: RegExp,
  kind: ActionKind,
  name: string,
  resource: string,
  mutating = kind !== "secret_read" && kind !== "resource_access",
): VaultOperation {
  return { verbs, path, kind, name, resource, mutating };
}

/**
 * Vault's HTTP interface (https://developer.hashicorp.com/vault/api-docs) by what its requests do; the first that fits
 * counts. Engines can be mounted anywhere, so what isn't known by its words is a key-value store of version 1; one of those
 * whose secrets lie below `creds/`, `config/` and the like is taken for another engine.
 */
export const vaultOperations: readonly VaultOperation[] = [
  operation(write, /^auth\/token\/create/u, "credential_issue", "vault.token.create", "vault_token"),
  operation(write, /^auth\/token\/renew/u, "credential_issue", "vault.token.renew", "vault_token"),
  operation(write, /^auth\/token\/revoke/u, "credential_revoke", "vault.token.revoke", "vault_token"),
  operation(all, /^auth\/token\/lookup/u, "resource_access", "vault.token.lookup", "vault_token"),
  operation(write, /^auth\/.+\/login(?:\/|$)/u, "credential_issue", "vault.auth.login", "vault_token"),
  operation(
    write,
    /^auth\/.+\/secret-id$/u,
    "credential_issue",
    "vault.approle.secret_id",
    "vault_secret_id",
  ),
  operation(change, /^auth\//u, "permission_change", "vault.auth.change", "role"),
  operation(look, /^auth\//u, "resource_access", "vault.auth.read", "role"),
  operation(write, /^sys\/(?:leases\/)?renew/u, "credential_issue", "vault.lease.renew", "vault_lease"),
  operation(write, /^sys\/(?:leases\/)?revoke/u, "credential_revoke", "vault.lease.revoke", "vault_lease"),
  operation(write, /^sys\/polic(?:y|ies)\//u, "permission_change", "vault.policy.write", "policy"),
  operation(remove, /^sys\/polic(?:y|ies)\//u, "permission_change", "vault.policy.delete", "policy"),
  operation(look, /^sys\/polic(?:y|ies)/u, "resource_access", "vault.policy.read", "policy"),
  operation(all, /^sys\/wrapping\/unwrap$/u, "secret_read", "vault.unwrap", "secret"),
  operation(
    write,
    /^sys\/(?:wrapping|tools|capabilities)/u,
    "resource_access",
    "vault.sys.use",
    "vault_system",
  ),
  operation(
    change,
    /^sys\/(?:auth|mounts|remount|audit|namespaces)/u,
    "permission_change",
    "vault.sys.change",
    "vault_system",
  ),
  operation(write, /^sys\/(?:init|generate-root)/u, "credential_issue", "vault.root.generate", "vault_token"),
  operation(change, /^sys\//u, "resource_access", "vault.sys.change", "vault_system", true),
  operation(look, /^sys\//u, "resource_access", "vault.sys.read", "vault_system"),
  operation(
    change,
    /^identity\/(?:entity|group|oidc)/u,
    "permission_change",
    "vault.identity.change",
    "identity",
  ),
  operation(all, /^identity\//u, "resource_access", "vault.identity.read", "identity"),
  operation(["read"], /\/data\/./u, "secret_read", "vault.kv.read", "secret"),
  operation(write, /\/data\/./u, "secret_write", "vault.kv.write", "secret"),
  operation(remove, /\/data\/./u, "secret_write", "vault.kv.delete", "secret"),
  operation(look, /\/(?:metadata|subkeys)(?:\/|$)/u, "resource_access", "vault.kv.list", "secret"),
  operation(
    ["read", "write"],
    /\/(?:creds|sts)\/[^/]+$/u,
    "credential_issue",
    "vault.creds.issue",
    "vault_lease",
  ),
  operation(
    write,
    /\/(?:issue|sign|sign-verbatim)\/[^/]+$/u,
    "credential_issue",
    "vault.certificate.issue",
    "certificate",
  ),
  operation(write, /\/decrypt\/[^/]+$/u, "secret_read", "vault.transit.decrypt", "encryption_key"),
  operation(["read"], /\/export\/[^/]+-key\//u, "secret_read", "vault.transit.export", "encryption_key"),
  operation(
    write,
    /\/(?:encrypt|rewrap|sign|verify|hmac|datakey)\//u,
    "resource_access",
    "vault.transit.use",
    "encryption_key",
  ),
  operation(change, /^(?:.+\/)?(?:roles?|config)\/[^/]+$/u, "permission_change", "vault.role.change", "role"),
  operation(["list"], /./u, "resource_access", "vault.kv.list", "secret"),
  operation(["read"], /./u, "secret_read", "vault.kv.read", "secret"),
  operation(write, /\/(?:un)?delete\/|\/destroy\//u, "secret_write", "vault.kv.delete", "secret"),
  operation(write, /./u, "secret_write", "vault.kv.write", "secret"),
  operation(remove, /./u, "secret_write", "vault.kv.delete", "secret"),
];
