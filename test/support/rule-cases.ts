/** The notation of `test/rules/<rule id>.json`, and how a case is run through the engine. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { PolicyBook } from "../../policy/book.ts";
import { detectors } from "../../detector/detect/index.ts";
import {
  ActionKind,
  ActionStatus,
  Conditions,
  ControlRecord,
  Grant,
  IdentityStrength,
  Severity,
} from "../../schemas/index.ts";
import type { ControlEntry } from "../../detector/stream/control-feed.ts";
import type { AttributedAction } from "./actions.ts";
import { builtAtUs, grantWith, judgedWith } from "./build.ts";
import { repositoryRoot } from "./repository.ts";
import { Engine, type PlainStepped } from "./stepped.ts";

/** What the identity did. `{n}` in any text is the number of the repetition, from 1. */
const Act = z.strictObject({
  operation: z.string(),
  kind: ActionKind.exactOptional(),
  resource: z.string().exactOptional(),
  origin: z.string().exactOptional(),
  mutating: z.boolean().exactOptional(),
  session: z.string().describe("The UTC day of the action, when not given.").exactOptional(),
  network: z.string().exactOptional(),
  claimed: z.string().describe("The identity that its sender claimed and may not speak for.").exactOptional(),
  task: z.string().exactOptional(),
  credential: z.string().exactOptional(),
  path: z.array(z.string()).describe("Root first; the identity itself when not given.").exactOptional(),
  owner: z.string().exactOptional(),
  strength: IdentityStrength.exactOptional(),
  approval: z.string().describe("The approval that it claims.").exactOptional(),
  status: ActionStatus.exactOptional(),
  attributes: z.record(z.string(), z.string()).exactOptional(),
  at: z
    .string()
    .regex(/^(?:\+\d+[smhd]|\d{4}-\d\d-\d\dT.*Z)$/u)
    .describe("An instant, or a time after the action before; an hour when not given.")
    .exactOptional(),
  repeat: z.number().int().positive().exactOptional(),
});
type Act = z.infer<typeof Act>;

/** Several acts in turn, over and over; `{n}` is the number of the round. */
const Round = z.strictObject({ round: z.array(Act), repeat: z.number().int().positive() });

const History = z
  .array(z.union([Act, Round]))
  .transform((all) =>
    all.flatMap((one) =>
      "round" in one
        ? Array.from({ length: one.repeat }, (_, at) =>
            one.round.map((act) => ({ ...act, n: at + 1 })),
          ).flat()
        : [one],
    ),
  );

const GivenGrant = z.strictObject({
  grantee: z.string().exactOptional(),
  operations: z.array(z.string()).exactOptional(),
  resources: z.array(z.string()).exactOptional(),
  from: z.string().exactOptional(),
  until: z.string().exactOptional(),
  revoked: z.string().describe("When it was taken back.").exactOptional(),
  conditions: Conditions.exactOptional(),
  ask: z.boolean().exactOptional(),
});

/** What was decided beside grants: an entry of the control log, whose author is Ana and whose instant the year's first when not given. */
const Decided = z.looseObject({ kind: z.string(), at: z.iso.datetime().exactOptional() });

const RuleCase = z.strictObject({
  name: z.string(),
  grants: z.array(GivenGrant).default([]),
  decided: z.array(Decided).default([]),
  history: History.default([]),
  action: Act,
  fires: z
    .record(z.string(), Severity)
    .describe("Signals that become findings of the rule, with their severity."),
  noted: z
    .array(z.string())
    .describe("Signals that are noted on the action, when they are not those that fire.")
    .exactOptional(),
});
export type RuleCase = z.infer<typeof RuleCase>;

const RuleCases = z.strictObject({
  misses: z.string().min(20).describe("What the rule does not see, in a sentence."),
  cases: z.array(RuleCase).min(2),
});

/** Reads the cases of a rule. */
export function readCases(rule: string): z.infer<typeof RuleCases> {
  return RuleCases.parse(
    JSON.parse(readFileSync(join(repositoryRoot, "test/rules", `${rule}.json`), "utf8")),
  );
}

/** Runs history and action through the engine with every detector, and gives what `rule` said of the action. */
export function runCase(rule: string, one: RuleCase): { severities: string[]; signals: string[] } {
  const { last } = played(one);
  return {
    severities: last.findings.filter((said) => said.rule === rule).map((said) => said.severity),
    signals: (last.actions[0]?.signals ?? [])
      .filter((signal) => signal.startsWith(`${rule}/`))
      .map((signal) => signal.slice(rule.length + 1)),
  };
}

