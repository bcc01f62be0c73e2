import type { ControlRecord } from "../../schemas/index.ts";

/** An entry of the control log as the service tells it. */
export interface ToldRecord {
  readonly position: number;
  readonly record: ControlRecord;
}

const standings: ReadonlySet<unknown> = new Set(["active", "watched", "paused", "revoked"]);
const answers: ReadonlySet<unknown> = new Set(["approved", "denied"]);
const verdicts: ReadonlySet<unknown> = new Set(["allow", "ask", "deny"]);

/**
 * An entry out of what a service sent, whatever it sent; undefined where it can't be one. Looks at what is read of it here: the
 * service has checked the rest.
 */
export function toldRecord(told: unknown): ToldRecord | undefined {
  const { position, record } = members(told);
  if (typeof position !== "number" || !Number.isSafeInteger(position)) return undefined;
  const { kind, tenant, author, atUs, ...rest } = members(record);
  const isNamed = [kind, tenant, author].every((text) => typeof text === "string");
  if (!isNamed || typeof atUs !== "number" || !Number.isFinite(atUs)) return undefined;
  if (!isReadable(kind, rest)) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- All that the book reads of it was looked at.
  return { position, record: record as ControlRecord };
}

type Members = Readonly<Record<string, unknown>>;

function members(value: unknown): Members {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Each member is unknown until it is looked at.
  return typeof value === "object" && value !== null ? (value as Members) : {};
}

const isText = (value: unknown): value is string => typeof value === "string";
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

/** Kinds that a guard doesn't know are passed over by the book. */
function isReadable(kind: unknown, rest: Members): boolean {
  switch (kind) {
    case "grant_given": {
      const { id, grantee, approver, policy, operations, resources, window } = members(rest["grant"]);
      const { id: policyId, version } = members(policy);
      const areNamed = [id, grantee, approver, policyId, version].every(isText);
      return areNamed && areTexts(operations) && areTexts(resources) && typeof window === "object";
    }
    case "grant_revoked":
      return isText(rest["grantId"]);
    case "task_opened":
      return isText(members(rest["task"])["id"]);
    case "task_closed":
      return isText(rest["taskId"]);
    case "approval_asked": {
      const { id, digest, expiresAtUs } = members(rest["approval"]);
      return isText(id) && isText(digest) && typeof expiresAtUs === "number";
    }
    case "approval_answered":
      return isText(rest["approvalId"]) && answers.has(rest["answer"]);
    case "approval_used":
      return isText(rest["approvalId"]);
    case "standing_set": {
      const { kind: of, id } = members(rest["subject"]);
      return isText(of) && isText(id) && standings.has(rest["standing"]);
    }
    case "identity_declared":
      return isText(members(rest["identity"])["id"]);
    case "credential_revoked":
      return isText(rest["credentialId"]);
    case "guard_set": {
      const { ungranted, uncovered } = members(rest["defaults"]);
      return verdicts.has(ungranted) && verdicts.has(uncovered);
    }
    case "suppression_set":
    case "suppression_removed":
    case "verdict_given":
      // About findings, of which a guard has none.
      return false;
    default:
      return true;
  }
}
