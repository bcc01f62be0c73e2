import { ActionStatus, DecisionOutcome, DecisionVerdict } from "../../schemas/index.ts";
import { absent, empty, type SpanRow, spanStatuses } from "../decode/index.ts";
import type { ActionColumns } from "./action-columns.ts";
import type { Clippers } from "./clipper.ts";
import type { Attributor } from "./table.ts";

/** Compiles what fills in how an action ended: what a guard decided of it, and whether it worked. */
export function compileOutcome(
  { names, words }: Attributor,
  clip: Clippers,
): (row: SpanRow, columns: ActionColumns, nth: number) => void {
  const status = {
    ok: words.code(ActionStatus.enum.ok),
    error: words.code(ActionStatus.enum.error),
    denied: words.code(ActionStatus.enum.denied),
  };
  const verdicts = new Set(DecisionVerdict.options.map((word) => words.code(word)));
  const outcomes = new Set(DecisionOutcome.options.map((word) => words.code(word)));
  const blocked = words.code(DecisionOutcome.enum.blocked);
  const errorStatus = spanStatuses.indexOf("error");
  const at = {
    errorType: names.placeOf("error.type"),
    verdict: names.placeOf("nhi.decision.verdict"),
    outcome: names.placeOf("nhi.decision.outcome"),
    reason: names.placeOf("nhi.decision.reason"),
  };

  function statusOf(row: SpanRow, outcome: number): number {
    const errorType = row.codes[at.errorType]!;
    if (outcome === blocked || errorType === status.denied) return status.denied;
    return row.status === errorStatus || errorType !== absent ? status.error : status.ok;
  }

  return (row, columns, nth) => {
    const { codes, dictionary } = row;
    const to = columns.codes;
    const verdict = codes[at.verdict]!;
    const outcome = codes[at.outcome]!;
    // A guard's decision; one with a word outside the contract counts as none.
    const isDecision = verdicts.has(verdict) && outcomes.has(outcome);
    to.verdict[nth] = isDecision ? verdict : empty;
    to.outcome[nth] = isDecision ? outcome : empty;
    to.reason[nth] = isDecision ? clip.name(dictionary, codes[at.reason]! || empty) : empty;
    to.status[nth] = statusOf(row, outcome);
  };
}
