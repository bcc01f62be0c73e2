/** Ways to act without authority that policy alone stops, as data: what is tried, and by what it is stopped. */
import type { ControlRecord, Grant } from "../../schemas/index.ts";
import { approvalCases } from "./authority-approvals.ts";
import {
  type AskedFacts,
  type AuthorityCase,
  baseLog,
  common,
  given,
  guardSet,
  instant,
} from "./authority-base.ts";
import { conditionCases } from "./authority-conditions.ts";
import { lookAlikes, type Try } from "./look-alikes.ts";

const identities = lookAlikes("agent:triage").map(([tried, identityId]): AuthorityCase => ({
  kind: "identity that looks alike",
  tried,
  by: "no_grant",
  facts: { identityId },
}));

const operations = lookAlikes("tickets.read").map(([tried, operation]): AuthorityCase => ({
  kind: "operation that looks alike",
  tried,
  by: "outside_scope",
  facts: { operation },
}));

const resources = [
  ...lookAlikes("crm/tickets/4711"),
  ...([
    ["up and down again", "crm/tickets/../tickets/4711"],
    ["here", "crm/tickets/./4711"],
    ["two slashes", "crm//tickets/4711"],
    ["a slash behind", "crm/tickets/4711/"],
    ["another slash", "crm\\tickets\\4711"],
    ["a slash in percent", "crm/tickets%2F4711"],
    ["a query", "crm/tickets/4711?all=1"],
    ["a fragment", "crm/tickets/4711#x"],
    ["a scheme before", "file:///crm/tickets/4711"],
    ["a name that begins with it", "crm/tickets/47111"],
    ["a name that it ends", "x/crm/tickets/4711"],
    ["what stands before a star", "files/pub"],
    ["above what a star takes", "files/"],
  ] satisfies Try[]),
].map(([tried, id]): AuthorityCase => ({
  kind: "resource that looks alike",
  tried,
  by: "outside_scope",
  facts: { resources: [{ id }] },
}));

const several: readonly AuthorityCase[] = (
  [
    ["one that is not, behind one that is", ["crm/tickets/4711", "crm/payroll"]],
    ["one that is not, before one that is", ["crm/payroll", "crm/tickets/4711"]],
    ["one among many", [...Array.from({ length: 60 }, () => "files/pub/a"), "crm/payroll"]],
    ["none at all", []],
  ] as const
).map(([tried, ids]) => ({
  kind: "several resources",
  tried,
  by: "outside_scope",
  facts: { resources: ids.map((id) => ({ id })) },
}));

/** Out of what a star takes, by names that lead elsewhere. */
const paths = [
  "files/pub/../payroll",
  "files/pub/./../payroll",
  "files/pub/x/../../payroll",
  "files/pub/%2e%2e/payroll",
  "files/pub/%252e%252e/payroll",
  "files/pub/..%2fpayroll",
  "files/pub/..\\payroll",
  "files/pub/..",
  "files/pub/．．/payroll",
].map((id): AuthorityCase => ({
  kind: "path that leads out",
  tried: id,
  by: "outside_scope",
  facts: { resources: [{ id }] },
}));

const at = (
  tried: string,
  startedAtUs: number,
  by: string,
  log?: readonly ControlRecord[],
): AuthorityCase => ({
  kind: "clock",
  tried,
  by,
  facts: { startedAtUs },
  ...(log && { log }),
});
const revokedAt = (clock: string): ControlRecord => ({
  kind: "grant_revoked",
  ...common,
  atUs: instant(clock),
  grantId: "grant-1",
});

