/**
 * Goal: agents that know nothing of Answerable are answerable all the same.
 * Method: Python and Go agents with OpenTelemetry's own SDKs, as processes, through the gateway and a real Kafka to the
 * store. Each Python agent calls a Go service, which calls the bank: one chain over two languages and two protocols.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { join } from "node:path";
import { type RunningCollector, startAnswerableCollector, stopCollectors } from "../support/collector.ts";
import { type KafkaInstallation, kafkaInstallation } from "../support/kafka/installation.ts";
import { collectedSpans } from "../support/collected-spans.ts";
import { builtGo, pythonWith, runAgent, serveAgent, type Serving } from "../support/other-languages.ts";
import { until } from "../support/poll.ts";
import { repositoryRoot } from "../support/repository.ts";
import { startRole, stopRoles } from "../support/roles.ts";

const pythonAgent = join(repositoryRoot, "examples", "python-agent");
const goAgent = join(repositoryRoot, "examples", "go-agent");
/** On a machine that never built a Collector, a Go program or a Python environment. */
const withBuildsMs = 600_000;

/** Who the agents say they are, in the environment; the services of the first and the third say it in their code. */
const refundDesk =
  "nhi.identity.id=agent:refund-desk,nhi.identity.kind=ai_agent,nhi.identity.owner=team:support";
const runs = [
  { python: { OTEL_RESOURCE_ATTRIBUTES: refundDesk }, go: {} },
  {
    python: { OTEL_RESOURCE_ATTRIBUTES: "gen_ai.agent.name=refunds-eu,service.name=backoffice" },
    go: { OTEL_RESOURCE_ATTRIBUTES: "k8s.namespace.name=shop,k8s.deployment.name=orders-v2" },
  },
  { python: { OTEL_SERVICE_NAME: "refund-bot" }, go: {} },
];
/** Of one run, the server's span among them, which is no action. */
const spansOfRun = 11;

let installation: KafkaInstallation;
let gateway: RunningCollector;
let bank: string;
const servers: Serving[] = [];

beforeAll(async () => {
  const [bin, orders] = await Promise.all([
    pythonWith(join(pythonAgent, "requirements.txt")),
    builtGo(goAgent),
  ]);
  installation = await kafkaInstallation({ partitions: 4 });
  gateway = await startAnswerableCollector({
    config: "gateway",
    env: {
      ANSWERABLE_KAFKA_BROKERS: installation.brokers.join(","),
      ANSWERABLE_KAFKA_TOPIC: installation.topics.spans,
    },
  });
  startRole("detect", installation.env);
  const startedAtMs = Date.now();
  const world = await serve([join(bin, "python"), "world.py"], pythonAgent, {});
  bank = `${world.url}/payments`;
  await Promise.all(runs.map((run) => runPair(bin, orders, world.url, run)));
  process.stdout.write(`three agents and their services ran for ${String(Date.now() - startedAtMs)} ms\n`);
  await until(
    "all spans are accounted for",
    async () => (await audited()).spans >= runs.length * spansOfRun,
    60_000,
  );
}, withBuildsMs);

afterAll(async () => {
  for (const server of servers) server.kill();
  await Promise.all([stopRoles(), stopCollectors()]);
  await installation.drop();
});

