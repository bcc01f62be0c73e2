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
}

/** What is known of an action that was recorded. */
interface RecordedFacts extends Omit<ActionFacts, "environment" | "credentialType" | "credentialIssuedAt"> {
  readonly attributes: Readonly<Record<string, string>>;
}

/** The facts of an action as the store holds it. */
export function factsOf(action: RecordedFacts): ActionFacts {
  const issuedAt = action.attributes["nhi.credential.issued_at"];
  return {
    ...action,
    environment: action.attributes["deployment.environment.name"] ?? "",
    credentialType: action.attributes["nhi.credential.type"] ?? "",
    credentialIssuedAt: issuedAt === undefined ? undefined : Number(issuedAt),
  };
}