const stand = (
  subject: { kind: "identity" | "chain"; id: string },
  standing: "paused" | "revoked" | "active",
  clock: string,
): ControlRecord => ({
  kind: "standing_set",
  ...common,
  atUs: instant(clock),
  subject,
  standing,
  reason: "",
  isDryRun: false,
});
const self = { kind: "identity", id: "agent:triage" } as const;
const chain = { kind: "chain", id: "chain-1" } as const;
const clocks: readonly AuthorityCase[] = [
  at("a microsecond before the window", instant("08:00:00") - 1, "outside_window"),
  at("at the very end of the window", instant("18:00:00"), "outside_window"),
  at("a day later", instant("12:00:00") + 86_400_000_000, "outside_window"),
  at("before 1970", -1, "outside_window"),
  at("at the end of time", Number.MAX_SAFE_INTEGER, "outside_window"),
  at("before an open grant was given", instant("06:59:59"), "outside_window", [
    guardSet,
    given({ window: {} }),
  ]),
  at("at the instant of its being taken back", instant("12:00:00"), "revoked", [
    ...baseLog,
    revokedAt("12:00:00"),
  ]),
  at("after it was taken back", instant("12:00:01"), "revoked", [...baseLog, revokedAt("12:00:00")]),
  at("taken back by an entry that came before its instant", instant("17:00:00"), "revoked", [
    ...baseLog,
    revokedAt("16:00:00"),
  ]),
  at("an instant that is no number", Number.NaN, "outside_window"),
  at("an endless instant", Number.POSITIVE_INFINITY, "outside_window"),
  at("an instant before all", Number.NEGATIVE_INFINITY, "outside_window"),
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].flatMap((instantUs) => [
    // Where silence allows, an instant that nothing can be compared with would be the way around every standing.
    at(
      `${String(instantUs)} where nobody granted anything, and silence allows`,
      instantUs,
      "outside_window",
      [],
    ),
    at(
      `${String(instantUs)}, of who was revoked and was never granted anything`,
      instantUs,
      "outside_window",
      [stand(self, "revoked", "11:00:00")],
    ),
  ]),
];

const version = (parts: Partial<Grant>): ControlRecord =>
  given({ policy: { id: "support-agents", version: "15" }, ...parts });
const race = (
  tried: string,
  by: string,
  log: readonly ControlRecord[],
  facts: Partial<AskedFacts> = {},
): AuthorityCase => ({
  kind: "racing versions",
  tried,
  by,
  log: [...baseLog, ...log],
  facts,
});

const races: readonly AuthorityCase[] = [
  race("what only the version before allowed", "outside_scope", [version({ operations: ["mail.*"] })]),
  race("what a new version gave to somebody else", "no_grant", [version({ grantee: "agent:other" })]),
  race("two new versions: the later in the log counts", "outside_scope", [
    version({}),
    version({ operations: ["mail.*"] }),
  ]),
  race("a later entry with an earlier instant counts all the same", "outside_scope", [
    given({ operations: ["mail.*"] }, 1),
  ]),
  race("revoked, then another grant given", "revoked", [
    revokedAt("09:00:00"),
    given({ id: "grant-2", operations: ["x"] }),
  ]),
  race("a grant to somebody else of the same pattern", "no_grant", [], { identityId: "agent:triage-2" }),
  race("the same grant in another tenant", "no_grant", [{ ...guardSet, tenant: "other" }], {
    tenant: "other",
  }),
];

const standing = (
  tried: string,
  by: string,
  log: readonly ControlRecord[],
  facts: Partial<AskedFacts> = {},
): AuthorityCase => ({
  kind: "standing",
  tried,
  by,
  log: [...baseLog, ...log],
  facts,
});

const standings: readonly AuthorityCase[] = [
  standing("acting while paused", "standing_paused", [stand(self, "paused", "11:00:00")]),
  standing("acting while revoked", "standing_revoked", [stand(self, "revoked", "11:00:00")]),
  standing("at the instant of being revoked", "standing_revoked", [stand(self, "revoked", "12:00:00")]),
  standing("a chain that was revoked", "standing_revoked", [stand(chain, "revoked", "11:00:00")]),
  standing("active again, in a chain that is not", "standing_revoked", [
    stand(chain, "revoked", "11:00:00"),
    stand(self, "active", "11:30:00"),
  ]),
  standing("paused in a chain, revoked oneself", "standing_revoked", [
    stand(self, "revoked", "11:00:00"),
    stand(chain, "paused", "11:30:00"),
  ]),
  standing(
    "revoked, and what is asked is only thinking",
    "standing_revoked",
    [stand(self, "revoked", "11:00:00")],
    {
      kind: "model_call",
    },
  ),
  standing("paused, then revoked, read out of order", "standing_revoked", [
    stand(self, "paused", "11:30:00"),
    stand(self, "revoked", "11:00:00"),
    stand(self, "revoked", "11:40:00"),
  ]),
];

export const authorityCases: readonly AuthorityCase[] = [
  ...identities,
  ...operations,
  ...resources,
  ...several,
  ...paths,
  ...clocks,
  ...races,
  ...standings,
  ...conditionCases,
  ...approvalCases,
];
