/**
 * One span attribute we emit or read. `stored` says whether its value is kept with the action; `writtenBy` who has the say:
 * what a collector of ours stamps counts in records that it bound (header `nhi-bound`), and is not read in any other.
 */
export interface AttributeSpec {
  readonly name: string;
  readonly type: "string" | "string[]" | "int" | "boolean";
  readonly stored: boolean;
  readonly writtenBy: "sender" | "collector";
  readonly about: string;
}

const kept = (name: string, type: AttributeSpec["type"], about: string): AttributeSpec => ({
  name,
  type,
  stored: true,
  writtenBy: "sender",
  about,
});
const read = (name: string, type: AttributeSpec["type"], about: string): AttributeSpec => ({
  name,
  type,
  stored: false,
  writtenBy: "sender",
  about,
});
const stamp = (name: string, stored: boolean, about: string): AttributeSpec => ({
  name,
  type: "string",
  stored,
  writtenBy: "collector",
  about,
});

/**
 * Every attribute that counts, ours (`nhi.*`) and those of the OpenTelemetry conventions that we reuse
 * (https://opentelemetry.io/docs/specs/semconv/). An attribute that is not here is neither read nor stored; values that
 * may hold content (a URL's query, the text of a statement) are read for their shape and never stored.
 *
 * @example
 * const ours = attributes.filter((one) => one.name.startsWith("nhi."));
 */
