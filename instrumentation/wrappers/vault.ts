import type { RecordedAction } from "../action/span-model.ts";
import { environment, textOf } from "../environment.ts";
import { urlShape } from "../redact/url-shape.ts";
import type { OutgoingRequest } from "./http-action.ts";
import { type VaultOperation, vaultOperations } from "./vault-operations.ts";

/**
 * The action that a request to HashiCorp Vault (or OpenBao) is; undefined of all other requests. The resource is the path
 * as Vault's policies write it: below its namespace, without host and `/v1/`. Never the token.
 */
export function vaultAction(request: OutgoingRequest): RecordedAction | undefined {
  const [, path] = /^[^:]+:\/\/[^/?#]*\/v1\/([^?#]+)/u.exec(request.url) ?? [];
  if (path === undefined || !isVault(request, path)) return undefined;
  const operation = operationOf(request, path);
  if (operation === undefined) return undefined;
  const { kind, name, resource, mutating } = operation;
  const namespace = request.header("x-vault-namespace")?.replaceAll(/^\/+|\/+$/gu, "");
  const id = urlShape(namespace === undefined || namespace === "" ? path : `${namespace}/${path}`);
  return { kind, name, resource: { id, kind: resource }, mutating };
}

/** Its clients send one of these headers with each request. */
const headers = ["x-vault-token", "x-vault-request", "x-vault-namespace"];
/** What nothing but its key-value store looks like. */
const keyValue = /^[^/]+(?:\/[^/]+)*\/data\/./u;
/** How one logs in; who does has no token to send yet. */
const login = /^auth\/(?:approle|kubernetes|jwt|userpass|ldap|aws|gcp|azure|cert)\/login(?:\/|$)/u;

function isVault(request: OutgoingRequest, path: string): boolean {
  if (headers.some((name) => request.header(name) !== undefined)) return true;
  if (request.host === configuredHost()) return true;
  return request.method === "GET" ? keyValue.test(path) : login.test(path);
}

let configured: { readonly address: string | undefined; readonly host: string | undefined } | undefined;

function configuredHost(): string | undefined {
  const address = textOf(environment(), "VAULT_ADDR");
  if (configured === undefined || configured.address !== address)
    configured = {
      address,
      host: address !== undefined && URL.canParse(address) ? new URL(address).host : undefined,
    };
  return configured.host;
}

function operationOf({ method, url }: OutgoingRequest, path: string): VaultOperation | undefined {
  // A list is a method of Vault's own, or a GET that says so.
  const isList = method === "LIST" || (method === "GET" && /[?&]list=true(?:&|$)/u.test(url));
  const verb = isList ? "list" : verbs.get(method);
  return vaultOperations.find(
    ({ verbs: those, path: shape }) => those.some((one) => one === verb) && shape.test(path),
  );
}

const verbs: ReadonlyMap<string, "read" | "write" | "delete"> = new Map([
  ["GET", "read"],
  ["HEAD", "read"],
  ["POST", "write"],
  ["PUT", "write"],
  ["PATCH", "write"],
  ["DELETE", "delete"],
] as const);
