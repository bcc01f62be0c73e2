/**
 * What authority is asked about: who did, or is about to do, what to which resources, when and under which circumstances. Known of
 * an action by its span, and of one that has not begun yet by the guard.
 */
export interface ActionFacts {
  readonly tenant: string;
  readonly identityId: string;
  readonly operation: string;
  /** Ids, the main one first. */
  readonly resources: readonly { readonly id: string }[];
  readonly startedAtUs: number;
  /** "" where the action says nothing, here and below. */
  readonly taskId: string;
  readonly sessionId: string;
  readonly network: string;
  /** deployment.environment.name. */
  readonly environment: string;
  readonly credentialType: string;
  /** Seconds since 1970; undefined where the credential doesn't say. */
  readonly credentialIssuedAt: number | undefined;
  /** Delegation path: root principal first, acting identity last. */
  readonly path: readonly string[];
  /** The approval under which it runs, and the digest of exactly this action (`digestOf`). */
  readonly approvalId: string;
  readonly digest: string;
  /** What came back; undefined of one that has not ended, and where nobody says. */
  readonly resultBytes?: number | undefined;
}

/** What is known of an action that was recorded. */
interface RecordedFacts extends Omit<
  ActionFacts,
  "environment" | "credentialType" | "credentialIssuedAt" | "approvalId" | "digest" | "resultBytes"
> {
  readonly claimedApprovalId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The facts of an action as the store holds it. */
export function factsOf(action: RecordedFacts): ActionFacts {
  const { attributes } = action;
  const number = (name: string): number | undefined =>
    attributes[name] === undefined ? undefined : Number(attributes[name]);
  return {
    ...action,
    environment: attributes["deployment.environment.name"] ?? "",
    credentialType: attributes["nhi.credential.type"] ?? "",
    credentialIssuedAt: number("nhi.credential.issued_at"),
    approvalId: action.claimedApprovalId,
    digest: attributes["nhi.action.digest"] ?? "",
    resultBytes: number("nhi.result.bytes"),
  };
}