/** One Python agent and the Go service that it calls; both have sent everything when this resolves. */
async function runPair(
  bin: string,
  orders: string,
  world: string,
  { python, go }: (typeof runs)[number],
): Promise<void> {
  const service = await serve([orders], goAgent, {
    PAYMENTS_URL: bank,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${gateway.grpc}`,
    ...go,
  });
  const said = await runAgent(
    [join(bin, "opentelemetry-instrument"), join(bin, "python"), "agent.py"],
    pythonAgent,
    {
      OPENAI_BASE_URL: `${world}/v1`,
      ORDERS_URL: service.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_EXPORTER_OTLP_ENDPOINT: gateway.httpUrl,
      OTEL_METRICS_EXPORTER: "none",
      OTEL_LOGS_EXPORTER: "none",
      ...python,
    },
  );
  expect(said).toBe("Order 7 is refunded.\n");
  await service.stop();
}

async function serve(...how: Parameters<typeof serveAgent>): Promise<Serving> {
  const server = await serveAgent(...how);
  servers.push(server);
  return server;
}

interface Audited {
  readonly spans: number;
  readonly actions: number;
  readonly no_action: number;
}

async function audited(): Promise<Audited> {
  const [sums] = await installation.query<Audited>(
    "SELECT sum(v.spans) - sum(v.held) AS spans, sum(v.actions) AS actions, sum(v.no_action) AS no_action FROM v_audit AS v",
  );
  return sums ?? { spans: 0, actions: 0, no_action: 0 };
}

interface Stored {
  readonly span_id: string;
  readonly who: string;
  readonly as: string;
  readonly did: string;
  readonly to: string;
  readonly mutating: boolean;
  readonly path: readonly string[];
}

/** The actions of the chain in which `who` acts, in order. */
async function chainOf(who: string): Promise<readonly Stored[]> {
  return installation.query<Stored>(
    `SELECT span_id, identity_id AS who, concat(identity_kind, ' ', strength, ' ', identity_rule) AS as,
       concat(kind, ' ', operation) AS did, mutating, path,
       replaceRegexpOne(trim(concat(resource_kind, ' ', resource_id)), '127.0.0.1:[0-9]+', 'HOST') AS to
     FROM v_actions WHERE chain_id IN (SELECT chain_id FROM v_actions WHERE identity_id = '${who}') ORDER BY started_at`,
  );
}

/** What a run is, whoever does it: the agent's part, and the service's. */
function expected(
  agent: readonly [who: string, as: string],
  service: readonly [who: string, as: string],
  run: readonly [who: string, as: string] = agent,
): readonly object[] {
  const line = ([who, as]: readonly [string, string], did: string, to: string, mutating = false): object =>
    expect.objectContaining({ who, as, did, to, mutating, path: [who] });
  const chat = line(agent, "model_call chat", "model local-model");
  return [
    line(run, "agent_run invoke_agent", "agent refunds"),
    chat,
    line(agent, "tool_call find_customer", ""),
    line(agent, "resource_access db.select", "db sqlite"),
    line(agent, "resource_access db.insert", "db sqlite", true),
    chat,
    line(agent, "tool_call refund", ""),
    line(agent, "resource_access http.post", "http_endpoint http://HOST/orders/*/refund", true),
    line(service, "resource_access http.put", "http_endpoint http://HOST/payments/refunds/*", true),
    chat,
  ];
}

test("an agent that says who it is is taken at its word, and the service it calls is named by its code", async () => {
  expect(await chainOf("agent:refund-desk")).toEqual(
    expected(["agent:refund-desk", "ai_agent claimed nhi"], ["svc:shop/orders", "workload inferred service"]),
  );
});

test("an agent and a workload are named by OpenTelemetry's own attributes, given by the environment alone", async () => {
  expect(await chainOf("agent:refunds-eu")).toEqual(
    expected(
      ["agent:refunds-eu", "ai_agent inferred gen_ai.agent"],
      ["k8s:shop/orders-v2", "workload inferred k8s"],
      // The run's span says a name itself, as frameworks do, and a span's own word counts before its resource's.
      ["agent:refunds", "ai_agent inferred gen_ai.agent"],
    ),
  );
});

test("where only the span of the run names the agent, what it does is its service's", async () => {
  expect(await chainOf("svc:refund-bot")).toEqual(
    expected(
      ["svc:refund-bot", "workload inferred service"],
      ["svc:shop/orders", "workload inferred service"],
      ["agent:refunds", "ai_agent inferred gen_ai.agent"],
    ),
  );
});

test("nothing is lost, and nothing is stored twice", async () => {
  const spans = runs.length * spansOfRun;
  expect(await audited()).toEqual({ spans, actions: spans - runs.length, no_action: runs.length });
  const [stored] = await installation.query(
    "SELECT count() AS rows, uniqExact(action_id) AS ids FROM actions",
  );
  expect(stored).toEqual({ rows: spans - runs.length, ids: spans - runs.length });
});

test("the Collector bound each action to whom the store names", async () => {
  const stored = await installation.query<{ span_id: string; bound: string }>(
    "SELECT span_id, concat(identity_id, ' ', strength) AS bound FROM v_actions",
  );
  const bound = await stampedSpans();
  expect(bound.size).toBe(runs.length * spansOfRun);
  expect(stored.map(({ span_id }) => bound.get(span_id))).toEqual(stored.map((one) => one.bound));
});

/** Who the Collector says acts, by span, from the records as they lie in the topic. */
async function stampedSpans(): Promise<ReadonlyMap<string, string>> {
  const stamped = new Map<string, string>();
  for (const { spanId, texts, record } of await collectedSpans(
    installation.brokers,
    installation.topics.spans,
  )) {
    expect(record.headers).toMatchObject({
      "nhi-bound": "1",
      "nhi-key-group": record.key,
      "nhi-tenant": "default",
    });
    const text = (name: string): string => texts.get(`nhi.bound.${name}`) ?? "";
    stamped.set(spanId, `${text("id")} ${text("strength")}`);
  }
  return stamped;
}
