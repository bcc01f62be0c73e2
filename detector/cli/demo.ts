import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Finding } from "../../schemas/index.ts";
import { linesOf } from "../replay/lines.ts";
import { replay } from "../replay/replay.ts";
import { httpTarget } from "../replay/to-http.ts";
import type { Context } from "../roles/context.ts";
import { demoFolder } from "../roles/package-files.ts";
import type { Installation } from "../roles/up.ts";
import { storeReader } from "../store/read.ts";
import { apiClient } from "./api-client.ts";
import { readPolicy } from "./policy-file.ts";
import { progressOn } from "./progress.ts";
import { tracesUrl } from "./replay-verb.ts";
import { chainTree, findingLine } from "./text.ts";

/** Lines of findings printed while the replay runs; all of them are in the store. */
const linesMax = 25;

/**
 * The first look: grants for three agents, then a sample of their real runs, some honest, some hijacked, over OTLP/HTTP
 * into the very receiver that agents would send to. Started again on the same data, it goes on where it was.
 */
export async function demo(
  context: Context,
  installation: Installation,
  stderr: NodeJS.WritableStream,
): Promise<void> {
  const { clock, config, out, signal } = context;
  const api = apiClient(installation.url, undefined);
  const policy = await readPolicy([fileURLToPath(new URL("grants.yaml", demoFolder))]);
  await api.applyPolicy(policy, { force: false, ifVersion: undefined });
  out(`Replaying recorded runs of three agents (AgentDojo) as spans to ${installation.url}/v1/traces\n`);
  const progress = progressOn(stderr, clock);
  const shown = new Set<string>();
  const showNew = async (): Promise<void> => {
    for (const finding of newOf(await api.findings({ severity: "medium", limit: "1000" }), shown)) {
      progress.clear();
      out(`${findingLine(finding)}\n`);
    }
  };
  const sample = fileURLToPath(new URL("agentdojo.sample.jsonl.gz", demoFolder));
  const total = await linesIn(sample);
  let shownAtMs = 0;
  let showing: Promise<void> = Promise.resolve();
  const counts = await replay({
    files: [sample],
    target: httpTarget({ url: tracesUrl(installation.url), clock }),
    clock,
    signal,
    resumeFile: join(config.data, "demo.resume.json"),
    onProgress: ({ lines }) => {
      progress.update({ done: lines, total, text: `${String(lines)} of ${String(total)} spans` });
      if (clock.nowMs() - shownAtMs < 500) return;
      shownAtMs = clock.nowMs();
      showing = showing.then(showNew).catch(() => undefined);
    },
  });
  progress.stop();
  await showing;
  await showNew();
  await summary(context, installation, counts.sent);
}

async function linesIn(file: string): Promise<number> {
  let lines = 0;
  for await (const line of linesOf(file)) lines += line.text === "" ? 0 : 1;
  return lines;
}

/** What was not said yet, oldest first; the same of one identity in another session is not worth a second line here. */
function newOf(findings: readonly Finding[], shown: Set<string>): readonly Finding[] {
  return findings.toReversed().filter(({ identityId, title }) => {
    const said = `${identityId} ${title}`;
    if (shown.has(said) || shown.size >= linesMax) return false;
    shown.add(said);
    return true;
  });
}

async function summary({ config, out }: Context, { url, store }: Installation, sent: number): Promise<void> {
  const { database } = config.clickhouse;
  const reader = storeReader(store.database, database);
  const findings = await reader.findings({ tenant: "default", minSeverity: "medium", limit: 1000 });
  const worst = mostTold(findings);
  const chain = worst === undefined ? undefined : await reader.chain("default", worst.chainId);
  out(
    `${String(findings.length)} findings of medium severity or more, repetitions in other sessions counted.\n`,
  );
  if (chain !== undefined) out(`\nOne chain, whole:\n${chainTree(chain)}\n`);
  out(
    [
      "",
      sent > 0
        ? `${String(sent)} spans replayed.`
        : "The sample had been replayed before; nothing was sent again.",
      "Look further:",
      `  curl -s '${url}/v1/findings?severity=medium&limit=5'`,
      ...(worst === undefined
        ? []
        : [`  npx answerable finding ${worst.id.slice(0, 12)}`, `  npx answerable chain ${worst.chainId}`]),
      `  curl -s '${store.url}/?database=${database}' --data-binary "${firstQuery}"`,
      "Ctrl-C stops everything; npm start goes on from here.",
      "",
    ].join("\n"),
  );
}

/** A grave finding of the chain that most rules say something of. */
function mostTold(findings: readonly Finding[]): Finding | undefined {
  const rulesOf = (chainId: string): number =>
    new Set(findings.filter((one) => one.chainId === chainId).map(({ rule }) => rule)).size;
  const grave = findings.filter(({ severity }) => severity === "high" || severity === "critical");
  return grave.map((one) => ({ one, rules: rulesOf(one.chainId) })).toSorted((a, b) => b.rules - a.rules)[0]
    ?.one;
}

const firstQuery =
  "SELECT identity_id, severity, findings, rules, first_title FROM v_episodes ORDER BY findings DESC LIMIT 5 FORMAT PrettyCompact";