export const attributes: readonly AttributeSpec[] = [
  read("nhi.identity.id", "string", "Canonical id of who acts; on the span or on the resource."),
  read(
    "nhi.identity.kind",
    "string",
    "ai_agent, service_account, workload, ci_job, api_key, oauth_client, bot, human or unknown.",
  ),
  read("nhi.identity.owner", "string", "The person or team who answers for the identity."),
  kept(
    "nhi.attribution.source",
    "string",
    "How the sender came to know the identity, for example jwt_verified or static_config.",
  ),
  read(
    "nhi.action.kind",
    "string",
    "One of the twelve kinds of action; its presence makes a span an action.",
  ),
  read("nhi.action.name", "string", "Low-cardinality name of the operation, for example vault.kv.read."),
  read("nhi.action.mutating", "boolean", "Whether the action changes something or sends something out."),
  kept(
    "nhi.action.risk",
    "string",
    "high where the sender says so; such spans leave first and are dropped last.",
  ),
  read("nhi.resource.id", "string", "Name of what was touched, never a value."),
  read(
    "nhi.resource.kind",
    "string",
    "secret, db_table, db, bucket, object, http_endpoint, repo, queue, file, role, tool, host, …",
  ),
  read(
    "nhi.resource.origin",
    "string",
    "Where the resource's name came from: prompt, system, tool:<operation> or none.",
  ),
  read("nhi.resources.id", "string[]", "Further resources of the same action, parallel to kind and origin."),
  read("nhi.resources.kind", "string[]", "Kinds of the further resources."),
  read("nhi.resources.origin", "string[]", "Origins of the further resources."),
  read("nhi.chain.id", "string", "Id of the attribution chain; the trace id where absent."),
  read("nhi.chain", "string[]", "Delegation path: root principal first, acting identity last."),
  kept(
    "nhi.chain.verified",
    "boolean",
    "Whether every hop of the path was proven to the sender by a signature.",
  ),
  kept("nhi.chain.depth", "int", "Hops of the path, where it is longer than what is sent of it."),
  read("nhi.session.id", "string", "The run or conversation the action belongs to."),
  read("nhi.task.id", "string", "The ticket, change or build the action serves."),
  read("nhi.step", "int", "Ordinal of the action within its session, from 0."),
  kept(
    "nhi.seq",
    "int",
    "Number of the span within its process, given as spans are handed over (at their end), so that a gap can be seen.",
  ),
  read(
    "nhi.network",
    "string",
    "Network address the identity acted from, where the span has no client.address.",
  ),
  read(
    "nhi.credential.id",
    "string",
    "Non-secret id of the credential used: jti, Vault accessor, AWS access key id or a keyed HMAC.",
  ),
  kept("nhi.credential.type", "string", "oauth_at, api_key, x509_svid, jwt_svid, vault_token, aws_sts, …"),
  read("nhi.grant.id", "string", "The grant the sender says it acts under."),
  read("nhi.approval.id", "string", "The approval the sender says it acts under."),
  read("nhi.decision.verdict", "string", "What the guard said: allow, deny or ask."),
  read("nhi.decision.outcome", "string", "What then happened: allowed, blocked, asked or observed."),
  read("nhi.decision.reason", "string", "Reason code of the guard's decision."),
  kept("nhi.args.name", "string[]", "Names of the call's arguments."),
  kept("nhi.args.origin", "string[]", "Where each argument's value came from, parallel to the names."),
  kept(
    "nhi.args.instructed",
    "string[]",
    "Names of the arguments whose value came out of an instruction-like passage of a tool's output.",
  ),
  kept(
    "nhi.args.copied",
    "int",
    "Share of the arguments' free text that was copied from tool output and is not in the prompt, in %.",
  ),
  kept("nhi.args.given", "int", "Share of the arguments' free text that is in the prompt, in %."),
  kept("nhi.action.asked", "boolean", "Whether the prompt asks for an operation of this class."),
  kept("nhi.dropped", "int", "Spans that the process has dropped so far for want of room."),
  kept("nhi.redaction.count", "int", "Secrets that were taken out of the span before it left."),
  kept("nhi.args.digest", "string", "Keyed digest of the call's arguments."),
  kept("nhi.result.bytes", "int", "Size of what came back."),
  read(
    "nhi.phase",
    "string",
    "start for a record made when the action began, end (the default) when it was over.",
  ),
  kept("user.id", "string", "The person on whose behalf it was done."),
  kept("gen_ai.operation.name", "string", "execute_tool, invoke_agent, chat, …"),
  kept("gen_ai.tool.name", "string", "Name of the tool."),
  kept("gen_ai.tool.call.id", "string", "Id of the tool call."),
  kept("gen_ai.agent.id", "string", "Id of the deployed agent."),
  kept("gen_ai.agent.name", "string", "Name of the agent."),
  kept("gen_ai.agent.version", "string", "Version of the agent."),
  read(
    "gen_ai.agent.identity.id",
    "string",
    "Authenticating identity of the agent, as proposed for the conventions.",
  ),
  kept("gen_ai.conversation.id", "string", "Id of the conversation."),
  kept("gen_ai.workflow.name", "string", "Name of the workflow."),
  kept("gen_ai.provider.name", "string", "Who serves the model."),
  kept("gen_ai.system", "string", "Old name of gen_ai.provider.name."),
  kept("gen_ai.request.model", "string", "The model asked for."),
  kept("gen_ai.response.model", "string", "The model that answered."),
  read("openinference.span.kind", "string", "Kind of span as OpenInference says it: TOOL, LLM, AGENT, …"),
  read("tool.name", "string", "Name of the tool as OpenInference says it."),
  read("traceloop.span.kind", "string", "Kind of span as OpenLLMetry says it: tool, task, agent, workflow."),
  read("traceloop.entity.name", "string", "Name of the tool or task as OpenLLMetry says it."),
  read("ai.toolCall.name", "string", "Name of the tool as the AI SDK says it."),
  read("langfuse.observation.type", "string", "Kind of span as Langfuse says it: tool, generation, agent, …"),
  kept("mcp.method.name", "string", "MCP method, for example tools/call."),
  kept("mcp.session.id", "string", "MCP session."),
  read("mcp.resource.uri", "string", "URI of an MCP resource."),
  kept("session.id", "string", "Session of the application."),
  kept("service.name", "string", "Name of the service."),
  kept("service.namespace", "string", "Namespace of the service."),
  kept("service.version", "string", "Version of the service."),
  kept("service.instance.id", "string", "One process of the service; what nhi.seq counts within."),
  kept("deployment.environment.name", "string", "Environment, for example production."),
  kept("host.name", "string", "Host."),
  read("process.pid", "int", "With the host, the process where there is no service.instance.id."),
  kept("k8s.namespace.name", "string", "Kubernetes namespace."),
  kept("k8s.pod.name", "string", "Kubernetes pod."),
  kept("k8s.deployment.name", "string", "Kubernetes deployment."),
  kept("k8s.statefulset.name", "string", "Kubernetes stateful set."),
  kept("k8s.daemonset.name", "string", "Kubernetes daemon set."),
  kept("k8s.cronjob.name", "string", "Kubernetes cron job."),
  kept("k8s.job.name", "string", "Kubernetes job."),
  kept("cloud.provider", "string", "Cloud."),
  kept("cloud.account.id", "string", "Account in the cloud."),
  kept("cloud.region", "string", "Region in the cloud."),
  kept("cicd.pipeline.name", "string", "Pipeline."),
  kept("cicd.pipeline.run.id", "string", "Run of the pipeline."),
  kept("vcs.repository.name", "string", "Repository."),
  kept("client.address", "string", "Where a recorded call came from."),
  read("http.client_ip", "string", "Old name of client.address."),
  kept("server.address", "string", "Host that was called."),
  read("net.peer.name", "string", "Old name of server.address."),
  kept("http.request.method", "string", "HTTP method."),
  read("http.method", "string", "Old name of http.request.method."),
  kept("http.response.status_code", "int", "HTTP status."),
  read("url.full", "string", "URL; read for its shape only."),
  read("http.url", "string", "Old name of url.full."),
  kept("db.system.name", "string", "Database system."),
  read("db.system", "string", "Old name of db.system.name."),
  kept("db.namespace", "string", "Database."),
  read("db.name", "string", "Old name of db.namespace."),
  kept("db.collection.name", "string", "Table or collection."),
  read("db.sql.table", "string", "Old name of db.collection.name."),
  read("db.mongodb.collection", "string", "Old name of db.collection.name."),
  kept("db.operation.name", "string", "Operation, for example SELECT."),
  read("db.operation", "string", "Old name of db.operation.name."),
  kept("rpc.system", "string", "RPC system, for example aws-api."),
  kept("rpc.system.name", "string", "New name of rpc.system."),
  kept("rpc.service", "string", "RPC service."),
  kept("rpc.method", "string", "RPC method."),
  kept("aws.secretsmanager.secret.arn", "string", "ARN of the secret that was read."),
  kept("aws.s3.bucket", "string", "Bucket."),
  kept("aws.request_id", "string", "Id of the AWS request."),
  read("tls.client.subject", "string", "Subject of the client's certificate."),
  kept("error.type", "string", "Class of the error; denied when a policy refused the action."),
  stamp(
    "nhi.bound.id",
    false,
    "The identity that a collector bound the span to; without it the others say nothing.",
  ),
  stamp("nhi.bound.kind", false, "Its kind, a word of nhi.identity.kind."),
  stamp("nhi.bound.strength", false, "How well it is known: verified, claimed or inferred."),
  stamp("nhi.bound.rule", false, "Id of the rule that named it."),
  stamp("nhi.bound.client", true, "The proven identity of the sender, where there is a proof."),
  stamp("nhi.bound.contradicted", true, "The identity that the sender claimed and may not speak for."),
];
