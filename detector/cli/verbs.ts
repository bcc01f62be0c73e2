import { describeConfig } from "../config/describe.ts";
import { openKafka } from "../ingest/kafka.ts";
import { topicSpecs } from "../ingest/topics.ts";
import { alert } from "../roles/alert.ts";
import type { RoleName } from "../metrics.ts";
import type { Context } from "../roles/context.ts";
import { detect } from "../roles/detect.ts";
import { brokersOf, kafkaAround } from "../roles/kafka-config.ts";
import { migrateStore } from "../roles/open-store.ts";
import { process } from "../roles/process.ts";
import { serve } from "../roles/serve.ts";
import { up } from "../roles/up.ts";
import type { Telemetry } from "../telemetry.ts";
import { type ApiClient, apiClient, askApi } from "./api-client.ts";
import { auditVerb } from "./audit-verb.ts";
import { authorityVerbs } from "./authority-verbs.ts";
import { count } from "./count.ts";
import { demo } from "./demo.ts";
import { identityVerb } from "./identity-verb.ts";
import { peerVerbs } from "./peer-verbs.ts";
import { policyVerbs } from "./policy-verbs.ts";
import type { FindingOptions, OneFindingOptions, ServiceOptions, Verbs } from "./program.ts";
import { type OpenPlayer, replayVerb } from "./replay-verb.ts";
import { quietVerbs } from "./quiet-verbs.ts";
import { responseVerbs } from "./response-verbs.ts";
import { chainTree, findingLine, findingText, jsonLine, plain } from "./text.ts";
import { whyText } from "./why-text.ts";

export interface VerbOptions {
  /** Numbers of a role's own; the other verbs end too soon to be asked. */
  readonly telemetryOf: (role: RoleName) => Telemetry;
  /** What a remote service demands. */
  readonly token: string | undefined;
  readonly stderr: NodeJS.WritableStream;
  readonly openPlayer: OpenPlayer;
}

/** The verbs, over a context. */
export function verbsOf(context: Context, { telemetryOf, token, stderr, openPlayer }: VerbOptions): Verbs {
  const { config, out } = context;
  const run = async (name: RoleName, role: (context: Context) => Promise<void>): Promise<void> => {
    const telemetry = telemetryOf(name);
    await role({ ...context, telemetry }).finally(() => telemetry.stop());
  };
  const api = ({ url }: ServiceOptions): ApiClient => apiClient(url ?? localUrl(config), token);
  return {
    up: ({ demo: isDemo, data }) => {
      return run("up", (own) => {
        const placed = data === undefined ? own : { ...own, config: { ...config, data } };
        return up(placed, async (installation) => {
          announce(placed, installation.url, installation.store.url);
          if (isDemo === true) await demo(placed, installation, stderr);
        });
      });
    },
    process: () => run("process", process),
    detect: () => run("detect", detect),
    serve: () => run("serve", serve),
    alert: () => run("alert", alert),
    migrate: async () => {
      const applied = await migrateStore(context);
      out(applied.length === 0 ? "the schema is up to date\n" : `applied ${applied.join(", ")}\n`);
    },
    topics: (given) => createTopics(context, given),
    ...policyVerbs(context, stderr, api),
    revoke: async (id, given) => {
      await api(given).revokeGrant(id);
      out(`grant ${id} taken back\n`);
    },
    findings: (given) => listFindings(api(given), given, out),
    finding: (id, given) => showOrAccept(api(given), id, given, out),
    chain: async (id, given) => {
      const chain = await api(given).chain(id);
      out(given.json === true ? jsonLine(chain) : `${chainTree(chain)}\n`);
    },
    ...identityVerb(api, out),
    ...responseVerbs(api, out),
    ...quietVerbs(({ url }) => askApi(url ?? localUrl(config), token), out),
    replay: (files, given) =>
      replayVerb(context, files, given, { token, stderr, localUrl: localUrl(config), openPlayer }),
    audit: (given) => auditVerb(context, given, stderr),
    ...authorityVerbs(({ url }) => askApi(url ?? localUrl(config), token), out),
    ...peerVerbs(({ url }) => askApi(url ?? localUrl(config), token), out),
    configCheck: async () => out(describeConfig(config)),
  };
}

function announce({ out }: Context, url: string, clickhouse: string): void {
  out(
    `answerable is up\n  spans    ${url}/v1/traces (OTLP/HTTP)\n  API      ${url}/v1/findings\n  SQL      ${clickhouse}\n`,
  );
}

async function createTopics(
  context: Context,
  given: { readonly partitions: string; readonly replicas: string },
): Promise<void> {
  const { config, out } = context;
  const kafka = openKafka(brokersOf(config), kafkaAround(context));
  const created = await kafka.createTopics(
    topicSpecs(config.kafka, count("--partitions", given.partitions), count("--replicas", given.replicas)),
  );
  out(created.length === 0 ? "all topics are there\n" : `created ${created.join(", ")}\n`);
}

async function listFindings(api: ApiClient, given: FindingOptions, out: Context["out"]): Promise<void> {
  const { identity, severity, since, limit } = given;
  const filters = Object.entries({ identity, severity, since, limit });
  const findings = await api.findings(
    Object.fromEntries(filters.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
  );
  if (given.json === true) out(jsonLine(findings));
  else out(findings.length === 0 ? "no findings\n" : findings.map((one) => `${findingLine(one)}\n`).join(""));
}

/** Explains a finding, takes what it is about for good, or says what it was. */
async function showOrAccept(
  api: ApiClient,
  id: string,
  { accept, verdict, comment, json, why }: OneFindingOptions,
  out: Context["out"],
): Promise<void> {
  if ([accept === true, why === true, verdict !== undefined].filter(Boolean).length > 1)
    throw new Error("--why explains, --accept and --verdict decide; give one of them");
  if (verdict !== undefined) {
    const given = await api.judgeFinding(id, verdict, comment ?? "");
    const { findingId, rule, identityId } = given;
    return out(
      json === true ? jsonLine(given) : `${plain(`${verdict}: ${findingId} (${rule} of ${identityId})`)}\n`,
    );
  }
  if (accept !== true) {
    if (comment !== undefined)
      throw new Error("--comment needs --accept or --verdict: it says why that is done");
    if (why === true) {
      const explanation = await api.why(id);
      return out(json === true ? jsonLine(explanation) : `${whyText(explanation)}\n`);
    }
    const finding = await api.finding(id);
    return out(json === true ? jsonLine(finding) : `${findingText(finding)}\n`);
  }
  const accepted = await api.acceptFinding(id, comment ?? "");
  const { identityId, rule, cause } = accepted;
  out(json === true ? jsonLine(accepted) : `${plain(`accepted of ${identityId}: ${rule} of ${cause}`)}\n`);
}

/** Where a service with these settings answers on this machine. */
function localUrl({ http }: Context["config"]): string {
  return `${http.tls === undefined ? "http" : "https"}://${http.listen}`;
}
