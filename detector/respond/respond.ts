import type { TenantBook } from "../../policy/book.ts";
import { durationUs } from "../../policy/duration.ts";
import { defaultSafeguards, isProtected, playbookAuthor } from "../../policy/safeguards.ts";
import { frameworksOfResponse } from "../../schemas/frameworks.ts";
import type {
  Authority,
  ControlRecord,
  Finding,
  Playbook,
  Response,
  ResponseKind,
  Standing,
} from "../../schemas/index.ts";
import { clip } from "../attribute/clip.ts";
import { computedId } from "../attribute/ids.ts";
import { answers } from "./playbook-match.ts";

/** What of an action its responses are made of. */
export interface Answered {
  readonly atMs: number;
  readonly credentialId: string;
  readonly credentialType: string;
  readonly operation: string;
}

/** What a playbook's word comes to. A grant isn't changed and an approval isn't asked for without a person: both are proposed. */
const standings: Readonly<Record<ResponseKind, Standing>> = {
  watch: "watched",
  pause: "paused",
  revoke: "revoked",
  require_approval: "watched",
  shrink_grant: "watched",
};

/** Playbooks that answer to one finding; of further ones those with the later names are left out. */
const responsesMax = 32;
const reasonCharsMax = 512;

/**
 * What is done about a finding without waiting for a person: one response for each playbook that stands and means it. Pure: the
 * instant is when the log took the action, which no sender can choose.
 */
export function respond(
  { book, control }: { readonly book: TenantBook; readonly control: number },
  finding: Finding,
  signal: string,
  action: Answered,
  authority: Authority,
): readonly Response[] {
  const atUs = action.atMs * 1000;
  const meant: Playbook[] = [];
  for (const [, history] of book.playbooks.entries()) {
    const playbook = history.at(atUs, control)?.value;
    if (playbook !== undefined && answers(playbook, finding, signal)) meant.push(playbook);
  }
  if (meant.length === 0) return none;
  const safeguards = book.safeguards.at(atUs, control)?.value ?? defaultSafeguards;
  return meant
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
    .slice(0, responsesMax)
    .map((playbook) => {
      const wanted = standings[playbook.do];
      const strikes = wanted === "paused" || wanted === "revoked";
      // What stops a chain stops who acts in it.
      const isHeldBack = strikes && isProtected(safeguards, finding.identityId);
      return {
        id: computedId("response", finding.id, playbook.id),
        tenant: finding.tenant,
        findingId: finding.id,
        playbookId: playbook.id,
        kind: playbook.do,
        subject: {
          kind: playbook.of,
          id: playbook.of === "chain" ? finding.chainId : finding.identityId,
        },
        standing: isHeldBack ? "watched" : wanted,
        reason: clip(reasonOf(finding, playbook, isHeldBack, authority, action), reasonCharsMax),
        atUs,
        ...(playbook.for === undefined ? {} : { untilUs: atUs + durationUs(playbook.for) }),
        isDryRun: playbook.dryRun,
        ...(isHeldBack ? { heldBack: "protected" as const } : {}),
        identityId: finding.identityId,
        credentialId: action.credentialId,
        credentialType: action.credentialType,
        chainId: finding.chainId,
        operation: action.operation,
        grantId: authority.grantId,
        frameworks: [...frameworksOfResponse(playbook.do, finding.frameworks)],
      };
    });
}

const none: readonly Response[] = [];

function reasonOf(
  finding: Finding,
  playbook: Playbook,
  isHeldBack: boolean,
  { grantId }: Authority,
  { operation }: Answered,
): string {
  const why = `${finding.rule}: ${finding.title}`;
  if (isHeldBack) return `held back (protected): ${why}`;
  if (playbook.do === "require_approval") return `proposed: ask before each action of it; ${why}`;
  if (playbook.do === "shrink_grant")
    return grantId === ""
      ? `proposed: look at what it may do; ${why}`
      : `proposed: take ${operation} out of grant ${grantId}; ${why}`;
  return why;
}

/** A response as the log of standings tells it; undefined where nothing is done. */
export function standingRecord(response: Response): ControlRecord | undefined {
  const { tenant, playbookId, subject, standing, reason, atUs, untilUs, findingId, isDryRun } = response;
  if (isDryRun) return undefined;
  return {
    kind: "standing_set",
    tenant,
    author: `${playbookAuthor}${playbookId}`,
    atUs,
    subject,
    standing,
    reason,
    ...(untilUs === undefined ? {} : { untilUs }),
    findingId,
    isDryRun: false,
  };
}
