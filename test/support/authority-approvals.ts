/** Ways around the approval that a grant asks for, as data. Of each, the same without the trick is allowed. */
import { argumentDigests } from "../../instrumentation/guard/arguments.ts";
import { digestOf } from "../../policy/digest.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import {
  type AskedFacts,
  type AuthorityCase,
  baseFacts,
  common,
  given,
  guardSet,
  instant,
  type Tried,
} from "./authority-base.ts";

type Facts = Partial<AskedFacts>;
type Before = NonNullable<Tried["before"]>;

const noon = instant("12:00:00");
const minuteUs = 60_000_000;

/** Digest of exactly one action, with its arguments. */
function digest(args: Readonly<Record<string, unknown>>, facts: Facts = {}): string {
  const { tenant, identityId, operation, resources, taskId } = { ...baseFacts, ...facts };
  const ids = resources.map(({ id }) => id);
  const argumentsOf = argumentDigests(args, Buffer.alloc(32, 7));
  return digestOf({ tenant, identityId, operation, resources: ids, argumentDigests: argumentsOf, taskId });
}

const asked = (
  parts: { digest?: string; identityId?: string; expiresAtUs?: number } = {},
): ControlRecord => ({
  kind: "approval_asked",
  ...common,
  approval: {
    id: "ap-1",
    digest: digest({ sum: 10 }),
    identityId: "agent:triage",
    operation: "tickets.read",
    resources: ["crm/tickets/4711"],
    arguments: ["sum"],
    taskId: "",
    sessionId: "",
    chainId: "",
    grantId: "grant-1",
    policyId: "support-agents",
    policyVersion: "14",
    expiresAtUs: noon + minuteUs,
    ...parts,
  },
});
const answered = (
  answer: "approved" | "denied" = "approved",
  author: string = common.author,
  atUs = noon - 1,
): ControlRecord => ({
  kind: "approval_answered",
  ...common,
  author,
  atUs,
  approvalId: "ap-1",
  answer,
  comment: "",
});
const both = { resources: [{ id: "crm/tickets/4711" }, { id: "files/pub/a" }] };
const good: Facts = { approvalId: "ap-1", digest: digest({ sum: 10 }) };
const asking = (...log: readonly ControlRecord[]): readonly ControlRecord[] => [
  guardSet,
  given({ ask: true }),
  ...log,
];

/** With an approval of one action, given by a person. */
const approval = (
  tried: string,
  log: readonly ControlRecord[],
  facts: Facts = {},
  before: Before = [],
): AuthorityCase => ({
  kind: "approval",
  tried,
  by: "unapproved",
  log: asking(...log),
  facts: { ...good, ...facts },
  before,
  but: { log: asking(asked(), answered()), facts: good },
});

export const approvalCases: readonly AuthorityCase[] = [
  approval("the same approval a second time", [asked(), answered()], {}, [{ facts: good, isOk: true }]),
  approval("an approval of another identity", [asked({ identityId: "agent:other" }), answered()]),
  approval("an approval whose time is over", [asked({ expiresAtUs: noon }), answered()]),
  approval("an approval that was denied, then approved", [asked(), answered("denied"), answered()]),
  approval("an approval that nobody has answered", [asked()]),
  approval("an approval given only afterwards", [asked(), answered("approved", common.author, noon + 1)]),
  approval("an approval that it gave itself", [asked(), answered("approved", "agent:triage")]),
  approval("an answer to what nobody asked", [answered()]),
  approval("an argument that was changed after the answer", [asked(), answered()], {
    digest: digest({ sum: 11 }),
  }),
  approval("a resource that was added after the answer", [asked(), answered()], {
    ...both,
    digest: digest({ sum: 10 }, both),
  }),
  approval("the digest of another action's approval", [asked({ digest: "a".repeat(64) }), answered()]),
  approval("an approval's id without a digest", [asked(), answered()], { digest: "" }),
  approval("a digest without an approval's id", [asked(), answered()], { approvalId: "" }),
];
