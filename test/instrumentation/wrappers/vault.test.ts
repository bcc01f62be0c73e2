/**
 * Goal: what is asked of Vault is named by what it does, whoever asks: secrets read and written, credentials issued and
 * revoked, policies changed. Never the token, never a secret.
 * Method: node-vault and fetch against a double that answers as Vault's documentation of its HTTP interface shows; the
 * table by itself.
 */
import { readFileSync } from "node:fs";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { NodeSDK, tracing } from "@opentelemetry/sdk-node";
import nodeVault from "node-vault";
import { fetchWrapper } from "../../../instrumentation/wrappers/fetch.ts";
import { httpWrapper } from "../../../instrumentation/wrappers/http.ts";
import { vaultAction } from "../../../instrumentation/wrappers/vault.ts";
import { type HttpDouble, httpDouble } from "../../support/http-double.ts";
import { repositoryRoot } from "../../support/repository.ts";
import { actionsOf, install, watchedRun } from "../../support/wrapped-run.ts";
import { type Use, wrapperContract } from "../../support/wrapper-contract.ts";

interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

const file = join(repositoryRoot, "test/instrumentation/wrappers/recordings/vault.json");
const recorded = JSON.parse(readFileSync(file, "utf8")) as readonly Recorded[];
const token =
  "hvs.CAESIJ1rkYtK8nB0ZQ3xv5mTq7gLwA2sD4fG6hJ8kL0zXcVbGh4KHGh2cy5aYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo";
const secrets = [
  token,
  "s3cr3t-db-password-of-production",
  "role-secret-id",
  "czNjcjN0",
  "3pT8xyzAccessor",
  "permission denied",
];

function vaultDouble(): Promise<HttpDouble> {
  return httpDouble((request: IncomingMessage, response) => {
    const found = recorded.find(({ method, path }) => method === request.method && path === request.url);
    response.writeHead(found?.status ?? 404, { "content-type": "application/json" });
    response.end(found?.body == null ? undefined : JSON.stringify(found.body));
  });
}

const start = async (): Promise<{ world: string; stop: () => Promise<void> }> => {
  const { url, stop } = await vaultDouble();
  return { world: url, stop };
};

const expected = (kind: string, name: string, id: string): Record<string, string> => ({
  "nhi.action.kind": kind,
  "nhi.action.name": name,
  "nhi.resource.id": id,
});

const throughLibrary: Use<string> = {
  name: "node-vault, from login to revocation",
  run: async (see, url) => {
    const vault = nodeVault({ endpoint: url });
    see("login", await vault.approleLogin({ role_id: "app", secret_id: "role-secret-id" }));
    see("token", vault.token);
    see("read", await vault.read("kv/data/prod/db"));
    see("write", await vault.write("kv/data/prod/db", { data: { password: secrets[1] } }));
    see("delete", await vault.delete("kv/data/prod/db"));
    see("policy", await vault.addPolicy({ name: "app", rules: "path" }).catch((error: unknown) => error));
    await vault.read("kv/data/denied").catch((error: unknown) => see("denied", error));
    see("revoked", await vault.tokenRevokeSelf());
  },
  actions: [
    expected("credential_issue", "vault.auth.login", "auth/approle/login"),
    expected("secret_read", "vault.kv.read", "kv/data/prod/db"),
    expected("secret_write", "vault.kv.write", "kv/data/prod/db"),
    expected("secret_write", "vault.kv.delete", "kv/data/prod/db"),
    expected("permission_change", "vault.policy.write", "sys/policy/app"),
    { ...expected("secret_read", "vault.kv.read", "kv/data/denied"), "error.type": "403" },
    expected("credential_revoke", "vault.token.revoke", "auth/token/revoke-self"),
  ],
  secrets,
};

const throughFetch: Use<string> = {
  name: "fetch, with and without Vault's headers",
  run: async (see, url) => {
    const headers = { "x-vault-token": token, "x-vault-namespace": "/team-a/" };
    for (const [method, path] of [
      ["GET", "/v1/kv/data/prod/db"],
      ["GET", "/v1/kv/metadata/prod?list=true"],
      ["GET", "/v1/database/creds/readonly"],
      ["PUT", "/v1/sys/policies/acl/app"],
      ["PUT", "/v1/sys/leases/revoke"],
      ["POST", "/v1/transit/decrypt/orders"],
    ] as const)
      see(path, await (await fetch(`${url}${path}`, { method, headers })).text());
    see("no header", await (await fetch(`${url}/v1/kv/data/prod/db`)).json());
  },
  actions: [
    expected("secret_read", "vault.kv.read", "team-a/kv/data/prod/db"),
    expected("resource_access", "vault.kv.list", "team-a/kv/metadata/prod"),
    expected("credential_issue", "vault.creds.issue", "team-a/database/creds/readonly"),
    expected("permission_change", "vault.policy.write", "team-a/sys/policies/acl/app"),
    expected("credential_revoke", "vault.lease.revoke", "team-a/sys/leases/revoke"),
    expected("secret_read", "vault.transit.decrypt", "team-a/transit/decrypt/orders"),
    expected("secret_read", "vault.kv.read", "kv/data/prod/db"),
  ],
  secrets,
};

