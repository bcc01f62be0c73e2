import { policyWarnings } from "../../policy/warnings.ts";
import { toYaml } from "../config/yaml.ts";
import type { Context } from "../roles/context.ts";
import type { ApiClient } from "./api-client.ts";
import type { Change, TestPage } from "./policy-client.ts";
import { readPolicy } from "./policy-file.ts";
import type { PolicyTestOptions, PolicyVerbs } from "./policy-program.ts";
import { appliedText, coverageText, historyText, suggestionYaml, testText } from "./policy-text.ts";
import type { ServiceOptions } from "./program.ts";
import { type ProgressStream, progressOn } from "./progress.ts";
import { sinceInstant } from "./since.ts";
import { grantLine, jsonLine, plain } from "./text.ts";

/** Kinds of change that are kept while pages come in. */
const changesMax = 100_000;

/** The verbs about policies, over a running service; `check` needs none. */
export function policyVerbs(
  { out, clock }: Context,
  stderr: ProgressStream,
  api: (options: ServiceOptions) => ApiClient,
): PolicyVerbs {
  const warn = (sentences: readonly { readonly sentence: string }[]): void => {
    for (const { sentence } of sentences) stderr.write(`warning: ${plain(sentence)}\n`);
  };
  const query = (given: { readonly since: string; readonly identity?: string }): Record<string, string> => ({
    since: sinceInstant(given.since, clock.nowMs()),
    ...(given.identity === undefined ? {} : { identity: given.identity }),
  });
  return {
    apply: async (given) => {
      const policy = await readPolicy(given.file);
      const { force = false, ifVersion } = given;
      const applied = await api(given).applyPolicy(policy, { force, ifVersion });
      warn(applied.warnings);
      out(appliedText(applied));
    },
    policyCheck: async ({ file }) => {
      const policy = await readPolicy(file);
      const warnings = policyWarnings(policy.grants, { nowUs: clock.nowMs() * 1000 });
      warn(warnings);
      const { grants, playbooks, identities } = policy;
      const counts = `${grants.length} grants, ${playbooks.length} playbooks, ${identities.length} identities`;
      out(`nothing is wrong: ${counts}; ${warnings.length} warnings\n`);
    },
    policyShow: async (given) => out(toYaml(await api(given).policy())),
    policyTest: async (given) => {
      const whole = await testWhole(api(given), given, query(given), progressOn(stderr, clock));
      out(given.json === true ? jsonLine(whole) : testText(whole, given.since));
      const denied = deniedOf(whole.changes);
      if (given.failOnChange === true && denied > 0)
        throw new Error(`${denied} actions that were allowed would not be`);
    },
    coverage: async (given) => {
      const identities = await api(given).coverage(query(given));
      out(given.json === true ? jsonLine(identities) : coverageText(identities));
    },
    grants: async (given) => {
      if (given.history !== undefined) {
        const versions = await api(given).versions(given.history);
        return out(given.json === true ? jsonLine(versions) : historyText(versions));
      }
      const grants = await api(given).grants();
      if (given.json === true) out(jsonLine(grants));
      else out(grants.length === 0 ? "no grants\n" : grants.map((one) => `${grantLine(one)}\n`).join(""));
    },
    grantsSuggest: async (given) => out(suggestionYaml(await api(given).suggest(query(given)), given.since)),
  };
}

/** Actions that were let through, and would not be. */
function deniedOf(changes: readonly Change[]): number {
  return changes
    .filter(({ verdictBefore, verdictAfter }) => verdictBefore === "allow" && verdictAfter !== "allow")
    .reduce((sum, { actions }) => sum + actions, 0);
}

/** Asks page by page, and adds up what they say. */
async function testWhole(
  api: ApiClient,
  given: PolicyTestOptions,
  query: Readonly<Record<string, string>>,
  progress: ReturnType<typeof progressOn>,
): Promise<Omit<TestPage, "next" | "left">> {
  const policy = await readPolicy(given.file);
  const changes: Change[] = [];
  const sums = { judged: 0, otherChanges: 0, allowed: { before: 0, after: 0 } };
  try {
    for (let after: string | undefined = ""; after !== undefined;) {
      const page: TestPage = await api.testPolicy(policy, { ...query, after });
      const total = sums.judged + page.left;
      sums.judged += page.judged;
      sums.otherChanges += page.otherChanges;
      sums.allowed.before += page.allowed.before;
      sums.allowed.after += page.allowed.after;
      for (const change of page.changes) {
        // A page holds whole identities, so no change comes in two of them.
        if (changes.length < changesMax) changes.push(change);
        else sums.otherChanges += change.actions;
      }
      progress.update({ done: sums.judged, total, text: `${sums.judged} of ${total} actions` });
      after = page.next;
    }
  } finally {
    progress.stop();
  }
  return { changes, ...sums };
}
