import { absent } from "../../decode/index.ts";
import { fingerprint } from "../../attribute/ids.ts";
import type { SessionScores } from "../../learn/character/session-scores.ts";
import type { ActionView } from "../action-view.ts";
import type { Examined, Signal } from "../detector.ts";
import { sqlText } from "../sql.ts";
import { insideReasons } from "./inside.ts";
import type { Opinion } from "./opinion.ts";
import { originClasses, valueClasses, weights } from "./weights.ts";

/** A longer value stands in the cause as its fingerprint, as a cut one could be taken for another. */
const causeCharsMax = 400;

/**
 * What makes it this finding: the session, and what was done with what. Each thing that is changed is one of its own; who reads
 * all that a list gave is told of once.
 */
export function causeOf(action: ActionView, { value, origin }: Opinion): string {
  const about = action.mutating ? value : origin;
  const text = about === absent ? "" : action.textOf(about);
  return `${action.sessionId}|${action.operation}|${text.length > causeCharsMax ? fingerprint(text) : text}`;
}

/** The words and numbers of a finding. */
export function tellOf(
  { action, evidence }: Examined,
  opinion: Opinion,
  line: number,
  scores: SessionScores,
): ReturnType<Signal["tell"]> {
  const { operation } = action;
  const value = opinion.value === absent ? "" : action.textOf(opinion.value);
  const origin = opinion.origin === absent ? "" : action.textOf(opinion.origin);
  return {
    title: titleOf(operation, value, origin, opinion),
    why: { operation, value, origin, actions: evidence.actions },
    sql: `SELECT ${sqlText(operation)} AS operation, ${sqlText(value)} AS value, ${sqlText(origin)} AS origin, count() AS actions FROM v_actions WHERE {before}`,
    hintWhy: reasons(opinion, line, scores),
  };
}

function titleOf(
  operation: string,
  value: string,
  origin: string,
  { isNewOperation, isStrange, inside }: Opinion,
): string {
  if (value === "" && !isNewOperation && !isStrange && inside !== undefined)
    return inside.instructed > 0
      ? `${operation}, as a passage of a tool's output says`
      : `${operation} with text that a tool's output gave`;
  if (value === "")
    return isNewOperation ? `${operation}, never used before` : `${operation}, never used in such a session`;
  const from = origin.startsWith("tool:") ? `, which came out of ${origin.slice("tool:".length)}` : "";
  return `${operation} on ${value}${from}${isStrange ? ", in a session that never does so" : ""}`;
}

/** What spoke for it, in bits. */
function reasons(opinion: Opinion, line: number, scores: SessionScores): readonly string[] {
  const said: string[] = [];
  if (opinion.value !== absent) {
    said.push(
      weighed(`value ${valueClasses[opinion.valueClass]!.name}`, valueClasses[opinion.valueClass]!.bits),
    );
    said.push(
      weighed(`from ${originClasses[opinion.originClass]!.name}`, originClasses[opinion.originClass]!.bits),
    );
  }
  if (opinion.rarity !== 0) said.push(weighed("how often this identity does so", opinion.rarity));
  if (opinion.isNewOperation) said.push("abuse: the operation was never used before");
  if (opinion.isStrange) said.push(weighed("strange in a routine that is known", weights.strangeInRoutine));
  if (opinion.inside !== undefined)
    for (const [what, bits] of insideReasons(opinion.inside)) said.push(weighed(what, bits));
  const expected = Math.round(100 * scores.alarmsIfNew(line));
  said.push(
    `abuse: ${opinion.bits.toFixed(2)} bits, told of from ${line} on; of honest sessions on new work ${expected} % would be`,
  );
  return said;
}

const weighed = (what: string, bits: number): string =>
  `${bits < 0 ? "benign_change" : "abuse"}: ${what} (${bits >= 0 ? "+" : ""}${bits.toFixed(2)} bits)`;
