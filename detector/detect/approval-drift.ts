import type { ApprovalRequest, Severity } from "../../schemas/index.ts";
import type { ApprovalEntry, TenantBook } from "../../policy/book.ts";
import type { Said } from "../../policy/history.ts";
import { fingerprintOf } from "../learn/fingerprint.ts";
import { SeenValues } from "../learn/seen-values.ts";
import { type Detector, type Examined, quiet, type Signal } from "./detector.ts";
import { isExempt } from "../../policy/exempt.ts";
import { actionSql, sqlText } from "./sql.ts";
import { skewUs } from "./time.ts";

/** Approvals whose use is remembered of an identity, as each is good for one action; fewer while little is known of it. */
const usedMax = 64;
const usedMaxUnderGate = 3;

/** What an action says against the approval it claims. */
interface Drift {
  readonly name: string;
  readonly severity: Severity;
  readonly because: string;
}

const drifts = {
  unknown: { name: "unknown", severity: "high", because: "that nobody was ever asked for" },
  borrowed: { name: "borrowed", severity: "high", because: "that another identity asked for" },
  denied: { name: "denied", severity: "critical", because: "that was denied" },
  unanswered: { name: "unanswered", severity: "high", because: "that nobody had given" },
  self_approved: {
    name: "self_approved",
    severity: "critical",
    because: "that it, or a delegate, gave itself",
  },
  expired: { name: "expired", severity: "high", because: "that had expired" },
  changed: { name: "changed", severity: "critical", because: "of another action" },
  replayed: { name: "replayed", severity: "high", because: "that was used before" },
  stale_policy: {
    name: "stale_policy",
    severity: "medium",
    because: "asked for under a policy that changed since",
  },
} as const satisfies Readonly<Record<string, Drift>>;

/** What the control log says of an approval. */
interface Told {
  readonly request: ApprovalRequest;
  /** The first answer counts. */
  readonly answer: Said<Extract<ApprovalEntry, { kind: "answered" }>> | undefined;
}

type Memory = Readonly<Record<"used", SeenValues>>;

/**
 * What was done is not what was approved. An action that claims an approval is compared with the approval: whether there is one, of
 * this identity and of exactly this action, given by somebody else, in time, and used once. Misses: an approval that only another
 * system knows, where this one was never asked for any, is told quietly; and a use that was forgotten since.
 */
export const approvalDrift: Detector<Memory> = {
  id: "approval-drift",
  version: 1,
  family: "authority",
  newMemory: () => ({ used: new SeenValues() }),
  examine: (examined, { used }) => {
    const { action, authority, decided } = examined;
    const id = action.claimedApprovalId;
    // A grant may rest on an approval that another system keeps.
    if (id === "" || action.isRefused || isExempt(action.kind) || id === authority.approvalId) return quiet;
    const told = toldOf(decided.book, id, decided.control);
    if (told === undefined) {
      // Who was never asked for an approval keeps them elsewhere.
      const isElsewhere = decided.book.approvals.size === 0;
      return [
        signalOf(examined, id, isElsewhere ? { ...drifts.unknown, severity: "low" } : drifts.unknown, told),
      ];
    }
    const found = driftsOf(examined, told);
    if (isUse(examined, told.request) && used.has(fingerprintOf(id))) found.push(drifts.replayed);
    return found.length === 0 ? quiet : found.map((drift) => signalOf(examined, id, drift, told));
  },
  learn: ({ action, evidence, decided }, { used }) => {
    const id = action.claimedApprovalId;
    if (id === "" || action.isRefused) return;
    const told = toldOf(decided.book, id, decided.control);
    const print = fingerprintOf(id);
    if (told === undefined || !isUse({ action }, told.request) || used.has(print)) return;
    used.add(print);
    while (used.size > (evidence.gateOpen ? usedMax : usedMaxUnderGate)) used.forgetOldest();
  },
};

function toldOf({ approvals }: TenantBook, id: string, control: number): Told | undefined {
  const said = approvals.of(id)?.before(control).toReversed() ?? [];
  let request: ApprovalRequest | undefined;
  let answer: Told["answer"];
  // From the last to the first, so that the first stays.
  for (const one of said) {
    if (one.value.kind === "asked") ({ request } = one.value);
    if (one.value.kind === "answered") answer = { ...one, value: one.value };
  }
  return request === undefined ? undefined : { request, answer };
}

/** What is done within an approved action may name its approval as well; it is no second use of it. */
const isUse = ({ action }: Pick<Examined, "action">, request: ApprovalRequest): boolean =>
  action.operation === request.operation || action.attribute("nhi.action.digest") === request.digest;

function driftsOf({ action, decided }: Examined, { request, answer }: Told): Drift[] {
  const digest = action.attribute("nhi.action.digest");
  const found: Drift[] = [];
  if (request.identityId !== action.identityId) found.push(drifts.borrowed);
  if (answer?.value.answer === "denied") found.push(drifts.denied);
  else if (answer === undefined || answer.atUs > action.endedAtUs + skewUs) found.push(drifts.unanswered);
  else if (isOneself(action.path, answer.author)) found.push(drifts.self_approved);
  if (action.startedAtUs >= request.expiresAtUs + skewUs) found.push(drifts.expired);
  if (action.operation !== request.operation || (digest !== undefined && digest !== request.digest))
    found.push(drifts.changed);
  const { grantId, policyVersion } = request;
  if (grantId !== "" && versionOf(decided, grantId, action.startedAtUs) !== policyVersion)
    found.push(drifts.stale_policy);
  return found;
}

/** A person who had it begun may approve it; whoever acts for her may not. */
const isOneself = (path: readonly string[], author: string): boolean =>
  path.includes(author, author.startsWith("user:") ? 1 : 0);

/** Version of the policy that the grant stands under at an instant; "" where there is no such grant. */
function versionOf({ book, control }: Examined["decided"], grantId: string, atUs: number): string {
  const standing = book.grants
    .get(grantId)
    ?.versions.findLast((one) => one.position < control && one.fromUs <= atUs);
  return standing?.grant.policy.version ?? "";
}

function signalOf(
  { action, decided }: Examined,
  id: string,
  { name, severity, because }: Drift,
  told: Told | undefined,
): Signal {
  const known = {
    asked: told?.request.operation ?? "",
    answer: told?.answer?.value.answer ?? "",
    by: told?.answer?.author ?? "",
    policy: told === undefined ? "" : `${told.request.policyId} v${told.request.policyVersion}`,
    policyNow:
      told === undefined
        ? ""
        : `${told.request.policyId} v${versionOf(decided, told.request.grantId, action.startedAtUs)}`,
  };
  const literals = Object.entries(known).map(([word, text]) => `${sqlText(text)} AS ${word}`);
  return {
    name,
    severity,
    cause: `${name}|${id}${name === "replayed" ? `|${action.id}` : ""}`,
    tell: () => ({
      title: `${action.operation} claims an approval ${because}`,
      why: { drift: name, approval: id, operation: action.operation, ...known },
      sql: `SELECT ${sqlText(name)} AS drift, claimed_approval_id AS approval, operation, ${literals.join(", ")} FROM v_actions WHERE ${actionSql(action)}`,
    }),
  };
}
