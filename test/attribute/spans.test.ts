/**
 * Goal: spans of other people's libraries are recognised without our SDK, under current and old names.
 * Method: a table of spans as those libraries emit them, and who did what by the shipped attribution table.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { attribute, type AttributedAction } from "../../detector/attribute/action.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { spanWith } from "../support/build.ts";
import { repositoryRoot } from "../support/repository.ts";

const attributor = shippedAttributor();
const nobody = { tenant: "default", source: "", verified: new Set<string>() };

interface SpanCase {
  readonly name: string;
  readonly span: Parameters<typeof spanWith>[0];
  /** undefined: the span is no action. */
  readonly is: Partial<AttributedAction> | undefined;
}

const service = { "service.name": "shop", "service.namespace": "acme" };
const aws = (more: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({ "rpc.system": "aws-api", ...more });
const awsNew = (method: string): Readonly<Record<string, string>> => ({ "rpc.system.name": "aws-api", "rpc.method": method });
const resource = (id: string, kind: string): Partial<AttributedAction> => ({ resources: [{ id, kind, origin: "" }] });

const spans: readonly SpanCase[] = [
  {
    name: "OpenTelemetry GenAI: a tool call",
    span: { kind: "internal", attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "get_weather", "gen_ai.agent.name": "travel" } },
    is: { rule: "gen_ai.execute_tool", kind: "tool_call", operation: "get_weather", identityId: "agent:travel", identityKind: "ai_agent", strength: "inferred", resources: [], mutating: false },
  },
  {
    name: "OpenTelemetry GenAI: a tool call that names its tool in the span's name alone",
    span: { name: "execute_tool get_weather", attributes: { "gen_ai.operation.name": "execute_tool" } },
    is: { rule: "gen_ai.execute_tool", operation: "get_weather" },
  },
  {
    name: "OpenTelemetry GenAI: a model call",
    span: { attributes: { "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5" } },
    is: { rule: "gen_ai.model", kind: "model_call", operation: "chat", ...resource("gpt-5", "model"), mutating: false },
  },
  {
    name: "OpenTelemetry GenAI before 1.37: the provider was the system",
    span: { attributes: { "gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.response.model": "gpt-4" } },
    is: { rule: "gen_ai.model", ...resource("gpt-4", "model"), attributes: { "gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.response.model": "gpt-4" } },
  },
  {
    name: "OpenTelemetry GenAI: an agent's run, its id before its name",
    span: { attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.id": "asst_1", "gen_ai.agent.name": "travel" } },
    is: { rule: "gen_ai.agent", kind: "agent_run", operation: "invoke_agent", identityId: "agent:asst_1", identityRule: "gen_ai.agent", ...resource("travel", "agent") },
  },
  {
    name: "the proposed identity of an agent goes before its name",
    span: { attributes: { "gen_ai.operation.name": "chat", "gen_ai.agent.identity.id": "oauth:acme#travel", "gen_ai.agent.name": "travel" } },
    is: { identityId: "oauth:acme#travel", strength: "claimed", identityRule: "gen_ai.agent.identity" },
  },
  {
    name: "OpenInference: a tool",
    span: { name: "weather", attributes: { "openinference.span.kind": "TOOL", "tool.name": "get_weather" } },
    is: { rule: "openinference.tool", kind: "tool_call", operation: "get_weather" },
  },
  {
    name: "OpenLLMetry: a tool",
    span: { name: "get_weather.tool", attributes: { "traceloop.span.kind": "tool", "traceloop.entity.name": "get_weather" } },
    is: { rule: "traceloop.tool", operation: "get_weather" },
  },
  {
    name: "AI SDK: a tool",
    span: { name: "ai.toolCall", attributes: { "ai.toolCall.name": "get_weather" } },
    is: { rule: "vercel.tool", operation: "get_weather" },
  },
  {
    name: "Langfuse: a tool",
    span: { name: "get_weather", attributes: { "langfuse.observation.type": "tool" } },
    is: { rule: "langfuse.tool", operation: "get_weather" },
  },
  {
    name: "MCP client: a tool call",
    span: { name: "tools/call search", kind: "client", attributes: { "mcp.method.name": "tools/call", "gen_ai.tool.name": "search", "mcp.session.id": "m1" } },
    is: { rule: "mcp.tools_call", kind: "tool_call", operation: "search", sessionId: "m1" },
  },
  {
    name: "MCP client: a resource is named by its shape",
    span: { kind: "client", attributes: { "mcp.method.name": "resources/read", "mcp.resource.uri": "file:///home/ana/notes.txt?rev=2" } },
    is: { rule: "mcp.resources_read", kind: "resource_access", ...resource("file:///home/ana/notes.txt", "mcp_resource") },
  },
  { name: "MCP server: the other side of a call is no action of ours", span: { kind: "server", attributes: { "mcp.method.name": "tools/call" } }, is: undefined },
  {
    name: "database: a read",
    span: { attributes: { "db.system.name": "postgresql", "db.operation.name": "SELECT", "server.address": "db1", "db.namespace": "crm", "db.collection.name": "customers" }, resource: service },
    is: { rule: "db", kind: "resource_access", operation: "db.select", ...resource("postgresql://db1/crm/customers", "db"), mutating: false, identityId: "svc:acme/shop", identityKind: "workload" },
  },
  {
    name: "database, old names: the same read",
    span: { attributes: { "db.system": "postgresql", "db.operation": "SELECT", "net.peer.name": "db1", "db.name": "crm", "db.sql.table": "customers" } },
    is: { rule: "db", operation: "db.select", ...resource("postgresql://db1/crm/customers", "db"), mutating: false },
  },
  {
    name: "database: a write",
    span: { attributes: { "db.system.name": "mysql", "db.operation.name": "delete", "server.address": "db1", "db.namespace": "crm" } },
    is: { rule: "db", operation: "db.delete", ...resource("mysql://db1/crm", "db"), mutating: true },
  },
  {
    name: "database, old names: a Mongo collection",
    span: { attributes: { "db.system": "mongodb", "db.operation": "insert", "net.peer.name": "db1", "db.name": "crm", "db.mongodb.collection": "customers" } },
    is: { rule: "db", ...resource("mongodb://db1/crm/customers", "db"), mutating: true },
  },
  {
    name: "database: a grant of rights",
    span: { attributes: { "db.system.name": "postgresql", "db.operation.name": "GRANT", "server.address": "db1", "db.namespace": "crm" } },
    is: { rule: "db.permission", kind: "permission_change", operation: "db.grant", ...resource("postgresql://db1/crm", "db"), mutating: true },
  },
  { name: "database: an operation it does not say", span: { attributes: { "db.system.name": "redis" } }, is: { rule: "db", operation: "db.query", ...resource("redis", "db"), mutating: false } },
  {
    name: "HTTP: a read",
    span: { attributes: { "http.request.method": "GET", "url.full": "https://api.acme.example/v1/users/4711?token=x" } },
    is: { rule: "http", kind: "resource_access", operation: "http.get", ...resource("https://api.acme.example/v1/users/*", "http_endpoint"), mutating: false },
  },
  {
    name: "HTTP, old names: a write",
    span: { attributes: { "http.method": "POST", "http.url": "https://api.acme.example/v1/users" } },
    is: { rule: "http", operation: "http.post", ...resource("https://api.acme.example/v1/users", "http_endpoint"), mutating: true },
  },
  { name: "HTTP: a request that came in", span: { kind: "server", attributes: { "http.request.method": "GET" } }, is: undefined },
  {
    name: "Vault over HTTP: a secret is read",
    span: { attributes: { "http.request.method": "GET", "url.full": "https://vault.acme.example:8200/v1/kv/data/prod/db?version=3" } },
    is: { rule: "http.vault.read", kind: "secret_read", operation: "vault.kv.read", ...resource("https://vault.acme.example:8200/v1/kv/data/prod/db", "secret") },
  },
  {
    name: "Vault over HTTP, old names",
    span: { attributes: { "http.method": "GET", "http.url": "https://vault:8200/v1/kv/data/prod/db" } },
    is: { rule: "http.vault.read", kind: "secret_read" },
  },
  {
    name: "a path in a query is no Vault",
    span: { attributes: { "http.request.method": "GET", "url.full": "https://api.acme.example/x?next=/v1/kv/data/prod" } },
    is: { rule: "http", kind: "resource_access" },
  },
  {
    name: "gRPC",
    span: { attributes: { "rpc.system": "grpc", "rpc.service": "acme.Users", "rpc.method": "Get", "server.address": "users" } },
    is: { rule: "rpc", operation: "acme.Users/Get", ...resource("users/acme.Users", "rpc_service") },
  },
  {
    name: "gRPC, new names: the same call",
    span: { attributes: { "rpc.system.name": "grpc", "rpc.method": "acme.Users/Get", "server.address": "users" } },
    is: { rule: "rpc", operation: "acme.Users/Get", ...resource("users/acme.Users", "rpc_service") },
  },
  {
    name: "AWS: a call to a service",
    span: { attributes: aws({ "rpc.service": "S3", "rpc.method": "PutObject", "aws.s3.bucket": "backups" }) },
    is: { rule: "aws.api", kind: "resource_access", operation: "S3.PutObject", ...resource("s3://backups", "cloud_api"), mutating: true },
  },
  { name: "AWS, new names: the same call", span: { attributes: { ...awsNew("S3/PutObject"), "aws.s3.bucket": "backups" } }, is: { rule: "aws.api", operation: "S3.PutObject", ...resource("s3://backups", "cloud_api"), mutating: true } },
  { name: "AWS: a read", span: { attributes: aws({ "rpc.service": "EC2", "rpc.method": "DescribeInstances" }) }, is: { rule: "aws.api", ...resource("EC2", "cloud_api"), mutating: false } },
  { name: "AWS, new names: a read", span: { attributes: awsNew("EC2/DescribeInstances") }, is: { rule: "aws.api", operation: "EC2.DescribeInstances", ...resource("EC2", "cloud_api"), mutating: false } },
  {
    name: "Secrets Manager: a secret is read",
    span: { attributes: aws({ "rpc.service": "SecretsManager", "rpc.method": "GetSecretValue", "aws.secretsmanager.secret.arn": "arn:aws:secretsmanager:eu:1:secret:db" }) },
    is: { rule: "aws.secretsmanager.read", kind: "secret_read", operation: "SecretsManager.GetSecretValue", ...resource("arn:aws:secretsmanager:eu:1:secret:db", "secret") },
  },
  { name: "Secrets Manager, new names", span: { attributes: awsNew("SecretsManager/GetSecretValue") }, is: { rule: "aws.secretsmanager.read", kind: "secret_read", operation: "SecretsManager.GetSecretValue" } },
  { name: "Secrets Manager: a list of names is no read", span: { attributes: aws({ "rpc.service": "SecretsManager", "rpc.method": "ListSecrets" }) }, is: { rule: "aws.api", kind: "resource_access" } },
  { name: "SSM: a parameter is read", span: { attributes: aws({ "rpc.service": "SSM", "rpc.method": "GetParametersByPath" }) }, is: { rule: "aws.secret.read", kind: "secret_read", operation: "SSM.GetParametersByPath" } },
  { name: "KMS, new names: something is decrypted", span: { attributes: awsNew("KMS/Decrypt") }, is: { rule: "aws.secret.read", kind: "secret_read", operation: "KMS.Decrypt" } },
  { name: "STS: a credential is issued", span: { attributes: aws({ "rpc.service": "STS", "rpc.method": "AssumeRoleWithWebIdentity" }) }, is: { rule: "aws.sts.issue", kind: "credential_issue", operation: "STS.AssumeRoleWithWebIdentity", mutating: true } },
  { name: "STS, new names", span: { attributes: awsNew("STS/AssumeRole") }, is: { rule: "aws.sts.issue", kind: "credential_issue", operation: "STS.AssumeRole", mutating: true } },
  { name: "STS: asking who one is issues nothing", span: { attributes: aws({ "rpc.service": "STS", "rpc.method": "GetCallerIdentity" }) }, is: { rule: "aws.api", kind: "resource_access", mutating: false } },
  { name: "IAM: rights are changed", span: { attributes: aws({ "rpc.service": "IAM", "rpc.method": "AttachRolePolicy" }) }, is: { rule: "aws.iam.change", kind: "permission_change", operation: "IAM.AttachRolePolicy", mutating: true } },
  { name: "IAM, new names", span: { attributes: awsNew("IAM/CreateAccessKey") }, is: { rule: "aws.iam.change", kind: "permission_change", operation: "IAM.CreateAccessKey", mutating: true } },
  { name: "IAM: a list changes nothing", span: { attributes: aws({ "rpc.service": "IAM", "rpc.method": "ListRoles" }) }, is: { rule: "aws.api", mutating: false } },
  {
    name: "what nhi.* says goes before everything else",
    span: {
      attributes: {
        "nhi.action.kind": "secret_read",
        "nhi.action.name": "vault.read",
        "nhi.identity.id": "agent:triage",
        "nhi.identity.kind": "ai_agent",
        "nhi.resource.id": "kv/app",
        "nhi.resource.kind": "secret",
        "nhi.action.mutating": false,
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "read",
        "gen_ai.agent.name": "other",
        "gen_ai.agent.identity.id": "other",
      },
      resource: service,
    },
    is: { rule: "nhi", kind: "secret_read", operation: "vault.read", identityId: "agent:triage", identityRule: "nhi", strength: "claimed", ...resource("kv/app", "secret"), mutating: false },
  },
  {
    name: "a kind of action that is not in the contract falls through to the next rule",
    span: { attributes: { "nhi.action.kind": "time_travel", "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "jump" } },
    is: { rule: "gen_ai.execute_tool", kind: "tool_call", operation: "jump" },
  },
  { name: "and is no action when there is no other", span: { attributes: { "nhi.action.kind": "time_travel" } }, is: undefined },
  { name: "a kind of identity that is not in the contract is unknown", span: { attributes: { "nhi.action.kind": "exec", "nhi.identity.id": "x", "nhi.identity.kind": "robot" } }, is: { identityId: "x", identityKind: "unknown" } },
  { name: "what a span says goes before what its resource says", span: { attributes: { "nhi.action.kind": "exec", "service.name": "inner" }, resource: { "service.name": "outer" } }, is: { identityId: "svc:inner" } },
  { name: "an empty value counts as absent", span: { attributes: { "nhi.action.kind": "exec", "nhi.identity.id": "" }, resource: service }, is: { identityId: "svc:acme/shop" } },
  { name: "a SPIFFE id from the certificate", span: { attributes: { "nhi.action.kind": "exec", "tls.client.subject": "spiffe://acme/ns/prod/sa/triage" } }, is: { identityId: "spiffe://acme/ns/prod/sa/triage", identityRule: "spiffe", identityKind: "workload" } },
  { name: "another subject is no identity", span: { attributes: { "nhi.action.kind": "exec", "tls.client.subject": "CN=x" } }, is: { identityId: "unknown", identityRule: "none" } },
  { name: "a pipeline", span: { attributes: { "nhi.action.kind": "exec" }, resource: { "cicd.pipeline.name": "deploy", "vcs.repository.name": "shop", "cicd.pipeline.run.id": "77" } }, is: { identityId: "ci:shop/deploy", identityKind: "ci_job", strength: "inferred", sessionId: "77" } },
  { name: "a Kubernetes workload", span: { attributes: { "nhi.action.kind": "exec" }, resource: { "k8s.namespace.name": "prod", "k8s.cronjob.name": "backup", "service.name": "b" } }, is: { identityId: "k8s:prod/backup", identityRule: "k8s" } },
  { name: "a namespace alone names no workload", span: { attributes: { "nhi.action.kind": "exec" }, resource: { "k8s.namespace.name": "prod", "service.name": "b" } }, is: { identityId: "svc:b", identityRule: "service" } },
  { name: "a span that nothing recognises", span: { attributes: { "thread.id": "1" }, resource: service }, is: undefined },
];

describe("a span", () => {
  test.each(spans)("$name", ({ span, is }) => {
    const attributed = attribute(spanWith(span), nobody, attributor);
    if (is === undefined) expect(attributed).toEqual({ kind: "no_action" });
    else expect(attributed).toMatchObject({ kind: "action", action: is });
  });
});

test("every rule of the table is met by a span above", () => {
  const table = JSON.parse(readFileSync(join(repositoryRoot, "schemas/attribution.json"), "utf8")) as Record<"identities" | "actions", { id: string }[]>;
  const met = spans.flatMap(({ span }) => {
    const attributed = attribute(spanWith(span), nobody, attributor);
    return attributed.kind === "action" ? [attributed.action.rule, attributed.action.identityRule] : [];
  });
  expect([...table.identities, ...table.actions].map((rule) => rule.id).filter((id) => !met.includes(id))).toEqual([]);
});