/** Where a case happens; the same place for all unless told. */
interface CasePlace {
  readonly tenant: string;
  /** Of its first action in the log. */
  readonly firstOffset: number;
}

/** All that the engine makes of history and action. */
export function judgedCase(one: RuleCase, at: CasePlace): Pick<PlainStepped, "actions" | "findings"> {
  const { before, last } = played(one, at);
  return {
    actions: [...before.actions, ...last.actions],
    findings: [...before.findings, ...last.findings],
  };
}

function played(
  one: RuleCase,
  { tenant, firstOffset }: CasePlace = { tenant: "default", firstOffset: 0 },
): { readonly before: PlainStepped; readonly last: PlainStepped } {
  const judged = unfold([...one.history, one.action]).map((parts, nth) =>
    judgedWith(firstOffset + nth, { tenant, ...parts }),
  );
  const engine = new Engine(detectors, undefined, undefined, bookOf(decidedIn(one, tenant)), true);
  return { before: engine.step(judged.slice(0, -1)), last: engine.step(judged.slice(-1)) };
}

function bookOf(entries: readonly ControlEntry[]): PolicyBook {
  const book = new PolicyBook();
  for (const { position, record } of entries) book.enter(position, record);
  return book;
}

/** What people decided in a case, as the control log has it. */
export function decidedIn({ grants, decided }: RuleCase, tenant: string): readonly ControlEntry[] {
  const records: ControlRecord[] = [];
  const common = { tenant, author: "user:ana@acme.example" };
  for (const { revoked, from = "2026-01-01T00:00:00Z", until, ...scope } of grants) {
    const window = { from, ...(until === undefined ? {} : { until }) };
    const grant = Grant.parse(grantWith({ id: `grant-${records.length}`, window, ...scope }));
    records.push({ kind: "grant_given", ...common, atUs: Date.parse("2026-01-01") * 1000, grant });
    if (revoked !== undefined)
      records.push({
        kind: "grant_revoked",
        ...common,
        atUs: Date.parse(revoked) * 1000,
        grantId: grant.id,
      });
  }
  for (const { at = "2026-01-01T00:00:00Z", ...entry } of decided)
    records.push(ControlRecord.parse({ ...common, atUs: Date.parse(at) * 1000, ...entry }));
  return records.map((record, position) => ({ position, record }));
}

const unitUs: Readonly<Record<string, number>> = { s: 1e6, m: 60e6, h: 3600e6, d: 86_400e6 };

function unfold(acts: readonly (Act & { readonly n?: number })[]): Partial<AttributedAction>[] {
  let nowUs = builtAtUs;
  return acts.flatMap((act) =>
    Array.from({ length: act.repeat ?? 1 }, (_, at) => {
      nowUs = nextUs(nowUs, act.at ?? "+1h");
      return partsOf(act, act.n ?? at + 1, nowUs);
    }),
  );
}

function nextUs(nowUs: number, at: string): number {
  return at.startsWith("+")
    ? nowUs + Number(at.slice(1, -1)) * (unitUs[at.slice(-1)] ?? 0)
    : Date.parse(at) * 1000;
}

function partsOf(act: Act, n: number, startedAtUs: number): Partial<AttributedAction> {
  const day = new Date(startedAtUs / 1000).toISOString().slice(0, 10);
  const numbered = (text: string): string => text.replaceAll("{n}", String(n));
  const resource = { id: numbered(act.resource ?? ""), kind: "object", origin: numbered(act.origin ?? "") };
  return {
    startedAtUs,
    operation: numbered(act.operation),
    sessionId: numbered(act.session ?? day),
    kind: act.kind ?? "tool_call",
    resources: act.resource === undefined ? [] : [resource],
    mutating: act.mutating ?? false,
    network: numbered(act.network ?? ""),
    taskId: numbered(act.task ?? ""),
    credentialId: numbered(act.credential ?? ""),
    owner: act.owner ?? "",
    strength: act.strength ?? "claimed",
    claimedApprovalId: numbered(act.approval ?? ""),
    status: act.status ?? "ok",
    ...(act.path === undefined ? {} : { path: act.path }),
    attributes: {
      ...act.attributes,
      ...(act.claimed === undefined ? {} : { "nhi.bound.contradicted": numbered(act.claimed) }),
    },
  };
}
