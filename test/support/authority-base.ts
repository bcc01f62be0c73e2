/** What each way to act without authority starts from: one grant, and what it covers. */
import type { decide } from "../../policy/decide.ts";
import type { ControlRecord, Grant } from "../../schemas/index.ts";
import { grantWith } from "./build.ts";

export type AskedFacts = Parameters<typeof decide>[1];

/** A book, a question, and what was done before it. */
export interface Tried {
  /** Beside or in place of what the base log says; without it, the base log alone. */
  readonly log?: readonly ControlRecord[];
  readonly facts?: Partial<AskedFacts>;
  /** What went ahead before, and whether it went well. */
  readonly before?: readonly { readonly facts: Partial<AskedFacts>; readonly isOk: boolean }[];
}

export interface AuthorityCase extends Tried {
  readonly kind: string;
  readonly tried: string;
  /** The reason of the verdict that blocks it. */
  readonly by: string;
  /** The same without what is tried, which is allowed; without it, what the base log covers. */
  readonly but?: Tried;
}

export const instant = (clock: string): number => Date.parse(`2026-03-02T${clock}Z`) * 1000;

export const common = {
  tenant: "default",
  author: "user:ana@acme.example",
  atUs: instant("07:00:00"),
} as const;
export const given = (parts: Partial<Grant> = {}, atUs = common.atUs): ControlRecord => ({
  kind: "grant_given",
  ...common,
  atUs,
  grant: grantWith({
    operations: ["tickets.read", "mail.*"],
    resources: ["crm/tickets/4711", "files/pub/*"],
    window: { from: "2026-03-02T08:00:00Z", until: "2026-03-02T18:00:00Z" },
    ...parts,
  }),
});

/** What stands unless a case says otherwise: one grant, and nothing beside it. */
export const baseLog: readonly ControlRecord[] = [
  { kind: "guard_set", ...common, defaults: { ungranted: "deny", uncovered: "deny" } },
  given(),
];

/** What the grant covers. */
const covered = {
  tenant: "default",
  identityId: "agent:triage",
  kind: "tool_call",
  operation: "tickets.read",
  resources: [{ id: "crm/tickets/4711" }],
  startedAtUs: instant("12:00:00"),
  taskId: "",
  sessionId: "",
  chainId: "chain-1",
  network: "",
  environment: "",
  credentialType: "",
  credentialIssuedAt: undefined,
  path: ["agent:triage"],
  approvalId: "",
  digest: "",
};
export const baseFacts: AskedFacts = covered;
export const [guardSet] = baseLog as readonly [ControlRecord];