describe("through node-vault", () => {
  wrapperContract<string>({
    wrapper: httpWrapper,
    start,
    touches: () => [http, https],
    uses: [throughLibrary],
    app: {
      modules: { vault: "node-vault" },
      body: (url) => `
        const open = (vault.default ?? vault)({ endpoint: "${url}", token: "${token}" });
        console.log(JSON.stringify(await open.read("kv/data/prod/db")));`,
      actions: [["secret_read", "vault.kv.read"]],
    },
  });
});

describe("through fetch", () => {
  wrapperContract<string>({
    wrapper: fetchWrapper,
    start,
    touches: () => [globalThis],
    uses: [throughFetch],
    app: {
      modules: {},
      body: (url) => `console.log(await (await fetch("${url}/v1/kv/data/prod/db")).text());`,
      actions: [["secret_read", "vault.kv.read"]],
    },
  });
});

test("a span of OpenTelemetry's own says what it is to Vault", async () => {
  const double = await vaultDouble();
  const theirs = new UndiciInstrumentation();
  const sdk = new NodeSDK({
    spanProcessors: [new tracing.SimpleSpanProcessor(new tracing.InMemorySpanExporter())],
    instrumentations: [theirs],
    autoDetectResources: false,
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  const undo = install(fetchWrapper, []);
  const left = await watchedRun(async () => {
    await fetch(`${double.url}/v1/auth/approle/login`, {
      method: "POST",
      headers: { "x-vault-request": "true" },
    });
  });
  undo();
  // Its ears are the process's, which other tests share.
  theirs.disable();
  await sdk.shutdown();
  await double.stop();
  const actions = actionsOf(left);
  expect(actions).toHaveLength(1);
  expect(actions[0]).toMatchObject({
    scope: { name: "@opentelemetry/instrumentation-undici" },
    attributes: expected("credential_issue", "vault.auth.login", "auth/approle/login"),
  });
});

/** Method, path behind /v1/, and what it is: kind and operation. */
const table: readonly (readonly [string, string, string, string])[] = [
  ["LIST", "kv/metadata/prod", "resource_access", "vault.kv.list"],
  ["GET", "secret/prod/db", "secret_read", "vault.kv.read"],
  ["PUT", "secret/prod/db", "secret_write", "vault.kv.write"],
  ["GET", "kv/data/config/creds/roles/x", "secret_read", "vault.kv.read"],
  ["PUT", "kv/data/config/x", "secret_write", "vault.kv.write"],
  ["POST", "kv/destroy/prod/db", "secret_write", "vault.kv.delete"],
  ["DELETE", "kv/metadata/prod/db", "secret_write", "vault.kv.delete"],
  ["POST", "auth/token/create-orphan", "credential_issue", "vault.token.create"],
  ["POST", "auth/token/revoke-accessor", "credential_revoke", "vault.token.revoke"],
  ["POST", "auth/userpass/login/ana", "credential_issue", "vault.auth.login"],
  ["POST", "auth/approle/role/app/secret-id", "credential_issue", "vault.approle.secret_id"],
  ["POST", "auth/approle/role/app", "permission_change", "vault.auth.change"],
  ["GET", "auth/approle/role/app", "resource_access", "vault.auth.read"],
  ["DELETE", "sys/policies/acl/app", "permission_change", "vault.policy.delete"],
  ["POST", "sys/auth/github", "permission_change", "vault.sys.change"],
  ["POST", "sys/generate-root/attempt", "credential_issue", "vault.root.generate"],
  ["GET", "sys/health", "resource_access", "vault.sys.read"],
  ["POST", "sys/wrapping/unwrap", "secret_read", "vault.unwrap"],
  ["GET", "aws/sts/deploy", "credential_issue", "vault.creds.issue"],
  ["POST", "pki/issue/web", "credential_issue", "vault.certificate.issue"],
  ["POST", "transit/encrypt/orders", "resource_access", "vault.transit.use"],
  ["POST", "database/roles/readonly", "permission_change", "vault.role.change"],
  ["POST", "identity/entity", "permission_change", "vault.identity.change"],
];

test.each(table)("%s %s is %s %s", (method, path, kind, name) => {
  const request = {
    method,
    url: `https://vault.acme.example:8200/v1/${path}`,
    host: "vault.acme.example:8200",
    header: (header: string) => (header === "x-vault-request" ? "true" : undefined),
    add: () => undefined,
  };
  expect(vaultAction(request)).toMatchObject({ kind, name, resource: { id: path } });
});

test.each([
  ["GET", "https://api.acme.example/v1/users/7"],
  ["GET", "https://api.acme.example/v2/kv/data/x"],
  ["POST", "https://api.acme.example/v1/kv/data/x"],
])("%s %s is nobody's Vault", (method, url) => {
  expect(
    vaultAction({ method, url, host: "api.acme.example", header: () => undefined, add: () => undefined }),
  ).toBeUndefined();
});
