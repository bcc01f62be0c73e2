"""What is recorded: a program, the packages whose versions count, what it talks to, and under which resources it runs."""

service = {"OTEL_SERVICE_NAME": "crm-sync"}
space = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=billing,service.namespace=shop,service.version=1.4.2,service.instance.id=billing-1"}
pod = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=api,k8s.namespace.name=prod,k8s.deployment.name=orders,k8s.pod.name=orders-7d9c-x2,cloud.provider=aws,cloud.region=eu-central-1"}
cron = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=nightly,k8s.namespace.name=batch,k8s.cronjob.name=report"}
naked_pod = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=sidecar,service.namespace=mesh,k8s.namespace.name=prod"}
pipeline = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=runner,vcs.repository.name=acme/shop,cicd.pipeline.name=deploy,cicd.pipeline.run.id=7712"}
old_pipeline = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=runner,cicd.pipeline.name=nightly build"}
agent = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=support,gen_ai.agent.name=triage,gen_ai.agent.id=agent-42,gen_ai.conversation.id=conv-9"}
named_agent = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=support,gen_ai.agent.name=Größen-Berater"}
ours = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=support,nhi.identity.id=agent:triage,nhi.identity.kind=ai_agent,nhi.identity.owner=team:support,nhi.session.id=s-1"}
proposed = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=support,gen_ai.agent.identity.id=spiffe://acme.example/agent/mailer"}
workload = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=pay,tls.client.subject=spiffe://acme.example/ns/prod/sa/pay"}
nobody = {}

old = {"OTEL_SEMCONV_STABILITY_OPT_IN": ""}
new = {"OTEL_SEMCONV_STABILITY_OPT_IN": "http,database,rpc"}
both = {"OTEL_SEMCONV_STABILITY_OPT_IN": "http/dup,database/dup,rpc/dup"}
genai = {"OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental"}

web, model = "a small local web server", "a local server that answers like the model's HTTP API"


def js(program, packages, far, *runs):
    return {"language": "javascript", "program": f"{program}.mjs", "packages": packages, "far": far, "runs": list(runs)}


def py(program, packages, far, *runs):
    return {"language": "python", "program": f"{program}.py", "packages": packages, "far": far, "runs": list(runs)}


otel_js, otel_py = "@opentelemetry/instrumentation-", "opentelemetry-instrumentation-"

libraries = {
    "js-http": js("http", [otel_js + "http"], web, service | old, pod | new),
    "js-undici": js("undici", [otel_js + "undici", "undici"], web, pipeline),
    "js-pg": js("pg", [otel_js + "pg", "pg"], "PostgreSQL 15", space | old, cron | new),
    "js-mysql2": js("mysql2", [otel_js + "mysql2", "mysql2"], "the server that mysql2 brings along", space | both, naked_pod | new),
    "js-ioredis": js("ioredis", [otel_js + "ioredis", "ioredis"], "fakeredis", pod | old, service | new),
    "js-redis": js("redis", [otel_js + "redis", "redis"], "fakeredis", service | old, pod | new),
    "js-mongodb": js("mongodb", [otel_js + "mongodb", "mongodb"], "a small local server of its protocol", pod | old, space | new),
    "js-grpc": js("grpc", [otel_js + "grpc", "@grpc/grpc-js"], "a gRPC server of its own", service, workload),
    "js-aws-sdk": js("aws-sdk", [otel_js + "aws-sdk", "@aws-sdk/client-s3"], "moto", pipeline),
    "js-express": js("express", [otel_js + "express", "express"], "itself", space | new),
    "js-graphql": js("graphql", [otel_js + "graphql", "graphql"], "itself", service),
    "js-kafkajs": js("kafkajs", [otel_js + "kafkajs", "kafkajs"], "Apache Kafka", pod),
    "js-openai-otel": js("openai-otel", [otel_js + "openai", "openai"], model, agent),
    "js-openai-openinference": js("openai-openinference", ["@arizeai/openinference-instrumentation-openai", "openai"], model, named_agent),
    "js-openai-traceloop": js("openai-traceloop", ["@traceloop/instrumentation-openai", "openai"], model, service),
    "js-langchain-openinference": js("langchain-openinference", ["@arizeai/openinference-instrumentation-langchain", "@langchain/core"], model, agent),
    "js-ai": js("ai", ["ai5"], model, named_agent),
    "js-ai-otel": js("ai-otel", ["@ai-sdk/otel", "ai"], model, service),
    "js-langfuse": js("langfuse", ["@langfuse/tracing"], "none", proposed),
    "js-answerable": js("answerable", [], "none", {"OTEL_SERVICE_NAME": "support", "ANSWERABLE_CAPTURE": "off"}),
    "py-requests": py("web_requests", [otel_py + "requests", "requests"], web, service | old, pod | new),
    "py-httpx": py("web_httpx", [otel_py + "httpx", "httpx"], web, old_pipeline | old, workload | new),
    "py-urllib3": py("web_urllib3", [otel_py + "urllib3", "urllib3"], web, nobody | old, cron | both),
    "py-aiohttp": py("web_aiohttp", [otel_py + "aiohttp-client", "aiohttp"], web, space | old, pipeline | new),
    "py-flask": py("web_flask", [otel_py + "flask", "flask"], "itself", space | new),
    "py-sqlite3": py("db_sqlite3", [otel_py + "sqlite3"], "SQLite", service | old, naked_pod | new),
    "py-psycopg2": py("db_psycopg2", [otel_py + "psycopg2", "psycopg2-binary"], "PostgreSQL 15", cron | old, ours | new),
    "py-sqlalchemy": py("db_sqlalchemy", [otel_py + "sqlalchemy", "sqlalchemy"], "SQLite and PostgreSQL 15", space | old, pod | new),
    "py-redis": py("db_redis", [otel_py + "redis", "redis"], "fakeredis", service | old, pod | new),
    "py-pymongo": py("db_pymongo", [otel_py + "pymongo", "pymongo"], "a small local server of its protocol", pod | old, service | new),
    "py-botocore": py("aws_botocore", [otel_py + "botocore", "boto3"], "moto", pipeline),
    "py-grpc": py("rpc_grpc", [otel_py + "grpc", "grpcio"], "a gRPC server of its own", workload, nobody),
    "py-openai-otel": py("openai_otel", [otel_py + "openai-v2", "openai"], model, agent, service | genai),
    "py-openai-openinference": py("openai_openinference", ["openinference-instrumentation-openai", "openai"], model, named_agent),
    "py-openai-traceloop": py("openai_traceloop", [otel_py + "openai", "openai"], model, ours),
    "py-anthropic-traceloop": py("anthropic_traceloop", [otel_py + "anthropic", "anthropic"], model, service),
    "py-langchain-openinference": py("langchain_openinference", ["openinference-instrumentation-langchain", "langchain"], model, agent),
    "py-langchain-traceloop": py("langchain_traceloop", [otel_py + "langchain", "langchain"], model, service),
    "py-mcp-traceloop": py("mcp_traceloop", [otel_py + "mcp", "mcp"], "an MCP server of its own", named_agent),
    "py-pydantic-ai": py("pydantic_ai_agent", ["pydantic-ai-slim"], model, service),
    "py-openai-agents": py("openai_agents_openinference", ["openinference-instrumentation-openai-agents", "openai-agents"], model, proposed),
}
