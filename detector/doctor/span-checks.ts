import type { Check } from "./app-doctor.ts";
import type { Lack, SpanReport } from "./span-tally.ts";

/** Requests of the file that could not be used. */
export interface Unusable {
  readonly count: number;
  /** Why, of the first few. */
  readonly whys: readonly string[];
}

const lackTexts: Readonly<Record<Lack, { readonly says: string; readonly advice: string }>> = {
  identity: {
    says: "say nothing of who acts",
    advice:
      "Set nhi.identity.id and nhi.identity.kind on the resource (ANSWERABLE_IDENTITY, or OTEL_RESOURCE_ATTRIBUTES).",
  },
  strength: {
    says: "have an identity that is only derived from other attributes",
    advice: "Set nhi.identity.id on the resource: ANSWERABLE_IDENTITY does, or `start({ identity })`.",
  },
  chain: {
    says: "say nothing of for whom they are done (nhi.chain)",
    advice:
      'Run the work in `runAs({ chain: ["user:…"] }, work)`, and carry it to other processes with inject and extract.',
  },
  session: {
    says: "name no session, so that each trace counts as one",
    advice: "Name the run: `runAs({ session }, work)`, gen_ai.conversation.id or session.id.",
  },
  grant: {
    says: "name no grant that they are done under (nhi.grant.id); grants are judged all the same",
    advice: "Name it where it is known: `runAs({ grant }, work)`.",
  },
  seq: {
    says: "carry no number in their process (nhi.seq), so that lost ones are not noticed",
    advice: "Have them sent by answerable/instrumentation, which numbers them.",
  },
};

/** Without these an action is worth little; what else lacks is worth a note. */
const needed: ReadonlySet<Lack> = new Set<Lack>(["identity"]);

/** What a report on spans means, and what to do. Pure. */
export function spanChecks(report: SpanReport, unusable: Unusable): readonly Check[] {
  const { spans, actions, noAction, refused } = report;
  const checks: Check[] = [];
  if (unusable.count > 0) {
    checks.push({
      id: "requests",
      state: "trouble",
      says: `${String(unusable.count)} requests of the file can't be used: ${unusable.whys.join("; ")}`,
      advice:
        "Write the file anew with the Collector's file exporter (JSON or proto), or save the body of a POST to /v1/traces.",
    });
  }
  if (refused.length > 0) {
    const count = refused.reduce((sum, one) => sum + one.count, 0);
    checks.push({
      id: "refused",
      state: "trouble",
      says: `${String(count)} spans would be refused: ${refused
        .slice(0, 3)
        .map(({ name }) => name)
        .join(" ")}`,
      advice: "Have the sender mend them; a refused span costs itself alone.",
    });
  }
  if (spans === 0) {
    checks.push({
      id: "spans",
      state: "trouble",
      says: "the file holds no span",
      advice: "See that it holds traces (resourceSpans), not logs or metrics.",
    });
    return checks;
  }
  const share = `${String(actions)} of ${String(spans)} spans are actions, ${String(noAction)} are none`;
  if (actions > 0) checks.push({ id: "actions", state: "ok", says: share });
  else {
    checks.push({
      id: "actions",
      state: "trouble",
      says: share,
      advice:
        "Wrap what acts with `tool` or `record`, or add a rule to schemas/attribution.json for the spans below.",
    });
  }
  for (const { lack, count } of report.lacks) {
    if (count === 0) continue;
    const { says, advice } = lackTexts[lack];
    const state = needed.has(lack) ? "trouble" : "note";
    checks.push({ id: lack, state, says: `${String(count)} of ${String(actions)} actions ${says}`, advice });
  }
  return checks;
}
